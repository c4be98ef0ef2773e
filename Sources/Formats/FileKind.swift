package import Values

/// Recognizes files that are not UTF-8 text by their first bytes.
enum FileKind {
  /// The error of a file that is compressed, packed or in UTF-16; nil for any other file.
  static func fault(of head: [UInt8], _ path: String) -> Fault? {
    let (name, out) = names(path)
    func fault(_ what: String, _ nextStep: String) -> Fault { Fault(.file, "\(path) \(what)", nextStep: nextStep) }
    if head.starts(with: [0x1F, 0x8B]) {
      return fault("is compressed with gzip", "gzip -dc < \(name) > \(out)")
    }
    if head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      return fault("is compressed with zstd", "zstd -dc < \(name) > \(out)")
    }
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      return fault("is a zip archive or a spreadsheet", "unzip it, or save the spreadsheet as csv")
    }
    if head.starts(with: [0x25, 0x50, 0x44, 0x46]) { return fault("is a PDF document", "export its data as csv") }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return fault("is UTF-16", wide(path)) }
    return nil
  }

  /// The command that converts UTF-16.
  static func wide(_ path: String) -> String { converting(path, from: "utf-16") }

  /// The command that converts Latin-1.
  static func narrow(_ path: String) -> String { converting(path, from: "latin1") }

  private static func converting(_ path: String, from encoding: String) -> String {
    let (name, out) = names(path)
    return "iconv -f \(encoding) -t utf-8 < \(name) > \(out) converts it"
  }

  /// The file and a new file beside it, quoted for the shell.
  private static func names(_ path: String) -> (String, String) {
    func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
    guard path != "-" else { return ("FILE", "NEW") }
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    return (quoted(path), quoted(path[..<slash] + "utf8-" + path[slash...]))
  }
}

extension Fault {
  /// The error of a text that is not UTF-8.
  package static func notUTF8(_ path: String, _ line: Int) -> Fault {
    Fault(.file, "\(path):\(line): not UTF-8", nextStep: FileKind.narrow(path))
  }
}
