import Bulk
import Client
import JSONText
import Language
import Values
import Formats

extension BuiltInStage {
  private static let options: [CommandDeclaration.Option] =
    CommandDeclaration.Option.bulk + [.journal, .settle.needing(.resending), .unknown, .workers]

  /// The common options for the stage `create`: here, `journal:` and `verify:` also need the option `key:`.
  private static let keyedOptions = options.map { option in
    switch option.name {
    case "journal": option.needing(.createKey)
    case "verify": CommandDeclaration.Option.verifyCreated.needing(.lookupKey)
    default: option
    }
  }

  static let create = sink(
    CommandDeclaration(
      name: "create", summary: "Creates a resource from each element.",
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.include, .keepID, .keys, .meta, .timeout, .expire, .key, .max] + keyedOptions, effect: .changes,
      result: "summary", names: .kept, givesSummary: true)
  ) { _ in .proposing(PreparedChange.create) }

  static let update = sink(
    CommandDeclaration(
      name: "update",
      summary: """
        Updates the resource of each element. An element is an id, or a value with an id, such as a resource. The \
        fields in RECORD get new values. The new values can depend on the element: {views: .views + 1}.
        """,
      parameters: [.init(name: "CLIENT", shape: .client), .init(name: "RECORD", shape: .any)],
      options: [.include, .keys, .meta, .timeout, .expire, .max, .backup] + options, effect: .changes,
      result: "summary", names: .kept, givesSummary: true)
  ) { _ in .proposing(PreparedChange.update) }

  static let destroy = sink(
    CommandDeclaration(
      name: "destroy",
      summary: """
        Destroys the resource of each element. An element is an id, or a value with an id, such as a resource.
        """,
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.confirm, .max, .meta, .timeout, .expire, .destroyBackup, .kept] + options,
      effect: .destroys, result: "summary", names: .kept, givesSummary: true)
  ) { _ in .proposing(PreparedChange.destroy) }

  /// The options of a stage that first looks up which change each element still needs.
  ///
  /// The stage needs no journal. Therefore the list does not contain `journal:`, `settle:`, `unknown:` and `workers:`.
  static let lookupOptions = options.filter { !["journal", "settle", "unknown", "workers"].contains($0.name) }

  static let link = relating(.link)
  static let relink = relating(.relink)
  static let unlink = relating(.unlink)

  private static func relating(_ change: RelationshipClient.LinkageChange) -> BuiltInStage {
    sink(
      CommandDeclaration(
        name: change.word, summary: change.summary(ofEach: true),
        parameters: [
          .init(name: "CLIENT", shape: .client), .init(name: "NAME", shape: .string).ruled(.name),
          .init(name: "IDENTIFIERS", shape: .any),
        ],
        options: [.meta, .timeout, .expire, .max, .backup, .kept] + options, effect: .changes, result: "summary",
        names: .kept, givesSummary: true)
    ) { _ in .proposing { arguments throws(Fault) in try PreparedChange.relating(change, arguments) } }
  }

  /// Creates a stage that sends a change for each element.
  ///
  /// `making` returns the function that builds the change of an element. `plan` sets the remaining properties of the
  /// plan by which the run sends the changes.
  static func sink(
    _ declaration: CommandDeclaration, _ making: @escaping @Sendable (UncompiledStageCall) -> ElementChangeBuilder,
    plan complete: @escaping @Sendable (inout BulkPlan, StatementContext) throws(Fault) -> Void = { _, _ in }
  ) -> BuiltInStage {
    BuiltInStage(declaration) { call in
      let stage = ChangingStage(declaration, call, making(call), complete)
      return .sink { frame throws(Fault) in
        let opened = try await stage.opened(&frame)
        return { frame, stream, keepsFlow throws(Fault) in
          try await stage.run(opened, &frame, stream, keepsFlow: keepsFlow)
        }
      }
    }
  }
}

/// A stage that sends a change for each element, such as `update`.
private struct ChangingStage: Sendable {
  /// The values of the options of one run, and the files that they name.
  struct OpenedOptions {
    let arguments: Arguments
    let client: ClientValue
    let policy: SendingPolicy
    let isDry: Bool
    let failedFile: FailedElementsFile?
    let guards: StatementSafeguards
  }

  private let declaration: CommandDeclaration
  private let making: ElementChangeBuilder
  private let complete: @Sendable (inout BulkPlan, StatementContext) throws(Fault) -> Void
  private let arguments: ElementStageArguments
  private let takesWorkers: Bool
  /// The slot of the hidden variable `$source`, which contains the original element; nil without this variable.
  ///
  /// The original element is the element before the earlier stages change it.
  private let named: Int?

  init(
    _ declaration: CommandDeclaration, _ call: UncompiledStageCall, _ making: ElementChangeBuilder,
    _ complete: @escaping @Sendable (inout BulkPlan, StatementContext) throws(Fault) -> Void
  ) {
    (self.declaration, self.making, self.complete) = (declaration, making, complete)
    arguments = ElementStageArguments(call)
    takesWorkers = declaration.options.contains { $0.name == "workers" }
    let slot = call.compiler.scope.variable(Pipeline.sourceName)?.slot
    named = slot.flatMap { call.compiler.context.named.contains($0) ? $0 : nil }
  }

  /// Evaluates the options, and opens the files that they name.
  func opened(_ frame: inout ExecutionFrame) async throws(Fault) -> OpenedOptions {
    let once = try await arguments.once(&frame).withCommonOptions()
    let client = try once.client()
    let policy = try once.policy(frame.run, client, label: "\(declaration.name) \(client.name)")
    let isDry = frame.run.isDry(once)
    try once.claimFiles(frame.run)
    let failedFile = try once.failedFile(frame.run, client, isDry: isDry || frame.run.session.options.isOffline)
    let guards = try once.safeguards(frame.run, client, keyField: arguments.keyField, readsFirst: making.readsFirst)
    return OpenedOptions(
      arguments: once, client: client, policy: policy, isDry: isDry, failedFile: failedFile, guards: guards)
  }

  /// Sends the changes; returns the elements for the next stage, or the summary if no stage follows.
  func run(
    _ opened: OpenedOptions, _ frame: inout ExecutionFrame, _ stream: ElementStream, keepsFlow: Bool
  ) async throws(Fault) -> PipelineRun.IntermediateResult {
    if keepsFlow { try SpillingElementBuffer.checkTemporaryDirectory() }
    var policy = opened.policy
    if opened.guards.journal != nil { policy.sharesSyncs() }
    let source = PerElementChangeSource(stream, frame, arguments, opened.arguments, policy, making)
    source.named = named
    let bulk = BulkRun(try await plan(opened, source, frame.run, keepsFlow: keepsFlow), frame.run)
    let (flow, tally) = try await bulk.carriedOut(keepsFlow: keepsFlow)
    return keepsFlow ? .elements(flow) : .value(bulk.summary(tally), names: [])
  }

  /// Gets the user's consent, waits for the requests of earlier runs, and then returns the plan for sending the
  /// changes.
  private func plan(
    _ opened: OpenedOptions, _ source: PerElementChangeSource, _ run: StatementContext, keepsFlow: Bool
  ) async throws(Fault) -> BulkPlan {
    let (once, client, guards) = (opened.arguments, opened.client, opened.guards)
    let consent = opened.isDry ? nil : try await consent(once, client, run, source, guards.journal)
    if let journal = guards.journal, journal.before.done + journal.before.unknown > 0, source.left == nil {
      _ = try await source.count(notDoneIn: journal)
    }
    run.session.note(resuming: guards.journal, left: source.left.map { $0 - source.unknown })
    try await once.settle(guards.journal, run, [client])
    let carrier =
      takesWorkers
      ? try await once.pool(
        run, client, source.policy, guards, keyField: arguments.keyField, givesResults: keepsFlow) : nil
    source.policy = once.policy(source.policy, for: carrier)
    var plan = BulkPlan(arguments: once, client: client, policy: source.policy, consent: consent, source: source)
    plan.carrier = carrier
    plan.keyField = arguments.keyField
    plan.isDry = opened.isDry
    plan.guards = guards
    plan.failedFile = opened.failedFile
    try complete(&plan, run)
    // The stage can be the last command of an iteration of `each`. Its change is then the last action of the iteration
    // only if the stage has one element. With several elements, further changes follow.
    plan.guards.step.isLast = source.total == 1 && plan.carrier == nil && run.lastCommands.contains(once.range)
    return plan
  }

  /// Checks the limit `max:`, and returns the user's consent to a destruction.
  ///
  /// The user confirms only the elements that the journal file does not record as done. The limit `max:` also counts
  /// the changes of earlier runs.
  private func consent(
    _ arguments: Arguments, _ client: ClientValue, _ run: StatementContext, _ source: PerElementChangeSource,
    _ journal: Journal?
  ) async throws(Fault) -> DestroyConsent? {
    let max = try arguments.integer(.max)
    let destroys = declaration.effect == .destroys
    var request = DestroyConsentRequest(verb: arguments.name, client: client, max: max)
    let isAsked =
      run.session.host.ask != nil || client.connection.protection == .confirm || run.session.account.left != nil
    if max != nil || destroys && isAsked {
      request.count = try await source.count(notDoneIn: journal)
    }
    if let before = journal?.before {
      // An unknown change of an earlier run may have been carried out. Those of this statement's elements are in `count`.
      request.before = before.done + Swift.max(0, before.unknown - source.unknown)
    }
    guard !destroys else { return try await run.consent(to: request, arguments) }
    try request.checkMax(arguments)
    return nil
  }
}
