import Language
import Values

extension BuiltInStage {
  static let table = output(
    .table,
    """
    Writes the elements as a table. At a terminal, the table has at most 100 rows, and long cells are cut. If columns \
    do not fit, the table omits them, and a note names them.
    """,
    #"[{a: 1, b: "x"}] | table"#, "a  b\n-  -\n1  x")
  static let card = output(
    .card, "Writes each element as a card: one line for each field.", #"[{a: 1, b: "x"}, {a: 2}] | card"#,
    "a  1\nb  x\n\na  2")
  static let json = output(.json, "Writes the elements as one JSON array.", "1..3 | json", "[1,2,3]")
  static let ndjson = output(.ndjson, "Writes each element as one line of JSON.", "1..2 | ndjson", "1\n2")
  static let csv = output(
    .csv, "Writes the elements as comma-separated values with a header line. Without elements, writes nothing.",
    #"[{a: 1, b: "x"}] | csv .b"#, "b\nx")

  private static func output(_ format: ResultFormat, _ summary: String, _ example: String, _ output: String)
    -> BuiltInStage
  {
    BuiltInStage(
      CommandDeclaration(
        name: format.rawValue, summary: summary,
        parameters: [.init(name: ".FIELD", shape: .path, isOptional: true, repeats: true)], result: "null",
        examples: [.init(code: example, output: output)], takesAnyOption: true,
        givesNothing: true, names: .read)
    ) { call in
      let selects = !call.command.arguments.isEmpty
      let code = call.selection()
      return .reduce { frame, stream throws(Fault) in
        var rows =
          selects
          ? stream.mapping(code, frame, stage: format.rawValue) { _, value, out throws(Fault) in
            out.append(value)
          } : stream
        (rows.hasNextPage, rows.total) = (stream.hasNextPage, stream.total)
        stream.close()
        if let shown = frame.run.shown { rows = shown.keeping(rows) }
        try await ResultPrinter.showing(frame.run, format: format) { printer throws(Fault) in
          try await printer.show(&rows)
        }
        return .null
      }
    }
  }
}
