import Glibc
import JSONText
package import Values

/// Reads a file piece by piece, as elements of its format.
package struct FileReader: Sendable {
  private let file: FileDescriptor
  private let path: String
  private let format: FileFormat
  private var rest: [UInt8] = []
  private var isAtEnd = false
  /// How many lines came before `rest`.
  private var linesBefore = 0
  private var columns: [String]?
  /// How many bytes are read at once.
  private static let piece = 1 << 18
  /// The longest line or record, and the largest JSON array file.
  private static let limit = 1 << 28

  package init(_ path: String, _ format: FileFormat) throws(Fault) {
    file = try FileDescriptor.reading(path)
    self.path = path
    self.format = format
  }

  /// The next elements, or nil at the end.
  package mutating func next() throws(Fault) -> [Value]? {
    while true {
      if isAtEnd, rest.isEmpty { return nil }
      if !isAtEnd { try fill() }
      guard let lines = format == .json ? whole() : completeLines() else { continue }
      let values = try parse(lines)
      if !values.isEmpty { return values }
    }
  }

  /// The names of the columns of a csv or tsv file; nil where it is empty.
  package mutating func header() throws(Fault) -> [String]? {
    while columns == nil, try next() != nil {}
    return columns
  }

  private mutating func fill() throws(Fault) {
    let bytes = try file.read(Self.piece)
    if rest.isEmpty {
      rest = linesBefore == 0 ? bytes.withoutMark : bytes
    } else {
      rest += bytes
    }
    isAtEnd = bytes.isEmpty
    if rest.count > Self.limit { throw Fault(.file, "\(path): over 256 MiB without an end of line") }
  }

  private mutating func whole() -> [UInt8]? {
    guard isAtEnd else { return nil }
    defer { rest = [] }
    return rest
  }

  /// What is read up to the last line's end outside quotes, or all at the end of the file.
  private mutating func completeLines() -> [UInt8]? {
    if isAtEnd {
      defer { rest = [] }
      return rest
    }
    guard let end = lastLineEnd() else { return nil }
    let lines = end + 1 == rest.count ? rest : Array(rest[...end])
    rest = end + 1 == rest.count ? [] : Array(rest[(end + 1)...])
    return lines
  }

  private func lastLineEnd() -> Int? {
    guard format == .csv || format == .tsv else { return rest.lastIndex(of: UInt8(ascii: "\n")) }
    var isQuoted = false
    var end: Int?
    for (index, byte) in rest.enumerated() {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: "\n"), !isQuoted { end = index }
    }
    return end
  }

  private mutating func parse(_ bytes: [UInt8]) throws(Fault) -> [Value] {
    switch format {
    case .ndjson: return try ndjson(bytes)
    case .json:
      do throws(JSONSyntaxError) {
        let value = try JSONValue(parsingUnique: bytes)
        if case .array(let array) = value { return array.map { Value($0) } }
        return [Value(value)]
      } catch {
        throw Fault(.file, "\(path):\(error)")
      }
    case .txt:
      if bytes.isEmpty { return [] }
      var texts: [Value] = []
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      for content in lines.dropLast(bytes.last == UInt8(ascii: "\n") ? 1 : 0) {
        let bytes = content.last == 0x0D ? content.dropLast() : content
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw .notUTF8(path, linesBefore + texts.count + 1)
        }
        texts.append(.string(text))
      }
      linesBefore += texts.count
      return texts
    case .csv: return try rows(bytes, separator: UInt8(ascii: ","))
    case .tsv: return try rows(bytes, separator: UInt8(ascii: "\t"))
    }
  }

  private mutating func ndjson(_ bytes: [UInt8]) throws(Fault) -> [Value] {
    let lines = JSONValue.lines(of: bytes)
    if let fault = lines.duplicate ?? lines.fault {
      throw Fault(.file, "\(path):\(linesBefore + fault.line):\(fault.column): \(fault.message)")
    }
    linesBefore += bytes.newlines
    return lines.values.map { Value($0) }
  }

  private mutating func rows(_ bytes: [UInt8], separator: UInt8) throws(Fault) -> [Value] {
    var parser = CSVParser(bytes, separator: separator, line: linesBefore + 1, path: path)
    var values: [Value] = []
    while let row = try parser.next() {
      guard let columns else {
        if let twice = row.cells.first(where: { cell in row.cells.count { $0 == cell } > 1 }) {
          throw Fault(.file, "\(path):\(row.line): the column \(twice) stands twice")
        }
        columns = row.cells
        continue
      }
      guard row.cells.count == columns.count else {
        throw Fault(.file, "\(path):\(row.line): \(row.cells.count) cells under \(columns.count) columns")
      }
      values.append(.record(Record(zip(columns, row.cells).map { (name: $0.0, value: .string($0.1)) })))
    }
    linesBefore = parser.line - 1
    return values
  }
}

extension [UInt8] {
  /// How many line feeds it holds.
  fileprivate var newlines: Int {
    unsafe withUnsafeBytes { bytes in
      guard var rest = bytes.baseAddress else { return 0 }
      let end = unsafe rest + bytes.count
      var count = 0
      while let found = unsafe memchr(rest, 0x0A, end - rest) {
        count += 1
        unsafe rest = UnsafeRawPointer(found) + 1
      }
      return count
    }
  }
}

/// Cuts comma- or tab-separated text into rows of cells (RFC 4180).
package struct CSVParser {
  private let bytes: [UInt8]
  private let separator: UInt8
  private let path: String
  private var offset = 0
  /// The line that comes next, counted from 1.
  private(set) var line: Int

  package init(_ bytes: [UInt8], separator: UInt8, line: Int, path: String) {
    self.bytes = bytes
    self.separator = separator
    self.line = line
    self.path = path
  }

  /// The next row; empty lines are passed over.
  package mutating func next() throws(Fault) -> (cells: [String], line: Int)? {
    while offset < bytes.count, bytes[offset] == 0x0A || bytes[offset] == 0x0D {
      if bytes[offset] == 0x0A { line += 1 }
      offset += 1
    }
    guard offset < bytes.count else { return nil }
    let start = line
    var cells: [String] = []
    while true {
      cells.append(try cell(start))
      guard offset < bytes.count, bytes[offset] == separator else { break }
      offset += 1
    }
    return (cells, start)
  }

  private mutating func cell(_ start: Int) throws(Fault) -> String {
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") { return try quoted(start) }
    let begin = offset
    while offset < bytes.count, bytes[offset] != separator, bytes[offset] != 0x0A, bytes[offset] != 0x0D { offset += 1 }
    return try text(bytes[begin..<offset], start)
  }

  private func text(_ cell: ArraySlice<UInt8>, _ start: Int) throws(Fault) -> String {
    guard let text = String(validating: cell, as: UTF8.self) else { throw .notUTF8(path, start) }
    return text
  }

  private mutating func quoted(_ start: Int) throws(Fault) -> String {
    var cell: [UInt8] = []
    offset += 1
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      if byte == 0x0A { line += 1 }
      guard byte == UInt8(ascii: "\"") else {
        cell.append(byte)
        continue
      }
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
        return try text(cell[...], start)
      }
      cell.append(byte)
      offset += 1
    }
    throw Fault(.file, "\(path):\(start): a quote is not closed")
  }
}

extension Fault {
  /// The error of a text that would lose letters.
  package static func notUTF8(_ path: String, _ line: Int) -> Fault {
    Fault(.file, "\(path):\(line): not UTF-8", nextStep: "iconv -f latin1 -t utf-8 converts an older file")
  }
}
