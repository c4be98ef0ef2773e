import Formats
import JSONText
import Language
import Redaction
import Synchronization
import Values

/// Writes results in a format, such as a table or lines of JSON, page by page.
struct ResultPrinter {
  let output: ResultOutput
  let format: ResultFormat
  /// Whether the printer uses the default format, because the user has not chosen a format.
  ///
  /// With the default format, rows that are wider than the screen become cards.
  let isAutomatic: Bool
  /// The notes to show after the results.
  var notes: [String] = []
  private let progress: SessionProgressDisplay
  private var header: [String]?
  /// The number of elements that the printer has written.
  var count = 0

  /// The maximum number of table rows or chart bars at a terminal.
  static let rowLimit = 100

  init(_ session: Session, output: ResultOutput, format: ResultFormat? = nil) {
    let chosen = format ?? session.state.withLock(\.format)
    self.output = output
    progress = session.progress
    self.format = chosen ?? (output.isTerminal ? .table : .ndjson)
    isAutomatic = chosen == nil
  }

  /// Writes a value.
  ///
  /// Each element of a list or stream becomes a row or a line. A scalar becomes a line of JSON.
  mutating func show(_ value: Value) async throws(Fault) {
    switch value {
    case .null, .client, .connection: return
    case .stream, .range, .page, .list:
      var elements = try await PipelineRun.spread(value, progress)
      try await show(&elements)
    case .resource, .record, .error:
      if format == .table || format == .card {
        try card(
          value.isError
            ? Record((try value.json().objectValue ?? [:]).map { (name: $0.key, value: Value($0.value)) })
            : value.shownRow)
      } else {
        var elements = ElementStream([value])
        try await show(&elements)
      }
    case .duration(let duration) where output.isTerminal: try output.put(line: duration.shown)
    default:
      try output.put(json: try value.isStringLike ? .string(value.exactText()) : value.json())
    }
  }

  /// Writes the value of a statement that consists of a name only.
  ///
  /// The function writes a client as a record, and a connection as its address.
  mutating func show(named value: Value) async throws(Fault) {
    switch value {
    case .client(let client): try await show(.record(Record(client.fields)))
    case .connection(let connection): try await show(.string(connection.address))
    default: try await show(value)
    }
  }

  /// Writes the elements of a stream.
  ///
  /// At a terminal, the function adds a note if the result is empty. The function also adds a note if the elements are
  /// a page and the service has a next page.
  mutating func show(_ elements: inout ElementStream) async throws(Fault) {
    try await write(&elements)
    if count == 0, output.isTerminal { notes.append("0 rows") }
    if elements.hasNextPage { notes.append(Session.nextPage(shown: count, of: elements.total?())) }
  }

  private mutating func write(_ elements: inout ElementStream) async throws(Fault) {
    switch format {
    case .table: try await table(&elements)
    case .card: try await cards(&elements)
    case .ndjson: try await ndjson(&elements)
    case .json: try await json(&elements)
    case .csv: try await csv(&elements)
    }
  }

  private mutating func ndjson(_ elements: inout ElementStream) async throws(Fault) {
    while let page = try await elements.next() {
      count += page.count
      var bytes: [UInt8] = []
      for element in page {
        try element.json().encode(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
      }
      try output.put(json: bytes)
      try output.showAtTerminal()
    }
  }

  private mutating func json(_ elements: inout ElementStream) async throws(Fault) {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    while let page = try await elements.next() {
      for element in page {
        if count > 0 { bytes.append(UInt8(ascii: ",")) }
        count += 1
        try element.json().encode(into: &bytes)
      }
      try output.put(json: bytes)
      bytes = []
    }
    try output.put(bytes + Array("]\n".utf8))
  }

  private mutating func csv(_ elements: inout ElementStream) async throws(Fault) {
    while let page = try await elements.next() {
      count += page.count
      for element in page {
        let row = element.row
        let names = header ?? row.names
        if header == nil {
          header = names
          try put(csv: names)
        }
        let (cells, extra) = row.cells(under: names)
        if let extra {
          throw Fault(
            .value, "\(extra) is not a column of the csv",
            nextStep: "name the columns: csv ?.\(names.first ?? "id") ?.\(extra)")
        }
        try put(csv: cells)
      }
      try output.showAtTerminal()
    }
  }

  private func put(csv cells: [String]) throws(Fault) {
    var line: [UInt8] = []
    CSVWriter.append(output.isTerminal ? cells.map(TerminalSafeText.visible) : cells, to: &line)
    try output.put(line + [0x0A])
  }
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
