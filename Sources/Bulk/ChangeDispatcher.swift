public import Client

/// An element of a statement's input, for which the statement has planned a change.
public protocol PlannedElement: AnyObject, Sendable {
  /// The change to send, or the reason why nothing is sent.
  var planned: Result<Change, UnsentReason> { get }
}

extension PlannedElement {
  /// Whether the planned change destroys the resource.
  var isDestroying: Bool { if case .success(let change) = planned { change.verb == .destroy } else { false } }
}

/// A dispatcher that sends the changes of a statement.
///
/// For each change, the dispatcher checks the permission, passes the change to the carrier, and determines the outcome.
public struct ChangeDispatcher: Sendable {
  /// The state of the outermost statement, such as the user's consents to destroy resources.
  public let account: StatementConsentsAndOutcomes
  let carrier: any ChangeCarrier
  /// Whether the carrier passes changes to a pool of workers.
  ///
  /// Such a carrier can measure the service's reply times more exactly than the dispatcher.
  let isPooled: Bool
  let lateReplies: LateReplies?
  let guards: StatementSafeguards
  /// The gate that the changes pass before they are sent; nil if the statement does not delay or repeat changes.
  let gate: SendingGate?

  /// Creates the dispatcher of a statement that sends its changes with one carrier.
  public init(
    _ account: StatementConsentsAndOutcomes, _ carrier: any ChangeCarrier, lateReplies: LateReplies?,
    guards: StatementSafeguards = StatementSafeguards()
  ) {
    self.account = account
    self.carrier = carrier
    isPooled = carrier.window != nil
    self.lateReplies = lateReplies
    self.guards = guards
    gate = guards.delaysOrRepeatsChanges ? SendingGate() : nil
  }

  /// Returns the reason why a change may not be sent; nil if the change may be sent.
  ///
  /// A permitted change that destroys data is counted against the limits of the run and of the consent.
  private func refusal(of change: Change, _ consent: DestroyConsent?) -> UnsentReason? {
    if let connection = guards.readOnly { return .guarded(connection: connection) }
    if account.run.streams.isStreamed(change.target) { return .streamed(queue: change.target.queue) }
    guard change.destroys else { return nil }
    if let refusal = consent?.take() { return refusal }
    guard let refusal = account.run.take() else { return nil }
    consent?.giveBack(1)
    return refusal
  }

  /// Subtracts changes from the counts against the limits, because they were permitted but not sent.
  private func giveBack(_ count: Int, _ consent: DestroyConsent?) {
    guard count > 0 else { return }
    consent?.giveBack(count)
    account.run.giveBack(count)
  }

  /// Returns true if no rule and no limit can refuse a change at present.
  ///
  /// The changes then need no check, which saves 1 % of the time of a change.
  private func isUnlimited(_ consent: DestroyConsent?) -> Bool {
    guards.readOnly == nil && account.run.streams.isEmpty && consent?.limit == nil && account.run.left == nil
  }

  /// Sends one change, unless a safeguard refuses the change, and returns the outcome.
  ///
  /// `consent` is the user's consent to destroy resources; nil if the statement needs no consent.
  public func send(_ change: Change, consent: DestroyConsent?) async -> Outcome {
    if let refusal = refusal(of: change, consent) { return .refused(refusal) }
    let outcome = await attempted(change).outcome
    if change.destroys, !outcome.mayHaveBeenSent { giveBack(1, consent) }
    return outcome
  }

  /// Sends a change in an iteration of `each`, and records the change and its outcome for the iteration.
  func carry(_ change: Change, in iteration: any IterationChangeRecorder, latency: inout Duration?) async -> Outcome {
    let number: Int
    var step = guards.step
    step.delay = carrier.longestDelay
    do throws(JournalError) { number = try await iteration.willSend(change, step) } catch {
      return .refused(.element(error))
    }
    let outcome = await carry(change, latency: &latency)
    iteration.didSend(outcome, number: number)
    return outcome
  }

  @inline(__always) func carry(_ change: Change, latency: inout Duration?) async -> Outcome {
    do throws(ClientError) {
      guard isPooled else { return .done(try await carrier.carry(change)) }
      return .done(try await carrier.carry(change, latency: &latency))
    } catch { return Outcome(error, of: change) }
  }

  /// Sends the changes of the elements that `next` returns, and waits for their outcomes.
  ///
  /// The function ends when `next` returns nil, or when a failure ends the statement.
  ///
  /// - Parameters:
  ///   - report: The report of the statement's earlier changes. Its number of elements is the index of the first new
  ///     element.
  ///   - policy: The maximum number of changes in flight, and the effect of a failure.
  ///   - consent: The user's consent to destroy resources; nil if the statement needs no consent.
  ///   - next: Returns the next elements in order; nil after the last element.
  ///   - observe: Called with the index, the element and the outcome of each change, in the order of the replies. The
  ///     function must not block.
  /// - Returns: The report with the new outcomes. Its `stop` is the error that ended the statement early, if any.
  public func run(
    _ report: StatementReport = StatementReport(), _ policy: SendingPolicy, consent: DestroyConsent?,
    next: () async throws -> [any PlannedElement]?,
    observe: @escaping @Sendable (Int, any PlannedElement, Outcome) -> Void
  ) async -> StatementReport {
    let resources = policy.window > 1 ? ResourcesInFlight() : nil
    let recorder = StatementOutcomeRecorder(report, policy, guards, lateReplies, resources, observe)
    let begin = ContinuousClock.now
    policy.follow? { recorder.current }
    var end: ChangeRefusedBeforeSendingError?
    var (count, permitted) = (0, 0)
    var rest: ArraySlice<PlannedChange> = []
    let stop = await send(policy, recorder) { () async throws -> [PlannedChange]? in
      if let resources, let first = rest.first {
        await resources.wait(for: first)
        return resources.begin(&rest)
      }
      if let end { throw end }
      guard let page = try await next() else { return nil }
      let (entries, refused) = entries(of: page, first: count, consent)
      if let refused, entries.isEmpty { throw refused }
      end = refused
      permitted += entries.count { $0.needsPermission }
      try await intend(entries)
      count += entries.count
      guard let resources else { return entries }
      rest = entries[...]
      return resources.begin(&rest)
    }
    giveBack(permitted - recorder.permittedCount, consent)
    guards.journal?.withdraw()
    await waitForWorkers(recorder.current, policy)
    return await recorder.ended(stop, of: count, after: .now - begin)
  }

  /// Waits until the workers of a pool can no longer send changes whose outcomes are unknown.
  ///
  /// A later lookup, or a user who checks the changes, then finds their final state. The cancellation of the task does
  /// not end the wait, but ``ChangeCarrier/abandon()`` does.
  private func waitForWorkers(_ report: StatementReport, _ policy: SendingPolicy) async {
    guard report.tally.unknown > 0, let last = carrier.lastPossibleSend, last > .now else { return }
    policy.noteWorkerWait(last - .now)
    while let last = carrier.lastPossibleSend, last > .now {
      let pause = min(last - .now, .milliseconds(200))
      await Task.detached { try? await Task.sleep(for: pause) }.value
    }
  }

  /// Sends the planned changes that `next` returns, and records their outcomes.
  ///
  /// Returns the error that `next` threw, if any.
  private func send(
    _ policy: SendingPolicy, _ recorder: StatementOutcomeRecorder, _ next: () async throws -> [PlannedChange]?
  ) async -> (any Error)? {
    if let callbackCarrier { return await send(policy, by: callbackCarrier, recorder, next) }
    let limit = min(policy.window, carrier.window ?? .max)
    return await ConcurrentWork(limit: limit, executor: carrier.executor).run(next) { index, entry in
      let continues = recorder.record(await outcome(of: entry), of: entry, at: index)
      if !continues {
        gate?.end()
        carrier.end()
      }
      return continues
    }
  }

  /// Returns the planned changes of a page of elements.
  ///
  /// If the refusal of an element ends the statement, the function returns the refusal and the planned changes before
  /// this element. `first` is the index of the page's first element.
  private func entries(
    of page: [any PlannedElement], first: Int, _ consent: DestroyConsent?
  ) -> ([PlannedChange], ChangeRefusedBeforeSendingError?) {
    var entries: [PlannedChange] = []
    entries.reserveCapacity(page.count)
    let isFree = isUnlimited(consent)
    for element in page {
      let entry = entry(of: element, at: first + entries.count)
      if isFree, entry.change != nil {
        entries.append(entry)
        continue
      }
      if let refusal = refusal(of: entry, consent) {
        return (entries, ChangeRefusedBeforeSendingError(refusal, element))
      }
      entries.append(entry)
    }
    return (entries, nil)
  }

  /// Returns the refusal of a planned change, if the refusal ends the statement; otherwise nil.
  ///
  /// A change that the journal records as done needs no permission, because it is not sent.
  private func refusal(of entry: PlannedChange, _ consent: DestroyConsent?) -> UnsentReason? {
    guard let change = entry.change else { return entry.refusal?.isUncatchable ?? false ? entry.refusal : nil }
    return entry.isDone ? nil : refusal(of: change, consent)
  }
}
