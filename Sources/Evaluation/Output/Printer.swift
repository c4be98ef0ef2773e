import Synchronization
import JSONText
import Language
import Values
import Formats
import Redaction

/// Writes results in a format, a page at a time.
struct Printer {
  let output: Output
  let format: Format
  /// What is said beside the results.
  let note: (String) -> Void
  private var header: [String]?
  private var isEmpty = true

  /// How many rows of a stream a table at a terminal shows.
  static let rowLimit = 100

  init(_ session: Session, output: Output? = nil, format: Format? = nil) {
    self.output = output ?? session.output
    self.format = format ?? session.state.withLock(\.format) ?? (session.output.isTerminal ? .table : .ndjson)
    note = session.note
  }

  /// Writes a value: elements as rows or lines, a scalar as JSON on a line.
  mutating func show(_ value: Value) async throws(Fault) {
    switch value {
    case .null, .client, .connection: return
    case .stream, .range, .page, .list:
      var elements = try await PipelineRun.spread(value)
      try await show(&elements)
      if case .page(let page) = value, page.hasNext { note("this page has a next one: stream reads them all") }
    case .resource, .record, .error:
      if format == .table {
        try card(
          value.isError
            ? Record((try value.json().objectValue ?? [:]).map { (name: $0.key, value: Value($0.value)) }) : value.row)
      } else {
        var elements = ElementStream([value])
        try await show(&elements)
      }
    default:
      try output.put(json: try value.isStringLike ? .string(value.interpolated()) : value.json())
    }
  }

  /// Writes what a name alone stands for: a client or a connection as a record too.
  mutating func show(named value: Value) async throws(Fault) {
    switch value {
    case .client(let client): try await show(.record(Record(client.fields)))
    case .connection(let connection): try await show(.string(connection.address))
    default: try await show(value)
    }
  }

  /// Writes the elements of a stream.
  ///
  /// Of an empty result at a terminal a note says so.
  mutating func show(_ elements: inout ElementStream) async throws(Fault) {
    try await write(&elements)
    if isEmpty, output.isTerminal { note("0 rows") }
  }

  private mutating func write(_ elements: inout ElementStream) async throws(Fault) {
    switch format {
    case .table: try await table(&elements)
    case .ndjson: try await ndjson(&elements)
    case .json: try await json(&elements)
    case .csv: try await csv(&elements)
    }
  }

  private mutating func ndjson(_ elements: inout ElementStream) async throws(Fault) {
    while let page = try await elements.next() {
      if !page.isEmpty { isEmpty = false }
      var bytes: [UInt8] = []
      for element in page {
        try element.json().encode(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
      }
      try output.put(json: bytes)
    }
  }

  private mutating func json(_ elements: inout ElementStream) async throws(Fault) {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    var isFirst = true
    while let page = try await elements.next() {
      if !page.isEmpty { isEmpty = false }
      for element in page {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        try element.json().encode(into: &bytes)
      }
      try output.put(json: bytes)
      bytes = []
    }
    try output.put(bytes + Array("]\n".utf8))
  }

  private mutating func csv(_ elements: inout ElementStream) async throws(Fault) {
    while let page = try await elements.next() {
      if !page.isEmpty { isEmpty = false }
      for element in page {
        let row = element.row
        if header == nil {
          header = row.names
          try output.put(line: CSV.line(row.names.map(shown)))
        }
        let names = header ?? []
        if let extra = row.names.first(where: { !names.has($0) }) {
          throw Fault(
            .value, "\(extra) is no column of the csv",
            nextStep: "name the columns: csv ?.\(names.first ?? "id") ?.\(extra)")
        }
        try output.put(line: CSV.line(names.map { shown(row[$0]?.cell ?? "") }))
      }
    }
  }

  private mutating func table(_ elements: inout ElementStream) async throws(Fault) {
    var rows: [Record] = []
    var isCut = false
    while let page = try await elements.next() {
      if !page.isEmpty { isEmpty = false }
      rows += page.map(\.row)
      if output.isTerminal, rows.count > Self.rowLimit {
        isCut = true
        elements.close()
      }
    }
    if isCut { rows.removeLast(rows.count - Self.rowLimit) }
    let (lines, hidden) = Table(rows, isForTerminal: output.isTerminal).lines(
      width: output.isTerminal ? output.columns() : nil)
    for line in lines { try output.put(line: line) }
    if !hidden.isEmpty { note("\(hidden.count) more columns: \(hidden.joined(separator: " ")); select .a .b chooses") }
    if isCut { note("the first \(Self.rowLimit) rows; | csv or | write \"FILE\" gives them all, | take N a part") }
  }

  /// One record: a line a field.
  private func card(_ record: Record) throws(Fault) {
    let fields = record.fields.map { (name: line($0.name), text: line($0.value.cell)) }
    let width = fields.map { Columns.width(of: $0.name) }.max() ?? 0
    for (name, text) in fields {
      try output.put(line: name + String(repeating: " ", count: width - Columns.width(of: name)) + "  " + text)
    }
  }

  private func line(_ text: String) -> String {
    output.isTerminal ? TerminalText.line(text) : TerminalText.unbroken(text)
  }

  private func shown(_ text: String) -> String { output.isTerminal ? TerminalText.visible(text) : text }
}

extension Value {
  fileprivate var isError: Bool { if case .error = self { true } else { false } }
  fileprivate var isStringLike: Bool {
    switch self {
    case .duration, .pattern: true
    default: false
    }
  }
}

extension Stage {
  static let table = output(.table, "Writes the elements as a table.", #"[{a: 1, b: "x"}] | table"#, "a  b\n-  -\n1  x")
  static let json = output(.json, "Writes the elements as one JSON array.", "1..3 | json", "[1,2,3]")
  static let ndjson = output(.ndjson, "Writes each element as JSON on a line.", "1..2 | ndjson", "1\n2")
  static let csv = output(
    .csv, "Writes the elements as comma-separated values with a heading.", #"[{a: 1, b: "x"}] | csv .b"#, "b\nx")

  private static func output(_ format: Format, _ summary: String, _ example: String, _ output: String) -> Stage {
    Stage(
      Declaration(
        name: format.rawValue, summary: summary,
        parameters: [.init(name: ".FIELD", shape: .path, isOptional: true, repeats: true)], result: "null",
        examples: [.init(code: example, output: output)], takesAnyOption: true)
    ) { call in
      let selects = !call.command.arguments.isEmpty
      let code = call.selection()
      return .reduce { frame, stream throws(Fault) in
        frame.run.session.noteNextPage(stream.hasNextPage)
        var printer = Printer(frame.run.session, output: frame.run.output, format: format)
        var rows =
          selects
          ? stream.mapping(code, frame, stage: format.rawValue) { _, value, out throws(Fault) in
            out.append(value)
          } : stream
        stream.close()
        try await printer.show(&rows)
        return .null
      }
    }
  }
}
