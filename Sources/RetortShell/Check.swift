import ArgumentParser
import Evaluation
import JSONRPC
import Language

/// The options of `retort check`.
struct CheckOptions: ParsableArguments {
  @ArgumentParser.Argument(help: ArgumentHelp("Files of statements.", valueName: "FILE"))
  var files: [String]
}

/// Parses and checks files without running them; opens no connection.
func check(_ files: [String], _ console: Console) -> Int32 {
  let output = Output(write: console.write)
  let session = Session(
    options: Session.Options(), output: output,
    surroundings: Session.Surroundings(
      open: { _ throws(LinkError) in throw LinkError(.closed, "a check opens no connection") }, note: console.note))
  var status: Int32 = 0
  for file in files {
    do throws(Fault) {
      let source = SourceText(name: file, text: try FileText.read(file))
      let report = Interpreter(session).check(source)
      session.show(report)
      for line in report.inventory { _ = console.write(Array((line + "\n").utf8)) }
      if report.hasErrors { status = 2 }
    } catch {
      session.show(error)
      status = 2
    }
  }
  return status
}
