import ArgumentParser
import Evaluation
import Language
import Redaction
import Values
import Formats

/// The options of `retort fmt`.
struct FormatCommandOptions: ParsableArguments {
  @Flag(help: "Changes no file. Lists the files whose layout would change. If there are any, the exit status is 1.")
  var check = false

  @ArgumentParser.Argument(
    help: ArgumentHelp("Scripts. - formats standard input to standard output.", valueName: "FILE"))
  var files: [String]
}

/// Formats files in the canonical layout: `retort fmt`.
///
/// The function changes each file completely or not at all.
///
/// - Returns: 2 if a file can't be read or has a syntax error, 1 if `--check` lists a file, otherwise 0.
func format(_ options: FormatCommandOptions, _ console: Console) -> Int32 {
  var status: Int32 = 0
  for file in options.files { status = max(status, format(file, isCheck: options.check, console)) }
  return status
}

private func format(_ file: String, isCheck: Bool, _ console: Console) -> Int32 {
  let name = file == "-" ? "standard input" : file
  let renderer = DiagnosticRenderer(
    width: console.showsNotes ? console.noteColumns() : 100, isForTerminal: console.showsNotes)
  do throws(Fault) {
    let text = try TextFile.read(file)
    let source = SourceText(name: name, text: text)
    let formatted: String
    do throws(Formatter.ParseFailure) { formatted = try Formatter.formatted(source) } catch {
      for diagnostic in error.diagnostics {
        console.draw(renderer.render(DiagnosticRenderer.DiagnosticContent(diagnostic, in: source)))
      }
      return 2
    }
    if isCheck {
      guard formatted != text else { return 0 }
      return console.write(Array((name + "\n").utf8)) ? 1 : 0
    }
    if file == "-" { return console.write(Array(formatted.utf8)) ? 0 : 1 }
    if formatted != text { try TextFile.replace(file, with: formatted) }
    return 0
  } catch {
    console.note(error)
    return 2
  }
}
