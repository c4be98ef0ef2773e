public import Client

/// An element on its way through a dispatcher, with the change that was made of it.
public protocol PlannedElement: AnyObject, Sendable {
  /// The change, or why there is none.
  var planned: Result<Change, Refusal> { get }
}

extension PlannedElement {
  /// Whether it is to be destroyed.
  var isDestroying: Bool { if case .success(let change) = planned { change.verb == .destroy } else { false } }
}

/// The one way by which changes leave: permits each, hands it to a carrier, and decides how it ended.
public struct Dispatcher: Sendable {
  /// The account of the outermost statement.
  public let account: StatementAccount
  private let carrier: any Carrier
  private let lateReplies: LateReplies?
  let guards: Safeguards

  /// Creates the dispatcher of a statement for one carrier.
  public init(
    _ account: StatementAccount, _ carrier: any Carrier, lateReplies: LateReplies?, guards: Safeguards = Safeguards()
  ) {
    self.account = account
    self.carrier = carrier
    self.lateReplies = lateReplies
    self.guards = guards
  }

  /// Why a change may not be sent; nil where it may, and then its place in limits is taken.
  private func refusal(of change: Change, _ consent: Consent?) -> Refusal? {
    if let connection = guards.readOnly { return .guarded(connection: connection) }
    if account.run.streams.isStreamed(change.target) { return .streamed(queue: change.target.queue) }
    guard change.destroys else { return nil }
    if let refusal = consent?.take() { return refusal }
    guard let refusal = account.run.take() else { return nil }
    consent?.giveBack()
    return refusal
  }

  /// Sends one change; `consent` is what was agreed to, where it is one of many that destroy.
  public func send(_ change: Change, consent: Consent?) async -> Outcome {
    if let refusal = refusal(of: change, consent) { return .refused(refusal) }
    guard let iteration = guards.iteration else { return await carry(change) }
    return await carry(change, in: iteration)
  }

  /// Carries a change of an iteration that is recorded.
  func carry(_ change: Change, in iteration: any IterationRecord) async -> Outcome {
    do throws(JournalError) { try await iteration.willSend(change) } catch { return .refused(.element(error)) }
    let outcome = await carry(change)
    iteration.didSend(outcome)
    return outcome
  }

  @inline(__always) func carry(_ change: Change) async -> Outcome {
    do throws(ClientError) { return .done(try await carrier.carry(change)) } catch { return Outcome(error, of: change) }
  }

  /// Sends the changes that `next` gives, until it has no more or one fails; then waits for what is in flight.
  ///
  /// - Parameters:
  ///   - report: What was counted before; elements are numbered on from it.
  ///   - policy: How many are in flight, and what a failure does.
  ///   - consent: What was agreed to, where the changes destroy.
  ///   - next: Gives the next changes, in order; nil after the last.
  ///   - observe: Gets each outcome, in the order of replies; it must not block.
  /// - Returns: The report with these changes; its `stop` says why there are no more, where that is an error.
  public func run(
    _ report: Report = Report(), _ policy: Policy, consent: Consent?,
    next: () async throws -> [any PlannedElement]?,
    observe: @escaping @Sendable (Int, any PlannedElement, Outcome) -> Void
  ) async -> Report {
    let recorder = OutcomeRecorder(report, policy, guards, lateReplies?.watch(), observe)
    let pool = WorkerPool(limit: policy.window, executor: carrier.executor)
    let ticker = policy.progress.map { show in Task { await recorder.show(by: show) } }
    defer { ticker?.cancel() }
    var end: Refused?
    let stop = await pool.run { () async throws -> [Entry]? in
      if let end { throw end }
      guard let page = try await next() else { return nil }
      let (entries, refused) = entries(of: page, consent)
      if let refused, entries.isEmpty { throw refused }
      end = refused
      try await guards.journal?.intend(entries.compactMap(\.intended))
      return entries
    } work: { index, entry in
      recorder.record(await outcome(of: entry), of: entry, at: index)
    }
    guards.journal?.withdraw()
    return await recorder.ended(stop)
  }

  /// The entries of the elements up to the first that ends the statement, and why that one does.
  private func entries(of page: [any PlannedElement], _ consent: Consent?) -> ([Entry], Refused?) {
    var entries: [Entry] = []
    entries.reserveCapacity(page.count)
    for element in page {
      let entry = entry(of: element)
      if let refusal = refusal(of: entry, consent) { return (entries, Refused(refusal, element)) }
      entries.append(entry)
    }
    return (entries, nil)
  }

  /// Why an entry ends the statement; what its journal calls done is not sent, and needs no permission.
  private func refusal(of entry: Entry, _ consent: Consent?) -> Refusal? {
    switch entry.change {
    case .failure(let refusal): refusal.isUncatchable ? refusal : nil
    case .success where entry.known?.isDone ?? false: nil
    case .success(let change): refusal(of: change, consent)
    }
  }
}
