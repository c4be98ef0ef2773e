package import Values

/// How a file is read or written.
package enum FileFormat: String, CaseIterable {
  case csv, tsv, json, ndjson, txt

  /// The format of an `as:` word or a suffix.
  package init(path: String, named word: String?) throws(Fault) {
    let text = word ?? path.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    let aliases = ["jsonl": "ndjson", "lines": "txt", "log": "txt", "text": "txt"]
    guard let format = FileFormat(rawValue: aliases[text.lowercased()] ?? text.lowercased()) else {
      throw Fault(
        .value, word == nil ? "\(path) has no suffix that says its format" : "there is no format \(text)",
        nextStep: "say it: as: \"csv\", \"tsv\", \"json\", \"ndjson\" or \"txt\"")
    }
    self = format
  }
}
