public import Client

/// An element of a dispatcher, with its change.
public protocol PlannedElement: AnyObject, Sendable {
  /// The change, or the refusal.
  var planned: Result<Change, Refusal> { get }
}

extension PlannedElement {
  /// Whether its change destroys data.
  var isDestroying: Bool { if case .success(let change) = planned { change.verb == .destroy } else { false } }
}

/// Sends all changes: checks whether each one is permitted, passes it to a carrier, and decides its outcome.
public struct Dispatcher: Sendable {
  /// The account of the outermost statement.
  public let account: StatementAccount
  private let carrier: any Carrier
  /// Whether the carrier takes many changes concurrently and measures their reply times itself.
  private let isPooled: Bool
  private let lateReplies: LateReplies?
  let guards: Safeguards

  /// Creates the dispatcher of a statement for one carrier.
  public init(
    _ account: StatementAccount, _ carrier: any Carrier, lateReplies: LateReplies?, guards: Safeguards = Safeguards()
  ) {
    self.account = account
    self.carrier = carrier
    isPooled = carrier.window != nil
    self.lateReplies = lateReplies
    self.guards = guards
  }

  /// The refusal of a change; nil if it may be sent, and it is then counted in the limits.
  private func refusal(of change: Change, _ consent: Consent?) -> Refusal? {
    if let connection = guards.readOnly { return .guarded(connection: connection) }
    if account.run.streams.isStreamed(change.target) { return .streamed(queue: change.target.queue) }
    guard change.destroys else { return nil }
    if let refusal = consent?.take() { return refusal }
    guard let refusal = account.run.take() else { return nil }
    consent?.giveBack()
    return refusal
  }

  /// Sends one change; `consent` is the consent for the bulk change that it belongs to.
  public func send(_ change: Change, consent: Consent?) async -> Outcome {
    if let refusal = refusal(of: change, consent) { return .refused(refusal) }
    return await attempted(change).outcome
  }

  /// Sends a change of a recorded iteration.
  func carry(_ change: Change, in iteration: any IterationRecord, latency: inout Duration?) async -> Outcome {
    do throws(JournalError) { try await iteration.willSend(change) } catch { return .refused(.element(error)) }
    let outcome = await carry(change, latency: &latency)
    iteration.didSend(outcome)
    return outcome
  }

  @inline(__always) func carry(_ change: Change, latency: inout Duration?) async -> Outcome {
    do throws(ClientError) {
      guard isPooled else { return .done(try await carrier.carry(change)) }
      return .done(try await carrier.carry(change, latency: &latency))
    } catch { return Outcome(error, of: change) }
  }

  /// Sends the changes of `next` until its end or a failure, then waits for the changes in flight.
  ///
  /// - Parameters:
  ///   - report: The earlier counts; the numbers of elements continue from it.
  ///   - policy: The number of changes in flight, and the effect of a failure.
  ///   - consent: The consent, if the changes destroy data.
  ///   - next: Returns the next changes in order; nil after the last one.
  ///   - observe: Called with each outcome, in the order of replies; it must not block.
  /// - Returns: The report with these changes; its `stop` is the error that ended them, if any.
  public func run(
    _ report: Report = Report(), _ policy: Policy, consent: Consent?,
    next: () async throws -> [any PlannedElement]?,
    observe: @escaping @Sendable (Int, any PlannedElement, Outcome) -> Void
  ) async -> Report {
    let recorder = OutcomeRecorder(report, policy, guards, lateReplies?.watch(), observe)
    let pool = WorkerPool(limit: policy.window, executor: carrier.executor)
    let begin = ContinuousClock.now
    policy.follow? { recorder.current }
    var end: Refused?
    let stop = await pool.run { () async throws -> [Entry]? in
      if let end { throw end }
      guard let page = try await next() else { return nil }
      let (entries, refused) = entries(of: page, consent)
      if let refused, entries.isEmpty { throw refused }
      end = refused
      try await guards.journal?.intend(entries.compactMap { $0.intended })
      return entries
    } work: { index, entry in
      let continues = recorder.record(await outcome(of: entry), of: entry, at: index)
      if !continues { carrier.end() }
      return continues
    }
    guards.journal?.withdraw()
    return await recorder.ended(stop, after: .now - begin)
  }

  /// The entries of the elements up to the first one that ends the statement, and its refusal.
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

  /// The refusal of an entry that ends the statement; a change that is done according to the journal needs no
  /// permission.
  private func refusal(of entry: Entry, _ consent: Consent?) -> Refusal? {
    switch entry.change {
    case .failure(let refusal): refusal.isUncatchable ? refusal : nil
    case .success where entry.known?.isDone ?? false: nil
    case .success(let change): refusal(of: change, consent)
    }
  }
}
