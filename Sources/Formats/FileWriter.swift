import JSONText
package import Values

/// Writes elements to a file in the file's format.
///
/// The elements replace the content of the file, or are appended to the content. After an error, the file is unchanged.
package struct FileWriter {
  private let path: String
  private let format: FileFormat
  private let file: AtomicFile
  private var columns: [String]?
  private var isFirst = true
  private var pending: [UInt8] = []
  /// The number of written elements.
  package private(set) var count = 0
  /// The number of bytes that were passed to `file`.
  private var flushed = 0
  /// Whether the last line of the file had no line end, so that ``finish()`` added the line end.
  package private(set) var hasEndedLine = false

  /// Opens a file for writing.
  ///
  /// - Throws: A `file` error if the program can't write the file, or if `isNew` is true and the file exists. A `value`
  ///   error if the options contradict each other or the format.
  package init(_ path: String, _ format: FileFormat, appends: Bool, isNew: Bool = false) throws(Fault) {
    guard !(appends && isNew) else {
      throw Fault(
        .value, "the option append: adds to a file, but the option new: requires a file that does not exist",
        nextStep: "remove one of the two options")
    }
    guard !(appends && format == .json) else {
      throw Fault(.value, "a JSON array can't be appended to", nextStep: "write a file with the suffix .ndjson instead")
    }
    self.path = path
    self.format = format
    if appends { columns = try Self.header(path, format) }
    file = try AtomicFile(path, appends: appends, isNew: isNew)
  }

  package mutating func write(_ page: [Value]) throws(Fault) {
    for element in page { try write(element) }
    if pending.count > 1 << 18 { try flush() }
  }

  /// Stores the written elements in the file.
  ///
  /// Other programs see the elements only after this call.
  package mutating func finish() throws(Fault) {
    if format == .json { pending += Array((isFirst ? "[]\n" : "]\n").utf8) }
    try flush()
    var lacksLineEnd = false
    try file.finish { hasContent throws(Fault) in
      lacksLineEnd = try Self.refuseTorn(path, format)
      return try opening(hasContent)
    }
    hasEndedLine = lacksLineEnd
  }

  /// Discards all written elements, and leaves the file unchanged.
  package func abandon() { file.abandon() }

  private mutating func flush() throws(Fault) {
    flushed += pending.count
    if format == .json {
      try check(size: flushed, of: "the file", nextStep: "write a file with the suffix .ndjson instead")
    }
    try file.write(pending, isJSON: format == .json || format == .ndjson)
    pending = []
  }

  /// Throws an error if a file, or an element of a file, is larger than `read` accepts.
  private func check(size: Int, of what: String, nextStep: String? = nil) throws(Fault) {
    guard size > FileReader.limit, !file.isDirect else { return }
    throw Fault(
      .value, "\(what) is larger than 256 MiB, so read could not read \(path)", nextStep: nextStep)
  }

  private mutating func write(_ element: Value) throws(Fault) {
    let before = pending.count
    switch format {
    case .ndjson:
      try element.json().encode(into: &pending)
      pending.append(UInt8(ascii: "\n"))
    case .json:
      pending.append(UInt8(ascii: isFirst ? "[" : ","))
      try element.json().encode(into: &pending)
    case .txt: try line(element)
    case .csv, .tsv: try row(element)
    }
    try check(size: pending.count - before, of: "an element")
    isFirst = false
    count += 1
  }

  /// Writes a text as a line of the file.
  ///
  /// A text with a line end is an error, because a reader would see two lines. A text with a NUL or a byte order mark
  /// is an error, too.
  private mutating func line(_ element: Value) throws(Fault) {
    guard case .string(let text) = element else {
      throw Fault(
        .type, "a line of \(path) must be a string, not \(element.typeWithArticle)",
        nextStep: "| map string(it) | write ..."
      )
    }
    let hasMark = isFirst && text.begins(with: "\u{FEFF}")
    guard !text.holds("\n"), !text.ends(with: "\r"), !text.containsNUL, !hasMark else {
      throw Fault(
        .value, "\(text.quoted) can't be a line of \(path): it contains a line end, a NUL or a byte order mark",
        nextStep: "write a file with the suffix .ndjson instead")
    }
    pending += Array(text.utf8) + [0x0A]
  }

  private mutating func row(_ element: Value) throws(Fault) {
    let row = element.row
    let names = columns ?? row.names
    if columns == nil {
      try check(names)
      columns = names
      if !file.isAppended { pending += headerLine }
    }
    let (cells, extra) = row.cells(under: names)
    if let extra {
      throw Fault(
        .value, "\(extra) is not a column of \(path)",
        nextStep: "the columns are \(names.joined(separator: ", ")); choose the fields of a row with | select")
    }
    if let cell = cells.first(where: \.containsNUL) { throw nul(cell) }
    Self.append(cells, format, to: &pending)
  }

  private static func append(_ cells: [String], _ format: FileFormat, to bytes: inout [UInt8]) {
    CSVWriter.append(cells, separator: UInt8(ascii: format == .csv ? "," : "\t"), to: &bytes)
    bytes += [0x0D, 0x0A]
  }

  /// Throws an error if there are no names, or if one of the names is invalid for a column.
  private func check(_ names: [String]) throws(Fault) {
    if names.isEmpty {
      throw Fault(
        .value, "a record without fields has no columns for \(path)", nextStep: "name some fields: | select .id")
    }
    if names.has("") {
      throw Fault(
        .value, "a field without a name can't be a column of \(path)",
        nextStep: "give the field a name: | select name: it[\"\"]")
    }
    if let name = names.first(where: \.containsNUL) { throw nul(name) }
  }

  private func nul(_ text: String) -> Fault {
    Fault(
      .value, "\(text.quoted) contains a NUL, which \(path) can't contain",
      nextStep: "write a file with the suffix .ndjson instead")
  }

  private var headerLine: [UInt8] {
    var line: [UInt8] = []
    guard let columns else { return line }
    let separator = format == .csv ? CSVSeparator.comma : .tab
    // Without quotes, a reader would mistake the `;` in a heading such as `a;b` for the separator of the file.
    if columns.count == 1, separator.other(in: columns[0]) != nil, !columns[0].utf8.contains(UInt8(ascii: "\"")) {
      return Array("\"\(columns[0])\"\r\n".utf8)
    }
    Self.append(columns, format, to: &line)
    return line
  }

  /// Returns the header line for an empty file, and no bytes for a file with a header line.
  ///
  /// The function throws an error if the file has other columns than the writer.
  private func opening(_ hasContent: Bool) throws(Fault) -> [UInt8] {
    guard hasContent, let columns, let header = try Self.header(path, format) else { return headerLine }
    guard header.map({ CodePointComparedString($0) }) == columns.map({ CodePointComparedString($0) }) else {
      throw Fault(
        .file, "another program changed the columns of \(path) during the write: \(header.joined(separator: ", "))")
    }
    return []
  }

  /// Throws an error if a file ends inside an element: inside a JSON value, a row or a quoted cell.
  ///
  /// A reader would fail at the incomplete element, and would not read the elements appended after it. The function
  /// throws the reader's error. If the last line of a csv, tsv or txt file has no line end, it may be incomplete too,
  /// although it can be read.
  ///
  /// - Returns: Whether the last line of a csv, tsv or txt file has no line end.
  private static func refuseTorn(_ path: String, _ format: FileFormat) throws(Fault) -> Bool {
    guard FileDescriptor.isFile(path) else { return false }
    let file = try FileDescriptor.reading(path)
    let lacksLineEnd = file.lacksLineEnd(try file.length())
    let hasCells = format == .csv || format == .tsv
    let mayBeTorn = if hasCells, !lacksLineEnd { try hasOpenQuote(file) } else { lacksLineEnd }
    if format != .txt, mayBeTorn {
      var reader = try FileReader(path, format)
      while try reader.next() != nil {}
    }
    return lacksLineEnd && format != .ndjson
  }

  /// Whether a csv file ends inside a quoted cell: its number of quotes is odd.
  private static func hasOpenQuote(_ file: FileDescriptor) throws(Fault) -> Bool {
    var quotes = 0
    while case let piece = try file.read(1 << 18), !piece.isEmpty {
      for byte in piece where byte == UInt8(ascii: "\"") { quotes += 1 }
    }
    return !quotes.isMultiple(of: 2)
  }

  /// Returns the columns of a csv or tsv file; nil for a missing or empty file.
  private static func header(_ path: String, _ format: FileFormat) throws(Fault) -> [String]? {
    guard format == .csv || format == .tsv, FileDescriptor.isFile(path) else { return nil }
    var reader = try FileReader(path, format)
    let header = try reader.header()
    guard !reader.endsInReturn else {
      throw Fault(
        .file, "the lines of \(path) end in CR alone, so nothing can be appended",
        nextStep: "read the file, and write its lines to a new file")
    }
    return header
  }
}
