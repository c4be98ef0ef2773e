import Glibc
import JSONText
import Values

/// Splits the text of a csv or tsv file into rows of cells (RFC 4180).
///
/// A line ends in LF or CRLF. If the first line ends in CR alone, all lines must end in CR alone. A cell that contains
/// the separator, a quote or a line end must be in quotes. Inside quotes, two quotes stand for one quote. Any other
/// form of text is an error that names the line.
struct CSVParser {
  private var bytes: [UInt8] = []
  private let separator: UInt8
  private let path: String
  private var offset = 0
  /// The number of cells of the previous row.
  private var width = 0
  /// The number of the next line, counted from 1.
  private var line = 1
  /// Whether any of the parsed cells was in quotes.
  private(set) var hasQuotes = false
  /// Whether the lines end in CR alone; nil before the first line end.
  private(set) var endsInReturn: Bool?
  /// Whether `bytes` contains the end of the file.
  private var isAtEnd = false

  private enum CSVParseStop: Error {
    case incomplete
    case fault(Fault)
  }

  init(separator: UInt8, path: String) {
    self.separator = separator
    self.path = path
  }

  /// The number of added bytes that the parser has not parsed yet, such as the bytes of an incomplete row.
  var pending: Int { bytes.count - offset }

  /// Adds the next bytes of the file; an empty array means the end of the file.
  mutating func add(_ more: [UInt8]) {
    bytes.removeFirst(offset)
    offset = 0
    bytes += more
    isAtEnd = more.isEmpty
  }

  /// Returns the cells of the next row and its line number.
  ///
  /// The result is nil if the added bytes contain no further complete row. The parser skips empty lines.
  ///
  /// - Throws: A `file` error that names the line.
  mutating func next() throws(Fault) -> (cells: [String], line: Int)? {
    let before = self
    do throws(CSVParseStop) {
      while let byte = try peek(), byte == 0x0A || byte == 0x0D { try endLine() }
      guard offset < bytes.count else { return nil }
      return try row()
    } catch {
      if case .fault(let fault) = error { throw fault }
      self = before
      return nil
    }
  }

  private mutating func row() throws(CSVParseStop) -> (cells: [String], line: Int) {
    let start = line
    if bytes[offset] == 0xEF, bytes[offset...].starts(with: [0xEF, 0xBB, 0xBF]) {
      throw fault(
        start == 1 ? "a second byte order mark (U+FEFF)" : "a byte order mark (U+FEFF) begins a line inside the file",
        "the file was probably joined from several files: remove the mark, or put the cell with the mark in quotes")
    }
    var cells: [String] = []
    cells.reserveCapacity(width)
    repeat { cells.append(try cell()) } while try skipSeparator()
    if try peek() != nil { try endLine() }
    width = cells.count
    return (cells, start)
  }

  /// Skips the separator at the cursor.
  ///
  /// - Returns: False if the byte at the cursor is not the separator.
  private mutating func skipSeparator() throws(CSVParseStop) -> Bool {
    guard try peek() == separator else { return false }
    offset += 1
    return true
  }

  /// Returns the byte at the cursor; nil at the end of the file.
  private func peek() throws(CSVParseStop) -> UInt8? {
    if offset < bytes.count { return bytes[offset] }
    if isAtEnd { return nil }
    throw .incomplete
  }

  /// Skips a line end; throws an error if the file mixes CR with LF or CRLF as line ends.
  private mutating func endLine() throws(CSVParseStop) {
    let isFeed = bytes[offset] == 0x0A
    offset += 1
    if isFeed {
      if endsInReturn == true { throw fault("a line ends in LF, but the earlier lines end in CR", Self.ends) }
      endsInReturn = false
    } else if try peek() == 0x0A, endsInReturn != true {
      offset += 1
      endsInReturn = false
    } else {
      if endsInReturn == false { throw fault("a carriage return outside quotes", Self.ends) }
      endsInReturn = true
    }
    line += 1
  }

  private static let ends = "put a cell with a line end in quotes"

  private mutating func cell() throws(CSVParseStop) -> String {
    guard try peek() == UInt8(ascii: "\"") else { return try plain() }
    hasQuotes = true
    let start = line
    let (range, hasDoubled) = try quoted()
    switch try peek() {
    case nil, separator?, 0x0A?, 0x0D?: break
    default: throw fault("text after a closing quote", "write a quote inside a quoted cell as \"\"")
    }
    let text = try text(range, start)
    return hasDoubled ? text.replacing(each: "\"\"", with: "\"") : text
  }

  private mutating func plain() throws(CSVParseStop) -> String {
    let begin = offset
    skipPlain()
    if try peek() == UInt8(ascii: "\"") {
      throw fault(
        "the cell contains a quote, but does not begin with a quote",
        "put the cell in quotes, and write each quote in it twice")
    }
    return try text(begin..<offset, line)
  }

  /// Skips bytes up to the next separator, line end or quote.
  ///
  /// `highest` is the greatest of these characters. Most bytes are greater, and for them one comparison is enough.
  private mutating func skipPlain() {
    let highest = max(separator, UInt8(ascii: "\""))
    offset = unsafe bytes.withUnsafeBufferPointer { bytes in
      var offset = offset
      while offset < bytes.count, case let byte = unsafe bytes[offset],
        byte > highest || byte != separator && byte != 0x0A && byte != 0x0D && byte != UInt8(ascii: "\"")
      {
        offset += 1
      }
      return offset
    }
  }

  /// Skips a cell in quotes.
  ///
  /// - Returns: The range of the bytes between the quotes, and whether the bytes contain a doubled quote.
  private mutating func quoted() throws(CSVParseStop) -> (range: Range<Int>, hasDoubled: Bool) {
    let start = line
    var hasDoubled = false
    offset += 1
    let begin = offset
    while let quote = place(of: UInt8(ascii: "\""), from: offset) {
      offset = quote + 1
      guard try peek() == UInt8(ascii: "\"") else {
        line += lineEnds(begin..<quote)
        return (begin..<quote, hasDoubled)
      }
      hasDoubled = true
      offset += 1
    }
    line += lineEnds(begin..<bytes.count)
    offset = bytes.count
    _ = try peek()
    throw fault(
      "a quote is not closed", "close the quoted cell that begins there, or write a quote in text as \"\"", at: start)
  }

  /// Returns the offset of the next occurrence of a byte; nil if the byte does not occur.
  private func place(of byte: UInt8, from start: Int) -> Int? {
    unsafe bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      return unsafe memchr(base + start, Int32(byte), bytes.count - start).map { unsafe UnsafeRawPointer($0) - base }
    }
  }

  /// Counts the line ends (LF, CRLF or CR) in a range.
  private func lineEnds(_ range: Range<Int>) -> Int {
    var (count, last) = (0, UInt8(0))
    for byte in bytes[range] {
      if byte == 0x0D || byte == 0x0A && last != 0x0D { count += 1 }
      last = byte
    }
    return count
  }

  private func text(_ range: Range<Int>, _ line: Int) throws(CSVParseStop) -> String {
    let text = unsafe bytes.withUnsafeBytes { unsafe String(utf8: UnsafeRawBufferPointer(rebasing: $0[range])) }
    guard let text, !text.containsNUL else {
      if bytes[range].contains(0) { throw fault("a NUL byte", BinaryFileDetector.withoutNUL(path), at: line) }
      throw .fault(.notUTF8(path, line, bytes[lineStart(range.lowerBound)..<range.upperBound], sample: Array(bytes)))
    }
    return text
  }

  /// Returns the offset at which the line that contains `offset` begins.
  private func lineStart(_ offset: Int) -> Int {
    bytes[..<offset].lastIndex { $0 == 0x0A || $0 == 0x0D }.map { $0 + 1 } ?? 0
  }

  private func fault(_ message: String, _ nextStep: String, at line: Int? = nil) -> CSVParseStop {
    .fault(Fault(.file, "\(path):\(line ?? self.line): \(message)", nextStep: nextStep))
  }
}
