import Bulk
import Formats
public import Language
import Synchronization
import Values

/// Runs program texts in a session, one after another.
///
/// The variables of a text persist for the next text.
///
/// ```swift
/// let interpreter = Interpreter(session)
/// let status = await interpreter.run(SourceText(name: "-c", text: "print 1 + 1"))
/// ```
public final class Interpreter: Sendable {
  /// The session in which the statements run.
  public let session: Session
  private let state: Mutex<InterpreterState>

  /// The state of the interpreter that persists between texts.
  private struct InterpreterState {
    var scope: CompileTimeScope
    var definitions: [String: CommandDefinition] = [:]
    var frame: ExecutionFrame
    var hasExited = false
    /// Whether `retort ctl stop` ended the last text.
    var wasStopped = false
  }

  /// A compiled statement of the top level.
  enum CompiledTopLevelStatement {
    case step(CompiledStatement)
    case pipeline(CompiledExpression, isSummary: Bool, isName: Bool)
    case set([(name: String, range: SourceRange, code: CompiledExpression)])
    case help([String], SourceRange)
  }

  /// A compiled statement of the top level, with its source.
  struct PreparedStatement {
    var statement: CompiledTopLevelStatement
    var source: SourceText
    var range: SourceRange
    /// The source range of this statement in the text that the interpreter runs.
    ///
    /// For a statement of an included file, this is the range of the `source` statement that includes the file.
    var outer: SourceRange
    /// The number of variable slots before the statement defines its own variables.
    var before: Int
    /// Whether the statement changes data, writes files or asserts.
    ///
    /// If the run skips such a statement because standard output was closed, the exit status is 1 instead of 0.
    var isOwed: Bool
    /// Whether the statement changes or destroys resources.
    var changesData: Bool
  }

  /// Creates an interpreter without variables.
  public init(_ session: Session) {
    self.session = session
    var scope = CompileTimeScope()
    for name in ["_", "args"] {
      _ = scope.define(name, SourceRange(0, 0))
      _ = scope.read(name)
    }
    let frame = ExecutionFrame(
      slots: [.null, .list(session.options.arguments.map { .string($0) })], globals: [],
      run: StatementContext(
        session: session, source: SourceText(name: "", text: ""),
        statement: StatementConsentsAndOutcomes(session.account)))
    state = Mutex(InterpreterState(scope: scope, frame: frame))
  }

  /// The result of a check: errors and warnings, and an inventory of the text's effects.
  public struct CheckReport: Sendable {
    /// The errors and warnings in order, each with the source text that contains it.
    public var diagnostics: [(diagnostic: Diagnostic, source: SourceText)]
    /// Whether an error prevents the interpreter from running the text.
    public var hasErrors: Bool { diagnostics.contains { $0.diagnostic.severity == .error } }
    /// Whether the text has a syntax error, so the check knows neither its blocks nor its end.
    public var hasSyntaxErrors = false
    /// Whether the text is incomplete, and more input can complete it.
    public var isIncomplete: Bool
    /// The bracket or block that the text leaves open, for the continuation prompt; nil if nothing is open.
    public var open: UnclosedPart?
    /// The statements that change or destroy data, and the calls of `var(NAME)`, in the order of the text.
    public var inventory: [EffectInventoryLine] = []
    /// The files that the text includes, each with a source range in the text.
    ///
    /// The range covers the path in the `source` statement through which the text includes the file.
    public var inclusions: [(file: String, range: SourceRange)] = []

    /// A line of the inventory: a statement that changes or destroys data, or a call of `var(NAME)`.
    public struct EffectInventoryLine: Sendable, Equatable {
      /// The effect of a statement: it changes or destroys data, or reads a value of the option `--var`.
      public enum Kind: String, Sendable {
        case changes, destroys, reads
        /// The statement is a call that may destroy data: its method is known only at run time.
        case mayDestroy = "may destroy"
      }

      /// The name of the file that contains the statement.
      public var file: String
      /// The line number of the statement's first line.
      public var line: Int
      /// The effect of the statement.
      public var kind: Kind
      /// The text of the statement.
      public var text: String
    }
  }

  /// Parses and checks a text without running it.
  ///
  /// A thorough check also warns of likely mistakes: names that no statement reads, statements that never run, and a
  /// password in the text. It also warns of a loop that changes the queue whose pages it reads.
  public func check(_ source: SourceText, isTyped: Bool = false, isThorough: Bool = false) -> CheckReport {
    prepare(source, isTyped, isThorough: isThorough).report
  }

  /// Checks a text by itself, without the defs of earlier texts, and stores the text's own defs for completion.
  ///
  /// If the text has a syntax error, the interpreter keeps the defs of the previous text. The inventory then contains
  /// only statements without syntax errors.
  public func examine(_ source: SourceText) -> CheckReport {
    let before = state.withLock { state in
      defer { state.definitions = [:] }
      return state.definitions
    }
    var (report, _, compiler) = prepare(source, false, isThorough: true)
    if compiler == nil {
      let (partial, _) = compiled(Parser.parse(source).program, of: source, isThorough: true)
      report.inventory = partial.findings.inventory.map(CheckReport.EffectInventoryLine.init)
    }
    state.withLock { $0.definitions = compiler?.definitions ?? before }
    return report
  }

  /// Checks a text, and runs it if it has no errors; returns the exit status of the program.
  public func run(_ source: SourceText, isTyped: Bool = false) async -> Int32 {
    var (report, statements, compiler) = prepare(source, isTyped)
    let unread = isTyped ? nil : compiler?.findings.unreadInput(of: session.options, source)
    if !report.hasErrors, unread == nil {
      report.diagnostics += compiler?.findings.missingValues(of: session.options) ?? []
    }
    session.show(report)
    var entering = EnteredStatementsNotYetListed(source, isTyped: isTyped, session)
    guard !report.hasErrors, let compiler else {
      session.options.report?.add(check: report.diagnostics)
      entering.enterRest(hasSucceeded: false)
      return 2
    }
    if let unread {
      session.show(unread)
      return 2
    }
    var frame = frame(for: compiler)
    defer { state.withLock { $0.frame = frame } }
    var hasFailed = false
    defer { entering.enterRest(hasSucceeded: !hasFailed) }
    let lastOwed = statements.lastIndex(where: \.isOwed) ?? -1
    for (index, prepared) in statements.enumerated() {
      entering.enter(before: prepared.outer.lower)
      let running = RunningStatement(prepared, session)
      defer { running.end() }
      do throws(Fault) {
        try await run(running, &frame, keeping: isTyped ? LastShownElements() : nil)
        guard session.output.flush() else {
          return end(.closed(isOwed: index < lastOwed, isPartial: false, session.output.failure()), running)
        }
      } catch {
        hasFailed = true
        guard error.kind == .closed else { return end(error, running) }
        let isPartial = index >= lastOwed && prepared.isOwed && error.status == nil
        let isOwed = index < lastOwed || isPartial
        return end(.closed(isOwed: isOwed, isPartial: isPartial, session.output.failure()), running)
      }
    }
    return session.state.withLock(\.hasPartialFailure) ? 5 : 0
  }

  /// Stores the names that a compiled text defines, and returns a frame with slots for these names.
  private func frame(for compiler: Compiler) -> ExecutionFrame {
    let names = compiler.scope.topLevelNames
    session.state.withLock { state in
      state.names = names
      state.hasPartialFailure = false
    }
    return state.withLock { state in
      state.scope = compiler.scope
      state.definitions = compiler.definitions
      let missing = compiler.scope.slotCount - state.frame.slots.count
      if missing > 0 { state.frame.slots += Array(repeating: .null, count: missing) }
      return state.frame
    }
  }

  /// Runs a statement, and adds it to the report of the run.
  private func run(
    _ running: RunningStatement, _ frame: inout ExecutionFrame, keeping shown: LastShownElements?
  ) async throws(Fault) {
    let prepared = running.prepared
    frame.run = StatementContext(session: session, source: prepared.source, statement: running.account)
    defer { frame.run.files.close(session) }
    var end: Fault?
    do throws(Fault) {
      if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
      try await run(prepared, &frame, keeping: shown)
    } catch { end = error }
    if let error = await running.settled(end) {
      running.report(error.kind == .exit && error.exitStatus == 0 ? nil : error)
      throw [.interrupted, .exit, .closed].contains(error.kind)
        ? error : error.placed(at: prepared.range, in: prepared.source)
    }
    running.report(nil)
  }

  /// Ends a text with an error, and returns the exit status.
  ///
  /// The function removes the names that the failed statement and the statements after it define.
  private func end(_ fault: Fault, _ running: RunningStatement) -> Int32 {
    let isStopped = session.account.control.takeStop() && fault.kind == .interrupted
    let fault = isStopped ? Fault(.interrupted, "interrupted by retort ctl stop") : fault
    let isQuiet = fault.kind == .exit || fault.kind == .closed && fault.exitStatus == 0
    let names = state.withLock { state in
      state.scope.forget(from: running.prepared.before)
      state.hasExited = isQuiet || fault.kind == .closed
      state.wasStopped = isStopped
      return state.scope.topLevelNames
    }
    session.state.withLock { $0.names = names }
    session.output.flush()
    if !isQuiet { session.show(running.account.tallies.reduce(fault) { $0.within($1) }) }
    return fault.exitStatus
  }

  /// Returns whether `retort ctl stop` ended the last text; a second call returns false.
  public func takeStop() -> Bool {
    state.withLock { state in
      defer { state.wasStopped = false }
      return state.wasStopped
    }
  }

  /// Whether the run has executed `exit`, or standard output is closed.
  public var hasExited: Bool { state.withLock(\.hasExited) }

  /// The names that the next statement can use: variables and defs.
  public var names: (variables: [String], definitions: [String]) {
    state.withLock { ($0.scope.topLevelNames.keys.sorted(), $0.definitions.keys.sorted()) }
  }

  /// The data for completion: the value of each variable, and the session's defs.
  ///
  /// For a variable that is a stream, `streamed` is the name of the queue that the stream reads.
  var completionFacts: (values: [String: (value: Value, streamed: String?)], definitions: [String: CommandDefinition]) {
    state.withLock { state in
      var values: [String: (value: Value, streamed: String?)] = [:]
      for (name, slot) in state.scope.topLevelNames where slot < state.frame.slots.count {
        let streamed: String? =
          if case .stream(let clients)? = state.scope.variable(name)?.fact { clients.first?.queue } else { nil }
        values[name] = (state.frame.slots[slot], streamed)
      }
      values["_"] = (state.frame.slots[0], nil)
      return (values, state.definitions)
    }
  }

  private func isLazy(_ value: Value) -> Bool {
    if case .stream(let stream) = value { !stream.isStored } else { false }
  }

  private func prepare(
    _ source: SourceText, _ isTyped: Bool, isThorough: Bool = false
  ) -> (report: CheckReport, [PreparedStatement], Compiler?) {
    let parsed = Parser.parse(source, isTyped: isTyped, words: Vocabulary.hinted)
    guard parsed.diagnostics.isEmpty else {
      return (
        CheckReport(
          diagnostics: parsed.diagnostics.map { ($0, source) }, hasSyntaxErrors: true,
          isIncomplete: parsed.isIncomplete, open: parsed.open),
        [], nil
      )
    }
    let (compiler, statements) = compiled(parsed.program, of: source, isThorough: isThorough, isTyped: isTyped)
    let findings = compiler.findings
    let own = findings.diagnostics.sorted { $0.range.lower < $1.range.lower }.map { (diagnostic: $0, source: source) }
    let inventory = findings.inventory.map(CheckReport.EffectInventoryLine.init)
    return (
      CheckReport(
        diagnostics: findings.foreign + own, isIncomplete: false, inventory: inventory,
        inclusions: findings.inclusions), statements, compiler
    )
  }

  /// Compiles the statements of a text; the returned compiler contains the errors and warnings of the check.
  private func compiled(
    _ program: Program, of source: SourceText, isThorough: Bool, isTyped: Bool = false
  ) -> (compiler: Compiler, statements: [PreparedStatement]) {
    let compiler = state.withLock { state in
      let compiler = Compiler(
        source, scope: state.scope,
        settings: Compiler.CheckSettings(path: [source.name], isThorough: isThorough, isTyped: isTyped))
      compiler.definitions = state.definitions
      return compiler
    }
    let statements = compiler.topLevel(program)
    compiler.warnOfUnused()
    return (compiler, statements)
  }

  private func run(
    _ prepared: PreparedStatement, _ frame: inout ExecutionFrame, keeping shown: LastShownElements?
  ) async throws(Fault) {
    let timing = StatementTiming(session)
    defer { if session.state.withLock(\.showsTiming) { session.note(timing.text(session)) } }
    frame.element = .null
    switch prepared.statement {
    case .step(let step): _ = try await step.run(&frame)
    case .pipeline(let code, let isSummary, let isName):
      (frame.run.isPaged, frame.run.shown) = (true, shown)
      try await run(code, &frame, isSummary: isSummary, isName: isName)
    case .set(let settings):
      for setting in settings {
        let value = try await setting.code.run(&frame)
        do throws(Fault) { try session.set(setting.name, value) } catch {
          throw error.placed(at: setting.range, in: prepared.source)
        }
      }
    case .help(let words, let range): try await help(words, range, in: prepared.source, frame.run)
    }
  }

  /// Runs a pipeline of the top level, and prints its result unless the result is a summary.
  private func run(
    _ code: CompiledExpression, _ frame: inout ExecutionFrame, isSummary: Bool, isName: Bool
  ) async throws(Fault) {
    let requests = session.requestsShown
    let result = try await code.run(&frame)
    guard !isSummary, let value = try await realResult(result, since: requests) else { return }
    do throws(Fault) {
      try await ResultPrinter.showing(frame.run) { printer throws(Fault) in
        if isName { try await printer.show(named: value) } else { try await printer.show(value) }
      }
    } catch {
      // A lazy stream computes its elements while the interpreter prints them. If standard output is closed, the run
      // skips the remaining elements and their effects. Any other value is complete before the interpreter prints it.
      // The statement then has had all its effects, so the exit status is 0.
      throw error.kind == .closed && !isLazy(value) ? error.ending(0) : error
    }
    let last = value.isNull ? frame.run.shown?.value ?? .null : value
    if !last.isNull { frame.slots[0] = last }
  }

  /// Returns the result of a pipeline; nil if the result comes from a reply that an offline session has simulated.
  ///
  /// An offline session reads a stream to its end first, because the stream shows its requests only then.
  private func realResult(_ value: Value, since requests: Int) async throws(Fault) -> Value? {
    guard session.options.isOffline else { return value }
    var value = value
    if isLazy(value) {
      var elements = try await PipelineRun.spread(value, session.progress)
      let stored = try await SpillingElementBuffer.all(of: &elements)
      value = .stream(StreamValue(stored: { stored.elements() }))
    }
    return session.requestsShown > requests ? nil : value
  }

  /// Prints the page of `help` for the words after it.
  private func help(
    _ words: [String], _ range: SourceRange, in source: SourceText, _ run: StatementContext
  ) async throws(Fault) {
    let columns = session.output.isTerminal ? session.output.columns() : nil
    guard let text = session.host.help.page(words, columns) else {
      let asked = words.joined(separator: " ")
      let near = ForeignWords.topic(asked, among: session.host.help.topics())
      throw Fault(
        .name, "there is no help for \(asked)", at: [MarkedSourceRange(range)], in: source,
        nextStep: near.map { "did you mean help \($0)?" } ?? "help words lists all words")
    }
    var run = run
    run.isPaged = true
    try await ResultPrinter.showing(run) { printer throws(Fault) in try printer.output.put(Array(text.utf8)) }
  }
}
