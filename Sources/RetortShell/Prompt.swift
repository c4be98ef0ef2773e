import Evaluation
import Glibc
import Language
import Terminal

/// Statements typed by a person, one after the other.
struct Prompt {
  private let session: Session
  private let console: Console
  private let notices: Notices
  private let environment: [String: String]

  init(_ session: Session, _ console: Console, _ notices: Notices, _ environment: [String: String]) {
    self.session = session
    self.console = console
    self.notices = notices
    self.environment = environment
  }

  /// Reads and runs until Ctrl-D, `exit` or a signal.
  func run() async -> Int32 {
    let editor: LineEditor
    let interpreter = Interpreter(session)
    do throws(TerminalError) {
      let file = HistoryFile(environment: environment)
      editor = try LineEditor(history: try history(file)) { line, cursor in
        let names = interpreter.names
        return PromptCompleter(variables: names.variables, definitions: names.definitions).completion(
          of: line, at: cursor)
      }
    } catch {
      console.note("\(error)\n")
      return 1
    }
    console.note("retort \(version): help explains, Ctrl-D leaves\n")
    var text = ""
    var prompt = "> "
    while true {
      switch await notices.readLine(of: editor, prompt: prompt) {
      case .line(let line):
        text += text.isEmpty ? line : "\n" + line
        let report = interpreter.check(SourceText(name: "prompt", text: text), isTyped: true)
        if report.hasErrors, report.isIncomplete {
          prompt = "\(report.open ?? "")... "
          continue
        }
        remember(text, editor)
        let status = await run(text, interpreter)
        if interpreter.hasExited { return status }
      case .interrupted: break
      case .endOfInput: return 0
      case .stopped(let signal): return signal.exitStatus
      }
      text = ""
      prompt = "> "
    }
  }

  private func history(_ file: HistoryFile?) throws(TerminalError) -> History {
    guard let file else { return History() }
    return try History(file: file)
  }

  private func remember(_ text: String, _ editor: LineEditor) {
    do throws(TerminalError) { try editor.remember(text) } catch { console.note("\(error)\n") }
  }

  private func run(_ text: String, _ interpreter: Interpreter) async -> Int32 {
    guard !text.allSatisfy(\.isWhitespace) else { return 0 }
    let work = Task { await interpreter.run(SourceText(name: "prompt", text: text), isTyped: true) }
    let stop = Stop(session, work)
    return await Interrupts.shared.watching {
      stop.signalled($0, forcedEnds: false)
    } during: {
      await work.value
    }
  }
}
