import Bulk
import Client
import Formats
import Language
import Values

extension CommandDeclaration.Option {
  fileprivate static let blocks = Self(
    name: "in-flight", shape: .number, fallback: "1", summary: "the maximum number of concurrent iterations"
  ).ruled(.integer("in-flight", from: 1, to: SendingPolicy.largestWindow))

  fileprivate static let eachJournal = journal.described(
    as: """
      a file in which retort records each iteration. To continue after an interruption, run the same statement with \
      the same file. The statement skips the iterations that are done
      """
  ).needing(.elementKey)

  fileprivate static let eachSettle = settle.described(
    as: """
      how long the stage waits before it repeats an iteration in which a change got no reply. Use the longest time \
      that a request can wait inside the service
      """
  ).needing(.journal(for: "settle"))

  fileprivate static let eachUnknown = unknown.described(
    as: """
      what to do if the outcome of an iteration in an earlier run remains unknown: "fail", "retry" or "skip"
      """)
}

extension BuiltInStage {
  static let each = BuiltInStage(
    CommandDeclaration(
      name: "each",
      summary: """
        Runs a block for each element. In the block, the word `it` means the element. The result is a list with the \
        value of each iteration. If no iteration has a value, the result is null.
        """,
      options: [.blocks, .eachJournal, .key.needing(.keyedJournal), .eachSettle, .eachUnknown], effect: .writes,
      result: "list", examples: [.init(code: "[1, 2] | each do print it * 2 end", output: "2\n4")], names: .kept)
  ) { call in
    let compiler = call.compiler
    let statements = call.command.body?.statements ?? []
    let (step, effects) = compiler.gathering {
      compiler.repeated {
        compiler.within({ $0.enterEach() }) { compiler.block(statements, isEach: true, value: .operand) }
      }
    }
    let arguments = ElementStageArguments(call)
    let (givesValue, lastCommands) = (statements.canGiveValue, statements.lastCommands)
    let request = statements.onlyCommand.flatMap { compiler.requests[$0.range] }
    return .sink { frame throws(Fault) in
      let once = try await arguments.once(&frame)
      let count = try once.integer(.blocks) ?? 1
      let journal = try once.eachJournal(frame.run, arguments, changes: effects.changeText)
      return { frame, stream, keepsFlow throws(Fault) in
        defer { journal?.journal.release() }
        if effects.changesData, keepsFlow || givesValue { try SpillingElementBuffer.checkTemporaryDirectory() }
        let runner = EachIterationRunner(
          step: step, limit: count, keepsFlow: keepsFlow, journal: journal, lastCommands: lastCommands,
          request: request)
        guard let journal else { return try await runner.run(frame, &stream).result }
        return try await runner.run(frame, &stream, journal, once).result
      }
    }
  }
}

extension EachIterationRunner {
  /// Runs the iterations of an `each` with a journal, and marks the journal as complete if all iterations are done.
  fileprivate func run(
    _ frame: ExecutionFrame, _ stream: inout ElementStream, _ journal: EachJournal, _ arguments: Arguments
  ) async throws(Fault) -> IterationReturnValues {
    let session = frame.run.session
    session.beginJournaled("each", journal.journal)
    defer { session.endJournaled(journal.journal) }
    try await arguments.settle(journal.journal, frame.run, journal.clients(of: session))
    let results: IterationReturnValues
    do throws(Fault) { results = try await run(frame, &stream) } catch {
      await journal.note(isEnded: false)
      throw journal.ending(error)
    }
    await journal.note(isEnded: true)
    if journal.isComplete {
      try await frame.run.complete(journal.journal, arguments, "each")
    } else {
      frame.run.journals?.recordUndoneChanges()
      if journal.hasUnknown { frame.run.iteration?.didLeaveFailures() }
    }
    return results
  }
}

extension [Statement] {
  /// The command, if the block is one command without stages; otherwise nil.
  fileprivate var onlyCommand: CommandOrStageCall? {
    guard count == 1, case .pipeline(let pipeline)? = last?.kind, pipeline.stages.isEmpty,
      case .command(let command) = pipeline.head
    else { return nil }
    return command
  }

  /// Whether the value of the block can be something other than null.
  ///
  /// The value is null if the last statement is, for example, `print` or `destroy`.
  fileprivate var canGiveValue: Bool {
    switch last?.kind {
    case .if, .try: return true
    case .pipeline(let pipeline):
      if let stage = pipeline.stages.last { return BuiltInStage.named(stage.name)?.declaration.result != "null" }
      guard case .command(let command) = pipeline.head else { return true }
      return BuiltInCommand.named(command.name)?.declaration.result != "null"
    default: return false
    }
  }

  /// The source ranges of the commands and stages that can be the last action of these statements.
  ///
  /// The last action is in the last statement. If the last statement is an `if`, the last action is in the last
  /// statement of a branch.
  fileprivate var lastCommands: [SourceRange] {
    switch last?.kind {
    case .pipeline(let pipeline):
      if let stage = pipeline.stages.last { return [stage.range] }
      guard case .command(let command) = pipeline.head else { return [] }
      return [command.range]
    case .if(let choice): return choice.lastCommands
    default: return []
    }
  }
}

extension If {
  fileprivate var lastCommands: [SourceRange] {
    let others: [SourceRange] =
      switch otherwise {
      case .block(let block): block.statements.lastCommands
      case .if(let choice): choice.lastCommands
      case nil: []
      }
    return then.statements.lastCommands + others
  }
}
