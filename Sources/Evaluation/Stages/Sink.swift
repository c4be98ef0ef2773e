import Bulk
import Client
import JSONText
import Language
import Values
import Formats

extension Stage {
  private static let options: [Declaration.Option] =
    Declaration.Option.bulk + [.journal, .settle.needing(.resending), .unknown, .workers]

  /// The common options for the stage `create`, in which `journal:` and `verify:` need the option `key:`.
  private static let keyedOptions = options.map { option in
    switch option.name {
    case "journal": option.needing(.createKey)
    case "verify": Declaration.Option.verifyCreated.needing(.lookupKey)
    default: option
    }
  }

  static let create = sink(
    Declaration(
      name: "create", summary: "Creates a resource from each element.",
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.include, .keepID, .keys, .meta, .timeout, .expire, .key, .max] + keyedOptions, effect: .changes,
      result: "summary", names: .kept, givesSummary: true)
  ) { _ in .proposing(PreparedChange.create) }

  static let update = sink(
    Declaration(
      name: "update",
      summary: """
        Updates the resource of each element. An element is an id, or has an id. The fields in RECORD get new values. \
        The new values can depend on the element: {views: .views + 1}.
        """,
      parameters: [.init(name: "CLIENT", shape: .client), .init(name: "RECORD", shape: .any)],
      options: [.include, .keys, .meta, .timeout, .expire, .max, .backup] + options, effect: .changes,
      result: "summary", names: .kept, givesSummary: true)
  ) { _ in .proposing(PreparedChange.update) }

  static let destroy = sink(
    Declaration(
      name: "destroy", summary: "Destroys the resource of each element. An element is an id, or has an id.",
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

  private static func relating(_ change: RelationshipClient.LinkageChange) -> Stage {
    sink(
      Declaration(
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
    _ declaration: Declaration, _ making: @escaping @Sendable (StageCall) -> ChangeBuilder,
    plan complete: @escaping @Sendable (inout BulkPlan, RunContext) throws(Fault) -> Void = { _, _ in }
  ) -> Stage {
    Stage(declaration) { call in
      let making = making(call)
      let arguments = PerElementArguments(call)
      let takesWorkers = declaration.options.contains { $0.name == "workers" }
      let slot = call.compiler.scope.variable(Pipeline.sourceName)?.slot
      let named = slot.flatMap { call.compiler.context.named.contains($0) ? $0 : nil }
      return .sink { frame throws(Fault) in
        let once = try await arguments.once(&frame).withCommonOptions()
        let client = try once.client()
        let policy = try once.policy(frame.run, client, label: "\(declaration.name) \(client.name)")
        let isDry = frame.run.isDry(once)
        let failedFile = try once.failedFile(isDry: isDry || frame.run.session.options.isOffline)
        let guards = try once.safeguards(
          frame.run, client, keyField: arguments.keyField, readsFirst: making.readsFirst)
        return { frame, stream, keepsFlow throws(Fault) in
          var policy = policy
          if guards.journal != nil { policy.sharesSyncs() }
          let source = PerElementChangeSource(stream, frame, arguments, once, policy, making)
          source.named = named
          let consent =
            isDry ? nil : try await Self.consent(declaration, once, client, frame.run, source, guards.journal)
          if let journal = guards.journal, journal.before.done + journal.before.unknown > 0, source.left == nil {
            _ = try await source.count(notDoneIn: journal)
          }
          frame.run.session.note(resuming: guards.journal, left: source.left.map { $0 - source.unknown })
          try await once.settle(guards.journal, frame.run, [client])
          let carrier =
            takesWorkers
            ? try await once.pool(
              frame.run, client, policy, guards, keyField: arguments.keyField, givesResults: keepsFlow) : nil
          source.policy = once.policy(policy, for: carrier)
          var plan = BulkPlan(arguments: once, client: client, policy: source.policy, consent: consent, source: source)
          plan.carrier = carrier
          plan.isDry = isDry
          plan.guards = guards
          try complete(&plan, frame.run)
          // In an `each`, a change is the last action of the iteration only if this stage is the last command and has
          // only one element. If the stage has several elements, further changes follow.
          plan.guards.step.isLast =
            source.total == 1 && plan.carrier == nil && frame.run.lastCommands.contains(once.range)
          plan.failedFile = failedFile
          let bulk = BulkRun(plan, frame.run)
          let (flow, tally) = try await bulk.carriedOut(keepsFlow: keepsFlow)
          return keepsFlow ? .elements(flow) : .value(bulk.summary(tally), names: [])
        }
      }
    }
  }

  /// Checks the limit `max:`, and returns the user's consent to a destruction.
  ///
  /// Returns nil if the stage does not destroy resources. The limit and the consent do not apply to elements that the
  /// journal file already records as done.
  private static func consent(
    _ declaration: Declaration, _ arguments: Arguments, _ client: ClientValue, _ run: RunContext,
    _ source: PerElementChangeSource,
    _ journal: Journal?
  ) async throws(Fault) -> DestroyConsent? {
    let max = try arguments.integer(.max)
    let destroys = declaration.effect == .destroys
    var request = ConfirmationRequest(verb: arguments.name, client: client, max: max)
    request.before = journal?.before.done ?? 0
    let isAsked =
      run.session.host.ask != nil || client.connection.protection == .confirm || run.session.account.left != nil
    if max != nil || destroys && isAsked {
      request.count = try await source.count(notDoneIn: journal)
    }
    guard !destroys else { return try await run.consent(to: request, arguments) }
    try request.checkMax(arguments)
    return nil
  }
}

/// A source of changes for a stage that sends one change for each element.
private final class PerElementChangeSource: BulkChangeSource {
  private var stream: ElementStream
  private var frame: ExecutionFrame
  private let arguments: PerElementArguments
  private let once: Arguments
  var policy: SendingPolicy
  private let making: ChangeBuilder
  private var page = ElementPage()
  private var position = 0
  private var failures: ArraySlice<ElementPage.FailedElement> = []
  /// The slot of the hidden variable for the original element, from which earlier stages made the current element.
  ///
  /// Nil if no earlier stage changes the elements, or if no report shows the original elements.
  var named: Int?
  private var keys = Set<PerElementArguments.KeyHash>()
  private var isStopped = false
  /// The error that the next call of `next()` throws; nil if there is no error.
  ///
  /// The previous call returned the elements before the error.
  private var stop: Fault?
  private var isBegun = false
  /// The number of all elements; nil while the number is unknown.
  var total: Int? { stream.count?() }
  /// The number of elements that the journal file does not record as done; nil until the source counts the elements.
  private(set) var left: Int?
  /// The number of elements whose change has an unknown outcome in the journal file.
  private(set) var unknown = 0

  init(
    _ stream: ElementStream, _ frame: ExecutionFrame, _ arguments: PerElementArguments, _ once: Arguments,
    _ policy: SendingPolicy,
    _ making: ChangeBuilder
  ) {
    (self.stream, self.frame, self.arguments, self.once) = (stream, frame, arguments, once)
    (self.policy, self.making) = (policy, making)
  }

  func begin() -> Bool {
    defer { isBegun = true }
    return !isBegun
  }

  /// Reads all elements, and returns the number of elements that the journal file does not record as done.
  func count(notDoneIn journal: Journal?) async throws(Fault) -> Int {
    let all = try await SpillingElementBuffer.all(of: &stream, keepsNames: true, limit: 16 << 20)
    stream = all.elements()
    let known = try await counts(of: all, in: journal)
    let left = all.count - known.done
    (self.left, unknown) = (left, known.unknown)
    return left
  }

  /// Returns the number of elements that the journal file records as done, and the number with an unknown outcome.
  private func counts(of all: SpillingElementBuffer, in journal: Journal?) async throws(Fault) -> (
    done: Int, unknown: Int
  ) {
    guard let journal, journal.before.done + journal.before.unknown > 0 else { return (0, 0) }
    let policy = SendingPolicy(window: policy.window, continuesOnError: true)
    let source = PerElementChangeSource(all.elements(), frame, arguments, once, policy, making)
    var counts = (done: 0, unknown: 0)
    while let elements = try await source.next() {
      for case .success(let change) in elements.map(\.planned) {
        switch change.identity.flatMap({ journal.known($0) }) {
        case .done?: counts.done += 1
        case .unknown?: counts.unknown += 1
        case .open?, nil: break
        }
      }
    }
    return counts
  }

  /// Returns at most `policy.portion` further elements of the current page, with their changes.
  ///
  /// The source reads another page only after the last element of the current page.
  func next() async throws(Fault) -> [BulkElement]? {
    try frame.run.checkInterrupt()
    if let stop { throw stop }
    guard !isStopped else { return nil }
    if position == page.elements.count, failures.isEmpty {
      page = try await stream.page() ?? ElementPage()
      (position, failures) = (0, page.failures[...])
    }
    var drafts: [ChangeBuildResult] = []
    drafts.reserveCapacity(min(policy.portion, page.elements.count - position))
    do throws(Fault) {
      while drafts.count < policy.portion, !isStopped, let draft = try await draft() { drafts.append(draft) }
    } catch {
      if drafts.isEmpty { throw error }
      stop = error
    }
    return drafts.isEmpty ? nil : stopping(await drafts.made(making, frame.run.session))
  }

  /// Returns the elements up to the first element whose lookup failed, including this element.
  ///
  /// If the statement continues after failures, the function returns all elements.
  private func stopping(_ elements: [BulkElement]) -> [BulkElement] {
    guard !policy.continuesOnError, let last = elements.firstIndex(where: \.isFailure) else { return elements }
    isStopped = true
    return Array(elements[...last])
  }

  /// Returns the next element of the current page with its change, or with the lookup that it needs first.
  ///
  /// Returns nil at the end of the page.
  private func draft() async throws(Fault) -> ChangeBuildResult? {
    if let failure = failures.first, failure.place <= position { return .made(failed(failures.removeFirst())) }
    guard position < page.elements.count else { return nil }
    let element = page.elements[position]
    let names = page.names.isEmpty ? [] : page.names[position]
    frame.take(page, position)
    position += 1
    let source = page.names.isEmpty ? nil : named.map { frame.slots[$0] }
    do throws(Fault) {
      // Without `key:` and without arguments after CLIENT, there is nothing to evaluate for the element. The source
      // then avoids the asynchronous calls.
      let key = arguments.hasKey ? try await arguments.key(&keys, &frame) : nil
      var given = arguments.each(once, element)
      if arguments.hasPlaces { try await arguments.addPlaces(to: &given, &frame) }
      guard case .proposing(let propose) = making else {
        return .waiting(
          ElementAwaitingLookup(element: element, names: names, source: source, key: key, arguments: given))
      }
      let prepared = try propose(given).keyed(key)
      return .made(BulkElement(element, names: names, .success(prepared), source: source))
    } catch {
      if error.isUncatchable { throw error.within("at \(element.label)") }
      isStopped = !policy.continuesOnError
      return .made(BulkElement(element, names: names, .failure(error), source: source))
    }
  }

  /// Returns an element that failed in an earlier stage, with the error of the earlier stage.
  private func failed(_ failure: ElementPage.FailedElement) -> BulkElement {
    isStopped = !policy.continuesOnError
    let place = named.flatMap { frame.names.firstIndex(of: $0) }
    let source = place.flatMap { failure.names.indices.contains($0) ? failure.names[$0] : nil }
    return BulkElement(
      failure.element, names: failure.names, .failure(failure.fault), source: source, failedEarlier: true)
  }

  func keep(_ elements: [Value]) {}

  let endNote: String? = nil
}
