import Evaluation
import Formats
import Glibc
import Handbook
import JSONRPC
import Language
import Synchronization
import Terminal
import Values

/// The interactive prompt, which reads statements from the user and runs them.
final class Prompt: Sendable {
  let session: Session
  let console: Console
  let notices: ConnectionNotices
  let environment: [String: String]
  let interpreter: Interpreter
  private let readsStartFiles: Bool
  /// The tour of `retort demo`; nil if the prompt was not started by `retort demo`.
  private let demo: DemoTour?
  /// The statement that the user is typing.
  let draft = StatementDraft()

  init(
    _ session: Session, _ console: Console, _ notices: ConnectionNotices, _ environment: [String: String],
    readsStartFiles: Bool, demo: DemoTour? = nil
  ) {
    self.readsStartFiles = readsStartFiles
    self.demo = demo
    self.session = session
    self.console = console
    self.notices = notices
    self.environment = environment
    interpreter = Interpreter(session)
  }

  /// Reads and runs statements until Ctrl-D, `exit` or a signal.
  ///
  /// - Returns: The exit status of the program.
  func run() async -> Int32 {
    let editor: LineEditor
    do throws(LineEditorError) {
      editor = try LineEditor(history: history, completion: completion, painting: painting, help: help)
    } catch {
      console.note("\(error)\n")
      return 1
    }
    console.note("retort \(version): help explains, Ctrl-D exits\n")
    if let status = await runStartFiles() { return status }
    if demo != nil {
      console.note(DemoTour.introduction)
      _ = await run(SourceText(name: "demo", text: DemoTour.beginning), isPasted: true)
    }
    var prompt = first
    var isOfDirectory = false
    while true {
      let isFirst = !draft.isOpen
      let input = await notices.readLine(of: editor, prompt: prompt, after: { isFirst ? self.first : nil })
      if let status = await take(input, editor) { return status }
      let report = interpreter.check(draft.source, isTyped: !draft.wasPasted)
      if draft.isOpen, report.hasErrors, report.isIncomplete {
        prompt = continuation(report.open)
        continue
      }
      if draft.isOpen, let status = await enter(report, editor) { return status }
      if session.takesHistoryOfDirectory != isOfDirectory {
        isOfDirectory.toggle()
        editor.showHistory(ofDirectory: isOfDirectory)
      }
      prompt = first
    }
  }

  /// Runs the start files.
  ///
  /// - Returns: The exit status if one of the files ends the prompt, otherwise nil.
  private func runStartFiles() async -> Int32? {
    guard readsStartFiles else { return nil }
    for text in StartFiles(environment: environment).texts(note: console.note) {
      let status = await run(text, isPasted: true)
      if interpreter.hasExited { return status }
    }
    return nil
  }

  /// Adds the user's input to the draft of the statement.
  ///
  /// - Returns: The exit status if the input ends the prompt, otherwise nil.
  private func take(_ input: PromptInput, _ editor: LineEditor) async -> Int32? {
    switch input {
    case .line(let line):
      switch draft.isOpen ? nil : word(line) {
      case "edit"?: await edit(draft.last)
      case "trust"?: await trust()
      default: draft.add(line)
      }
    case .edit(let line):
      if !line.isEmpty { draft.add(line) }
      let text = draft.take()
      remember(text, editor)  // so that the history contains the text even if the editor fails
      await edit(text)
    case .interrupted: await drop(editor)
    case .endOfInput:
      guard draft.isOpen else { return 0 }
      await drop(editor, "; Ctrl-D again exits")
    case .stopped(let signal): return signal.exitStatus
    }
    return nil
  }

  /// Discards an incomplete statement, and shows a note about it.
  ///
  /// The note ends with `addition`. The function does nothing if the draft is empty.
  private func drop(_ editor: LineEditor, _ addition: String = "") async {
    guard draft.isOpen else { return }
    draft.take()
    console.note("note: the incomplete statement is dropped\(addition)\n")
    await discardRest(editor)
  }

  /// Discards the lines that the user has pasted after an incomplete, faulty or refused statement, and shows a note
  /// about them.
  ///
  /// The lines can be the rest of a block, such as the body of an `if`. Without the beginning of the block, the lines
  /// would run unconditionally. A terminal without bracketed paste sends pasted lines one by one.
  private func discardRest(_ editor: LineEditor) async {
    let lines = await editor.discardInput()
    guard lines > 0 else { return }
    let rest = lines == 1 ? "the line after the statement was" : "the \(lines) lines after the statement were"
    console.note("note: \(rest) not run, because \(lines == 1 ? "it" : "they") can belong to the statement\n")
  }

  /// Runs the statements of the draft.
  ///
  /// - Returns: The exit status if one of the statements ends the prompt, otherwise nil.
  private func enter(_ report: Interpreter.CheckReport, _ editor: LineEditor) async -> Int32? {
    let isPasted = draft.wasPasted
    let text = draft.take()
    remember(text, editor)
    guard !text.allSatisfy(\.isWhitespace) else { return nil }
    draft.last = text
    _ = notices.takeAsked()
    guard await isAllowed(report, isPasted) else {
      await discardRest(editor)
      return nil
    }
    let status = await run(SourceText(name: "prompt", text: text), isPasted: isPasted)
    // A question reads the first of several pasted lines as its answer. If the answer is refused, the other lines must
    // not run. Ctrl-C discards typed lines, so `retort ctl stop` discards them too.
    let isRefused = notices.takeAsked() && status != 0
    if interpreter.takeStop() || report.hasSyntaxErrors || isRefused { await discardRest(editor) }
    if status == 0, let next = demo?.next(after: text) { console.note(next) }
    if let problem = session.keepLearned() { console.note("note: \(problem)\n") }
    return interpreter.hasExited ? status : nil
  }

  /// The prompt for the first line of a statement, which shows the newest connection and its state.
  ///
  /// While any connection has `env: "production"`, the prompt is red. If colours are off, the prompt contains the word
  /// `production` instead.
  private var first: LinePrompt {
    let connections = session.connections
    guard let connection = connections.last else { return "> " }
    let isProduction = connections.contains { $0.env == "production" }
    let isColoured = session.options.renderer.isColoured
    var marks = connection.env.map { [$0] } ?? []
    if connection.state != .up { marks.append(connection.state.rawValue) }
    let inFlight = connections.reduce(0) { $0 + $1.inFlight }
    if inFlight > 0 { marks.append("\(inFlight) in flight") }
    if connections.count > 1 {
      let isHidden = isProduction && connection.env != "production" && !isColoured
      marks.append("\(connections.count) connections" + (isHidden ? ", one to production" : ""))
    }
    let notes = marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"
    let label = String(connection.label.prefix(40))
    return LinePrompt(
      label + notes + "> ", look: isProduction && isColoured ? "31;1" : nil)
  }

  /// Returns the prompt for the second and each further line of a statement.
  ///
  /// The prompt names the unclosed part of the statement, such as a bracket.
  private func continuation(_ open: UnclosedPart?) -> LinePrompt {
    LinePrompt((open?.text ?? "...") + "> ", indent: min(2 * (open?.depth ?? 0), 20))
  }

  /// Returns the line if it is a command of the prompt, such as `edit`; nil for any other line.
  ///
  /// The result is also nil if a variable or a `def` has the name of the command.
  private func word(_ line: String) -> String? {
    let names = interpreter.names
    return Vocabulary.promptWords.first {
      line.trimmed == $0 && !names.variables.contains($0) && !names.definitions.contains($0)
    }
  }

  /// Adds the start file of the working directory to the trusted files, and runs the file.
  private func trust() async {
    do throws(Fault) {
      _ = await run(try StartFiles(environment: environment).trust(StartFiles.local), isPasted: true)
    } catch { session.show(error) }
  }

  /// The history of earlier sessions, to which the prompt adds statements.
  ///
  /// If the history's file can't be used, a note says so, and the history only lasts until the end of the session.
  private var history: History {
    guard demo == nil, let file = HistoryFile(environment: environment) else { return History() }
    do throws(LineEditorError) { return try History(file: file, directory: Self.workingDirectory) } catch {
      console.note("note: \(error)\n")
      return History()
    }
  }

  private static var workingDirectory: String? {
    guard let path = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  private func completion(of line: String, at cursor: Int) -> TabCandidates {
    PromptCompleter(interpreter: interpreter).completion(of: line, after: draft.text, at: cursor)
  }

  /// Returns the help for the word at the cursor, cut to the height of the terminal.
  private func help(of line: String, at cursor: Int) -> String? {
    let before = draft.text.isEmpty ? "" : draft.text + "\n"
    guard
      let page = Help.page(
        of: before + line, at: before.utf8.count + cursor, columns: console.columns())
    else { return nil }
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let most = max(4, console.rows() - 4)
    return (lines.count > most ? lines.prefix(most - 1) + ["..."] : lines).joined(separator: "\n")
  }

  /// The highlighting of the line that the user types; nil if colours are off.
  private var painting: LinePainting? {
    guard session.options.renderer.isColoured, TerminalProperties.canMoveCursor(environment) else { return nil }
    return LinePainting(
      looks: StatementHighlighter.looks(isLight: StatementHighlighter.isLight(environment)),
      parts: { [self] line, cursor in
        let names = interpreter.names
        return StatementHighlighter(variables: names.variables, definitions: names.definitions).parts(
          of: line, after: draft.text, cursor: cursor)
      },
      hint: { [self] line in interpreter.argumentHint(of: draft.isOpen ? draft.text + "\n" + line : line) })
  }

  private func remember(_ text: String, _ editor: LineEditor) {
    do throws(LineEditorError) { try editor.remember(text) } catch { console.note("\(error)\n") }
  }

  /// Opens a text in the user's editor, and adds the edited text to the draft.
  ///
  /// If the edited text is empty, the draft does not change.
  private func edit(_ text: String) async {
    do throws(LineEditorError) {
      guard let edited = try await ExternalEditor(environment: environment).edited(text) else {
        return console.note("note: the editor failed, so the statement was not run\n")
      }
      guard !edited.allSatisfy(\.isWhitespace) else { return }
      console.note(edited.split(separator: "\n").enumerated().map { ($0 == 0 ? "> " : "  ") + $1 + "\n" }.joined())
      draft.add(edited, fromEditor: true)
    } catch { console.note("error: \(error)\n") }
  }

  /// Returns whether to run the entered text.
  ///
  /// If the text is dangerous, the function first asks the user.
  ///
  /// A text is dangerous if the user pasted it, it destroys resources, and a connection has `guard: "confirm"`.
  ///
  /// - Returns: False if the user does not confirm.
  private func isAllowed(_ report: Interpreter.CheckReport, _ isPasted: Bool) async -> Bool {
    let count = report.inventory.filter { $0.kind == .destroys }.count
    guard isPasted, count > 0, session.isGuarded, !report.hasErrors else { return true }
    let answer = await answer(
      to:
        "\(count) pasted \(count == 1 ? "statement destroys" : "statements destroy") resources "
        + "on a guarded connection; run the text? yes or no: "
    )
    if answer?.trimmed == "yes" { return true }
    console.note("note: the text was not run\n")
    return false
  }

  /// Asks the user a question.
  ///
  /// Any signal, such as Ctrl-C, ends the question without an answer. A signal other than Ctrl-C then also ends the
  /// program.
  private func answer(to question: String) async -> String? {
    let asking = Task { await notices.answer(to: question) }
    let stop = Mutex<Terminal.TerminationSignal?>(nil)
    let answer = await SignalCatcher.shared.watching { signal in
      if signal != .interrupt { stop.withLock { $0 = signal } }
      asking.cancel()
    } during: {
      await asking.value
    }
    if let stop = stop.withLock({ $0 }) { raise(stop.rawValue) }
    return answer
  }

  private func run(_ source: SourceText, isPasted: Bool) async -> Int32 {
    let work = Task { await interpreter.run(source, isTyped: !isPasted) }
    let stop = RunStopper(session, work)
    let status = await SignalCatcher.shared.watching {
      stop.signalled($0, forcedEnds: false)
    } during: {
      defer {
        stop.end()
        NonHangingStandardStream.resume()
      }
      return await work.value
    }
    // A signal such as SIGTERM ends the statement, and then the prompt.
    if let signal = stop.signal, signal != .interrupt { SignalCatcher.shared.raise(signal) }
    return status
  }
}

extension String {
  /// The text without the white space at its beginning and end.
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
