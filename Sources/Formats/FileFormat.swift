package import Values

/// How a file is read or written.
package enum FileFormat: String, CaseIterable {
  case csv, tsv, json, ndjson, txt

  /// The words of `as:`.
  package static let list = allCases.map(\.rawValue).joined(separator: ", ")

  /// The format of an `as:` word or a suffix.
  package init(path: String, named word: String?) throws(Fault) {
    let text = word ?? path.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    let aliases = ["jsonl": "ndjson", "lines": "txt", "log": "txt", "text": "txt"]
    guard let format = FileFormat(rawValue: aliases[text.lowercased()] ?? text.lowercased()) else {
      throw Fault(
        .value, word == nil ? "\(path) has no suffix that says its format" : "there is no format \(text)",
        nextStep: "say it: " + Self.allCases.map { "as: \"\($0.rawValue)\"" }.joined(separator: ", "))
    }
    self = format
  }
}
