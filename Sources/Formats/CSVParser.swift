import Values

/// Splits comma- or tab-separated text into rows of cells (RFC 4180).
///
/// A line ends in LF or CRLF; if the first line ends in CR alone, all lines must. A cell with the separator, a quote or
/// a line end is in quotes, with each quote in it doubled. Any other form is an error with its line.
struct CSVParser {
  private var bytes: [UInt8] = []
  private let separator: UInt8
  private let path: String
  private var offset = 0
  /// The number of the next line, from 1.
  private var line = 1
  /// Whether lines end in CR alone; nil while unknown.
  private(set) var endsInReturn: Bool?
  /// Whether these bytes are the last ones.
  private var isAtEnd = false

  private enum Stop: Error {
    case incomplete
    case fault(Fault)
  }

  init(separator: UInt8, path: String) {
    self.separator = separator
    self.path = path
  }

  /// The number of bytes of an incomplete row.
  var pending: Int { bytes.count - offset }

  /// Appends the next bytes; an empty array means the end of the file.
  mutating func add(_ more: [UInt8]) {
    bytes.removeFirst(offset)
    offset = 0
    bytes += more
    isAtEnd = more.isEmpty
  }

  /// The next row; nil if no complete row is left.
  ///
  /// Empty lines are skipped.
  ///
  /// - Throws: A `file` error with the line.
  mutating func next() throws(Fault) -> (cells: [String], line: Int)? {
    let before = self
    do throws(Stop) {
      while let byte = try peek(), byte == 0x0A || byte == 0x0D { try endLine() }
      guard offset < bytes.count else { return nil }
      return try row()
    } catch {
      if case .fault(let fault) = error { throw fault }
      self = before
      return nil
    }
  }

  private mutating func row() throws(Stop) -> (cells: [String], line: Int) {
    let start = line
    if start > 1, bytes[offset...].starts(with: [0xEF, 0xBB, 0xBF]) {
      throw fault(
        "a byte order mark (U+FEFF) begins a line inside the file",
        "the file was joined from several: remove the mark, or quote it")
    }
    var cells: [String] = []
    while true {
      cells.append(try cell())
      switch try peek() {
      case separator?: offset += 1
      case nil: return (cells, start)
      default:
        try endLine()
        return (cells, start)
      }
    }
  }

  /// The byte at the cursor; nil at the end of the file.
  private func peek() throws(Stop) -> UInt8? {
    if offset < bytes.count { return bytes[offset] }
    if isAtEnd { return nil }
    throw .incomplete
  }

  /// Skips a line end, which must be of the same kind as the earlier line ends.
  private mutating func endLine() throws(Stop) {
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

  private mutating func cell() throws(Stop) -> String {
    guard try peek() == UInt8(ascii: "\"") else { return try plain() }
    let (start, cell) = (line, try quoted())
    switch try peek() {
    case nil, separator?, 0x0A?, 0x0D?: return try text(cell[...], start)
    default: throw fault("text after a closing quote", "double a quote inside a quoted cell: \"\"")
    }
  }

  private mutating func plain() throws(Stop) -> String {
    let begin = offset
    while offset < bytes.count, case let byte = bytes[offset], byte != separator, byte != 0x0A, byte != 0x0D {
      guard byte != UInt8(ascii: "\"") else {
        throw fault("a quote inside a cell that does not begin with one", "quote the cell, and double the quotes in it")
      }
      offset += 1
    }
    _ = try peek()
    return try text(bytes[begin..<offset], line)
  }

  /// The bytes of a cell in quotes; the cursor moves from its opening quote to the byte after the closing one.
  private mutating func quoted() throws(Stop) -> [UInt8] {
    let start = line
    var cell: [UInt8] = []
    offset += 1
    while let byte = try peek() {
      offset += 1
      if byte == UInt8(ascii: "\"") {
        guard try peek() == UInt8(ascii: "\"") else { return cell }
        offset += 1
      } else if byte == 0x0A && cell.last != 0x0D || byte == 0x0D {
        line += 1
      }
      cell.append(byte)
    }
    throw fault("a quote is not closed", "close the quote of the cell that begins there, or double it: \"\"", at: start)
  }

  private func text(_ cell: ArraySlice<UInt8>, _ line: Int) throws(Stop) -> String {
    guard !cell.contains(0) else { throw fault("a NUL byte", FileKind.withoutNUL(path), at: line) }
    guard let text = String(validating: cell, as: UTF8.self) else { throw .fault(.notUTF8(path, line)) }
    return text
  }

  private func fault(_ message: String, _ nextStep: String, at line: Int? = nil) -> Stop {
    .fault(Fault(.file, "\(path):\(line ?? self.line): \(message)", nextStep: nextStep))
  }
}
