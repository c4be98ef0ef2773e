import ArgumentParser
import Evaluation
import JSONText
import Language
import Values
import Formats

/// The options of `retort check`.
struct CheckCommandOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The format of findings: text, or json for editors.", valueName: "FORMAT"))
  var output: FindingsFormat = .text

  @ArgumentParser.Argument(help: ArgumentHelp("Scripts.", valueName: "FILE"))
  var files: [String]

  enum FindingsFormat: String, ExpressibleByArgument {
    case text, json
  }
}

/// Checks scripts for errors, without running them and without a connection: `retort check`.
///
/// - Returns: 0, or 2 if a file has an error.
func check(_ options: CheckCommandOptions, _ console: Console) -> Int32 {
  var sessionOptions = Session.Options()
  sessionOptions.renderer = DiagnosticRenderer(
    width: console.showsNotes ? console.noteColumns() : 100, isForTerminal: console.showsNotes)
  let session = Session.offline(
    options: sessionOptions, output: ResultOutput(write: console.write), note: console.note, draw: console.draw)
  var status: Int32 = 0
  for file in options.files {
    do throws(Fault) {
      let source = SourceText(name: file == "-" ? "standard input" : file, text: try TextFile.read(file))
      let report = Interpreter(session).check(source, isThorough: true)
      if report.hasErrors { status = 2 }
      switch options.output {
      case .text: show(report, session, console)
      case .json: console.write(json: report.json(source.name))
      }
    } catch {
      session.show(error)
      status = 2
    }
  }
  return status
}

private func show(_ report: Interpreter.CheckReport, _ session: Session, _ console: Console) {
  for (diagnostic, source) in report.diagnostics {
    session.show(DiagnosticRenderer.DiagnosticContent(diagnostic, in: source))
  }
  for entry in report.inventory {
    _ = console.write(Array("\(entry.file):\(entry.line): \(entry.kind.rawValue): \(entry.text)\n".utf8))
  }
}

extension Interpreter.CheckReport {
  /// Returns the report about a checked file as JSON, for editors.
  ///
  /// The JSON contains the errors and warnings, and an inventory of the statements that change data. Lines and columns
  /// are counted from 1.
  fileprivate func json(_ file: String) -> JSONValue {
    [
      "file": .string(file),
      "findings": .array(JSONArray(diagnostics.map { Self.json($0.diagnostic, $0.source) })),
      "inventory": .array(
        JSONArray(
          inventory.map { entry in
            [
              "file": .string(entry.file), "line": .number(JSONNumber(entry.line)),
              "kind": .string(entry.kind.rawValue),
              "text": .string(entry.text),
            ]
          })),
    ]
  }

  private static func json(_ diagnostic: Diagnostic, _ source: SourceText) -> JSONValue {
    let (start, end) = (source.place(of: diagnostic.range.lower), source.place(of: diagnostic.range.upper))
    return [
      "file": .string(source.name), "severity": .string(diagnostic.severity.rawValue),
      "line": .number(JSONNumber(start.line)), "column": .number(JSONNumber(start.column)),
      "end-line": .number(JSONNumber(end.line)), "end-column": .number(JSONNumber(end.column)),
      "message": .string(diagnostic.message), "next-step": diagnostic.nextStep.map { .string($0) } ?? .null,
    ]
  }
}
