import Language
package import Values

/// A format of the files that the program reads and writes, such as `csv`.
package enum FileFormat: String, CaseIterable {
  case csv, tsv, json, ndjson, txt

  /// All values of the option `as:`, separated by commas.
  package static let list = allCases.map(\.rawValue).joined(separator: ", ")

  /// Creates the format that the option `as:` names.
  ///
  /// Without the option (`word` is nil), the suffix of the path determines the format.
  package init(path: String, named word: String?) throws(Fault) {
    let text = word ?? path.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    let aliases = ["jsonl": "ndjson", "lines": "txt", "log": "txt", "text": "txt"]
    guard let format = FileFormat(rawValue: aliases[text.lowercased()] ?? text.lowercased()) else {
      throw Fault(
        .value, word == nil ? "\(path) has no suffix of a known format" : "there is no format \(text)",
        nextStep: word.flatMap { nearest(to: $0, among: Self.allCases.map(\.rawValue)) }.map {
          "did you mean \"\($0)\"?"
        }
          ?? "name the format: " + Self.allCases.map { "as: \"\($0.rawValue)\"" }.joined(separator: ", "))
    }
    self = format
  }
}
