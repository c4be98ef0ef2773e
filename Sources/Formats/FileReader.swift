import Glibc
import JSONText
package import Values

/// Reads a file piece by piece, and returns its content as elements.
///
/// The elements are rows of a csv or tsv file, lines of a text file, or JSON values.
package struct FileReader: Sendable {
  private let file: FileDescriptor
  private let path: String
  private let format: FileFormat
  private let separator: CSVSeparator
  private var rest: [UInt8] = []
  /// The number of bytes at the beginning of `rest` that are known to contain no line end.
  private var searched = 0
  private var isAtEnd = false
  /// The number of lines before the bytes in `rest`.
  private var linesBefore = 0
  private var columns: [String]?
  private var rows: CSVParser
  /// The elements of a JSON file; nil before the reader has read the whole file.
  private var document: JSONArrayElementParser?
  private var isBegun = false
  /// The number of bytes left to read; nil for a pipe or a device.
  ///
  /// The reader stops at the length that the file had when it was opened. So a statement can add lines to the file that
  /// it reads, such as a file of failed elements.
  private var left: Int?
  /// The number of bytes that one read requests.
  private static let piece = 1 << 18
  /// The maximum size, in bytes, of a line, a record, or a file with a JSON array.
  package static let limit = 1 << 28

  /// Opens a file; `separator` is the character between two cells of a csv file.
  package init(_ path: String, _ format: FileFormat, separator: CSVSeparator? = nil) throws(Fault) {
    file = try FileDescriptor.reading(path)
    left = try file.unreadLength()
    self.path = path
    self.format = format
    self.separator = separator ?? (format == .tsv ? .tab : .comma)
    rows = CSVParser(separator: self.separator.byte, path: path)
  }

  /// A part of the file: elements, or lines of JSON that are not yet parsed.
  ///
  /// Another thread can parse the lines while the reader reads the next part.
  package enum ElementsOrUnparsedLines: Sendable {
    case elements([Value])
    case lines([UInt8], path: String, before: Int)

    /// Returns the elements of this part, and parses them first if the part is lines of JSON.
    ///
    /// - Throws: A `file` error with the position of invalid JSON.
    package func elements() throws(Fault) -> [Value] {
      guard case .lines(let bytes, let path, let before) = self else {
        if case .elements(let elements) = self { return elements }
        return []
      }
      let lines = JSONValue.lines(of: bytes)
      if let fault = lines.duplicate ?? lines.fault {
        throw Fault(
          .file, "\(path):\(before + fault.line):\(fault.column): \(fault.message)",
          nextStep: JSONAdvice.ofLines(bytes, fault, isBeginning: before == 0, path))
      }
      return lines.values.map { Value($0) }
    }
  }

  /// Returns the next part of the file; nil at the end of the file.
  package mutating func piece() throws(Fault) -> ElementsOrUnparsedLines? {
    while true {
      if format == .csv || format == .tsv { return try nextRows().map { .elements($0) } }
      if format == .json { return try nextElements().map { .elements($0) } }
      if isAtEnd, rest.isEmpty { return nil }
      if !isAtEnd { try fill() }
      guard let lines = completeLines() else {
        if rest.count > Self.limit { throw tooLong }
        continue
      }
      guard format == .ndjson else { return .elements(try parse(lines)) }
      defer { linesBefore += lines.newlines }
      return .lines(lines, path: path, before: linesBefore)
    }
  }

  /// Returns the next elements; nil at the end of the file.
  package mutating func next() throws(Fault) -> [Value]? {
    while let elements = try piece()?.elements() {
      if !elements.isEmpty { return elements }
    }
    return nil
  }

  /// Returns the names of the columns of a csv or tsv file; nil if the file is empty.
  package mutating func header() throws(Fault) -> [String]? {
    while columns == nil, try next() != nil {}
    return columns
  }

  /// Whether the lines of the file end in CR alone.
  package var endsInReturn: Bool { rows.endsInReturn == true }

  private mutating func fill() throws(Fault) {
    if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
    rest += try bytes(Self.piece)
    guard format == .json, rest.count > Self.limit else { return }
    throw Fault(
      .file, "\(path): more than 256 MiB, the maximum size of a json file",
      nextStep: "use the format ndjson: it has one element on each line, and no maximum size")
  }

  private var tooLong: Fault { Fault(.file, "\(path): more than 256 MiB without a line end") }

  /// Reads the next bytes, and skips a byte order mark at the beginning of the file.
  private mutating func bytes(_ count: Int) throws(Fault) -> [UInt8] {
    var bytes = try limited(count)
    if !isBegun {
      isBegun = true
      // `BinaryFileDetector` needs up to 512 bytes to recognize some kinds of files that are not text.
      while bytes.count < 4 || bytes.count < 512 && bytes.contains(0), case let more = try limited(count),
        !more.isEmpty
      {
        bytes += more
      }
      if let fault = BinaryFileDetector.fault(of: bytes, path, isText: format == .txt) { throw fault }
      bytes = bytes.withoutMark
      // If the first read returned only the byte order mark, no bytes are left, but the file can continue.
      if bytes.isEmpty { bytes = try limited(count) }
    }
    isAtEnd = bytes.isEmpty
    return bytes
  }

  private mutating func limited(_ count: Int) throws(Fault) -> [UInt8] {
    let bytes = try file.read(min(count, left ?? count))
    guard let rest = left else { return bytes }
    if bytes.isEmpty, rest > 0 { throw Fault(.file, "another program has shortened \(path)") }
    left = rest - bytes.count
    return bytes
  }

  /// Returns the next complete rows as records; nil at the end of the file.
  ///
  /// If there is no complete row, the reader reads more bytes: at least as many as the incomplete row already has. A
  /// long row therefore needs few reads.
  private mutating func nextRows() throws(Fault) -> [Value]? {
    while true {
      var values: [Value] = []
      while let row = try rows.next() { if let record = try record(row.cells, row.line) { values.append(record) } }
      if !values.isEmpty { return values }
      if isAtEnd { return nil }
      guard rows.pending < Self.limit else { throw tooLong }
      rows.add(try bytes(max(Self.piece, rows.pending)))
    }
  }

  /// Returns the record of a row; nil if the row is the heading.
  private mutating func record(_ cells: [String], _ line: Int) throws(Fault) -> Value? {
    guard let columns else {
      try check(heading: cells, line)
      columns = cells
      return nil
    }
    guard cells.count == columns.count else {
      let count = cells.count == 1 ? "1 cell" : "\(cells.count) cells"
      throw Fault(
        .file,
        "\(path):\(line): the row has \(count), but the heading has "
          + (columns.count == 1 ? "1 column" : "\(columns.count) columns"),
        nextStep: cells.count > columns.count
          ? (columns.count == 1
            ? "the first line must name the columns: remove any lines above the names; or, if " : "if ")
            + "a cell contains the separator, put the cell in quotes"
          : "write \(columns.count) cells, including empty cells; put a cell with a line end in quotes")
    }
    return .record(Record(columns.indices.map { (name: columns[$0], value: .string(cells[$0])) }))
  }

  private func check(heading names: [String], _ line: Int) throws(Fault) {
    if !rows.hasQuotes, names[0].begins(with: "sep="), names[0].utf8.count == (names.count == 1 ? 5 : 4),
      names.dropFirst().allSatisfy(\.isEmpty), names.count == 2 || separator.other(in: names[0]) != nil
    {
      throw Fault(
        .file, "\(path):\(line): the line only names the separator for a spreadsheet program",
        nextStep: "remove that line")
    }
    if names.count == 1, !rows.hasQuotes, let seen = separator.other(in: names[0]) {
      throw Fault(
        .file, "\(path):\(line): the heading has one column, whose name contains \(seen.name)",
        nextStep: seen.step(path))
    }
    if let place = names.firstIndex(of: "") {
      throw Fault(
        .file, "\(path):\(line): column \(place + 1) has no name", nextStep: "name each column in the first line")
    }
    var seen: Set<CodePointComparedString> = []
    for name in names where !seen.insert(CodePointComparedString(name)).inserted {
      throw Fault(
        .file, "\(path):\(line): the column \(name) occurs twice",
        nextStep: "rename one of the columns in the first line")
    }
  }

  /// Returns the next elements of a JSON file, which the first call reads completely.
  private mutating func nextElements() throws(Fault) -> [Value]? {
    if document == nil {
      rest.reserveCapacity(min(try file.length(), Self.limit) + 1)
      while !isAtEnd { try fill() }
      do throws(JSONSyntaxError) { document = try JSONArrayElementParser(parsing: rest) } catch {
        throw Fault(.file, "\(path):\(error)", nextStep: JSONAdvice.ofDocument(rest, error, path))
      }
      rest = []
    }
    return document?.next(1024)?.map { Value($0) }
  }

  /// Removes and returns the bytes up to the last line end; nil if there is no line end.
  ///
  /// At the end of the file, the function returns all bytes.
  private mutating func completeLines() -> [UInt8]? {
    if isAtEnd {
      defer { rest = [] }
      return rest
    }
    guard let end = rest[searched...].lastIndex(of: UInt8(ascii: "\n")) else {
      searched = rest.count
      return nil
    }
    searched = 0
    var lines: [UInt8] = []
    swap(&lines, &rest)
    rest = Array(lines[(end + 1)...])
    lines.removeSubrange((end + 1)...)
    return lines
  }

  private mutating func parse(_ bytes: [UInt8]) throws(Fault) -> [Value] {
    switch format {
    case .ndjson: return try ElementsOrUnparsedLines.lines(bytes, path: path, before: linesBefore).elements()
    case .txt:
      if bytes.isEmpty { return [] }
      var texts: [Value] = []
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      for content in lines.dropLast(bytes.last == UInt8(ascii: "\n") ? 1 : 0) {
        let bytes = content.last == 0x0D ? content.dropLast() : content
        guard !bytes.contains(0) else {
          throw Fault(
            .file, "\(path):\(linesBefore + texts.count + 1): a NUL byte", nextStep: BinaryFileDetector.withoutNUL(path)
          )
        }
        guard let text = unsafe bytes.withUnsafeBytes({ unsafe String(utf8: $0) }) else {
          throw .notUTF8(path, linesBefore + texts.count + 1, content, sample: Array(lines.joined()))
        }
        texts.append(.string(text))
      }
      linesBefore += texts.count
      return texts
    case .csv, .tsv, .json: return []
    }
  }
}

extension [UInt8] {
  /// The number of line feeds in the bytes.
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
