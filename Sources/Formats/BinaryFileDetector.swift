package import Values

/// Recognizes files that are not UTF-8 text by their first bytes.
enum BinaryFileDetector {
  /// Returns the error for a file that is compressed, an archive, binary or in UTF-16; nil for any other file.
  ///
  /// - Parameters:
  ///   - head: The first bytes of the file. 512 bytes are enough to recognize every kind.
  ///   - path: The path of the file.
  ///   - isText: Whether the program reads the file as text. If false, a web page is an error, too.
  /// - Returns: The error. If a command can convert the file, the next step of the error is the command.
  static func fault(of head: [UInt8], _ path: String, isText: Bool = true) -> Fault? {
    func fault(_ what: String, _ nextStep: String) -> Fault { Fault(.file, "\(path) \(what)", nextStep: nextStep) }
    if let program = compressor(of: head) {
      let (name, out) = names(path)
      return fault("is compressed with \(program)", "unpack the file: \(program) -dc < \(name) > \(out)")
    }
    if head.starts(with: "SQLite format 3".utf8) {
      return fault("is a SQLite database", "open the database: connect \"embedded:\(path)\"")
    }
    if let packed = packed.first(where: { head.starts(with: $0.magic) }) { return fault(packed.what, packed.nextStep) }
    if head.count > 262, head[257..<262].elementsEqual("ustar".utf8) {
      return fault("is a tar archive", "unpack the file: tar -xf \(names(path).0)")
    }
    if let encoding = encoding(of: head) {
      return fault("is \(encoding.uppercased())", converting(path, from: encoding))
    }
    if !isText, let page = page(head) {
      return fault("is \(page), not a table", "open the page to read its message, or save the data as csv or JSON")
    }
    return nil
  }

  private static let compressors: [(magic: [UInt8], program: String)] = [
    ([0x1F, 0x8B], "gzip"), ([0x1F, 0x9D], "gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz"), ([0x04, 0x22, 0x4D, 0x18], "lz4"), (Array("LZIP".utf8), "lzip"),
  ]

  /// Returns the program that decompresses a file; nil for a file that is not compressed.
  private static func compressor(of head: [UInt8]) -> String? {
    // A bzip2 file begins with `BZh`, a digit, and the bytes 0x31 0x41 0x59, which are `1AY` in ASCII.
    if head.starts(with: "BZh".utf8), head.dropFirst(4).starts(with: "1AY".utf8) { return "bzip2" }
    return compressors.first { head.starts(with: $0.magic) }?.program
  }

  private static let packed: [(magic: [UInt8], what: String, nextStep: String)] = [
    ([0x50, 0x4B, 0x03, 0x04], "is a zip archive or a spreadsheet", "unzip the file, or save the spreadsheet as csv"),
    ([0x50, 0x4B, 0x05, 0x06], "is an empty zip archive", "look for the file that the archive should contain"),
    ([0x37, 0x7A, 0xBC, 0xAF], "is a 7z archive", "unpack the file with 7z x"),
    (Array("Rar!".utf8), "is a RAR archive", "unpack the file with unrar x"),
    ([0xD0, 0xCF, 0x11, 0xE0], "is an old spreadsheet or document", "save the data as csv"),
    (Array("%PDF".utf8), "is a PDF document", "export the data as csv"),
    (Array("PAR1".utf8), "is a Parquet file", "export the data as csv or ndjson"),
    (Array("ARROW1".utf8), "is an Arrow file", "export the data as csv or ndjson"),
    ([0x4F, 0x62, 0x6A, 0x01], "is an Avro file", "export the data as ndjson"),
    ([0x89, 0x50, 0x4E, 0x47], "is an image", "give the path of the file that contains the data"),
    ([0xFF, 0xD8, 0xFF], "is an image", "give the path of the file that contains the data"),
    ([0x7F, 0x45, 0x4C, 0x46], "is a program", "give the path of the file that contains the data"),
  ]

  /// Returns the name of the encoding of a file in UTF-16 or UTF-32; nil for any other file.
  ///
  /// The function recognizes the encoding by a byte order mark, or by the positions of NUL bytes.
  private static func encoding(of head: [UInt8]) -> String? {
    if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) { return "utf-32" }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return "utf-16" }
    let bytes = head.prefix(512 & ~3)
    guard bytes.count >= 4, bytes.contains(0) else { return nil }
    // In UTF-16 or UTF-32, the NUL bytes of Latin letters are always at the same positions. In UTF-32LE, for example,
    // the last three of the four bytes of a letter are NUL.
    let zeros = (0..<4).map { place in bytes.indices.count { $0 % 4 == place && bytes[$0] == 0 } * 8 > bytes.count }
    switch zeros {
    case [false, true, true, true]: return "utf-32le"
    case [true, true, true, false]: return "utf-32be"
    case [false, true, false, true]: return "utf-16le"
    case [true, false, true, false]: return "utf-16be"
    default: return nil
    }
  }

  /// Returns `an HTML page` or `an XML document` for a text that begins like one; nil for other text.
  private static func page(_ head: [UInt8]) -> String? {
    let begin = head.withoutMark.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }.prefix(14)
    let text = String(decoding: begin, as: UTF8.self).lowercased()
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") || text.hasPrefix("<head") { return "an HTML page" }
    return text.hasPrefix("<?xml") ? "an XML document" : nil
  }

  /// Returns the next step for a file with a NUL byte: a command that removes NUL bytes.
  static func withoutNUL(_ path: String) -> String {
    let (name, out) = names(path)
    return "remove the NUL bytes: tr -d '\\000' < \(name) > \(out)"
  }

  /// Returns the next step for a file with a byte that is not UTF-8.
  ///
  /// If `sample` is mostly UTF-8, the step is to correct the byte. Otherwise the step is a command that converts the
  /// file from Windows-1252, which contains all printable characters of Latin-1. If Windows-1252 has no character for
  /// the byte, the step is to find out the encoding.
  static func narrow(_ path: String, _ byte: UInt8, in sample: some Collection<UInt8>) -> String {
    if isMostlyUTF8(sample) { return "the rest of the text is UTF-8: correct this byte in an editor" }
    // Windows-1252 has no characters for the bytes 81, 8D, 8F, 90 and 9D.
    guard ![0x81, 0x8D, 0x8F, 0x90, 0x9D].contains(byte) else {
      return "find out the file's encoding, then \(converting(path, from: "ENCODING"))"
    }
    return converting(path, from: "windows-1252")
  }

  /// Whether a text is UTF-8 with a few errors.
  ///
  /// The text must contain at least one valid character of several bytes. The number of invalid bytes must not exceed
  /// the number of these characters.
  private static func isMostlyUTF8(_ text: some Collection<UInt8>) -> Bool {
    var (characters, wrong, rest) = (0, 0, Array(text)[...])
    while let lead = rest.first {
      guard lead >= 0x80 else {
        rest = rest.drop { $0 < 0x80 }
        continue
      }
      let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
      if rest.count >= length, String(validating: rest.prefix(length), as: UTF8.self) != nil {
        characters += 1
        rest = rest.dropFirst(length)
      } else {
        wrong += 1
        rest = rest.dropFirst()
      }
    }
    return characters > 0 && characters >= wrong
  }

  private static func converting(_ path: String, from encoding: String) -> String {
    let (name, out) = names(path)
    return "convert the file: iconv -f \(encoding) -t utf-8 < \(name) > \(out)"
  }

  /// Returns two paths, each quoted for a shell: the path of the file, and the path of a converted copy.
  ///
  /// The copy is a new file in the same directory. For standard input, a pipe or a device, the function returns the
  /// placeholders `FILE` and `NEW`.
  private static func names(_ path: String) -> (String, String) {
    func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
    let isDevice = ["/dev/", "/proc/"].contains { path.hasPrefix($0) } || FileDescriptor.isNamedPipe(path)
    guard path != "-", !isDevice else { return ("FILE", "NEW") }
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let suffixes = [".gz", ".zst", ".xz", ".bz2", ".lz4", ".lz", ".Z"]
    let packed = suffixes.first { path.hasSuffix($0) && path.count > $0.count }
    return (quoted(path), quoted(path[..<slash] + "utf8-" + path[slash...].dropLast(packed?.count ?? 0)))
  }
}

extension Fault {
  /// Returns the error for text that is not UTF-8, with the position of the first wrong byte.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - line: The number of the line in which `bytes` begin.
  ///   - bytes: The text, from the beginning of a line.
  ///   - sample: More text of the file, from which the function guesses the encoding. If nil, the function uses
  ///     `bytes`.
  /// - Returns: The error. The column in the message is a number of bytes, counted from 1.
  package static func notUTF8(
    _ path: String, _ line: Int, _ bytes: some Collection<UInt8>, sample: [UInt8]? = nil
  ) -> Fault {
    let bytes = Array(bytes)
    let place = bytes.firstInvalid ?? 0
    let before = bytes[..<place]
    let column = place - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    let byte = bytes.indices.contains(place) ? bytes[place] : 0
    let digits = String(byte, radix: 16, uppercase: true)
    return Fault(
      .file,
      "\(path):\(line + before.count { $0 == 0x0A }):\(column): the byte 0x\(digits.count < 2 ? "0" : "")\(digits) is not UTF-8",
      nextStep: BinaryFileDetector.narrow(path, byte, in: sample ?? bytes))
  }
}

extension [UInt8] {
  /// The index of the first byte that is not UTF-8; nil if all bytes are UTF-8.
  fileprivate var firstInvalid: Int? {
    var place = 0
    while place < count {
      let length =
        switch self[place] {
        case ..<0x80: 1
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
      let end = place + length
      guard length > 0, end <= count, String(validating: self[place..<end], as: UTF8.self) != nil else { return place }
      place = end
    }
    return nil
  }
}
