/// A file as text.
public enum FileText {
  /// Reads a whole file, which must be UTF-8; `-` is standard input.
  ///
  /// - Throws: a `file` error with the reason.
  public static func read(_ path: String) throws(Fault) -> String {
    let file = try FileDescriptor.reading(path)
    var bytes: [UInt8] = []
    while true {
      let piece = try file.read(1 << 16)
      if piece.isEmpty { break }
      bytes += piece
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Fault(.file, "\(path) is not UTF-8 text") }
    return text
  }
}
