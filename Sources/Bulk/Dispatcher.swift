public import Client
import JSONText
import Synchronization

/// An element on its way through a dispatcher, with the change that was made of it.
public protocol PlannedElement: AnyObject, Sendable {
  /// The change, or why there is none.
  var planned: Result<Change, Refusal> { get }
}

extension PlannedElement {
  /// Whether it is to be destroyed.
  var isDestroying: Bool { if case .success(let change) = planned { change.verb == .destroy } else { false } }
}

/// How many changes are in flight, and what a failure does.
public struct Policy: Sendable {
  /// How many are in flight at most.
  public var window: Int
  /// Whether a failure does not stop the statement.
  public var continuesOnError: Bool

  /// How long to wait at the end for late replies; zero does not wait.
  public var lateWait: Duration
  /// Says that so many late replies are awaited, and how long at most.
  public var noteLateWait: @Sendable (Int, Duration) -> Void

  /// Creates a policy.
  public init(
    window: Int, continuesOnError: Bool, lateWait: Duration = .zero,
    noteLateWait: @escaping @Sendable (Int, Duration) -> Void = { _, _ in }
  ) {
    self.window = window
    self.continuesOnError = continuesOnError
    self.lateWait = lateWait
    self.noteLateWait = noteLateWait
  }
}

/// The one way by which changes leave: permits each, hands it to a carrier, and decides how it ended.
public struct Dispatcher: Sendable {
  /// The account of the outermost statement.
  public let account: StatementAccount
  private let carrier: any Carrier
  private let lateReplies: LateReplies?
  private let guards: Safeguards

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
    return await carry(change)
  }

  @inline(__always) private func carry(_ change: Change) async -> Outcome {
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
    let counted = Mutex(report)
    let first = report.tally.count
    let pool = WorkerPool(limit: policy.window, executor: carrier.executor)
    let watch = lateReplies?.watch()
    var end: Refused?
    var seen: Set<StableHash> = []
    let stop = await pool.run { () async throws -> [Entry]? in
      if let end { throw end }
      guard let page = try await next() else { return nil }
      let (permitted, refused) = permitted(page, consent)
      if let refused, permitted.isEmpty { throw refused }
      end = refused
      return try await journaled(permitted, &seen)
    } work: { index, entry in
      let outcome = await outcome(of: entry)
      let (element, place) = (entry.element, first + index)
      let isHalted = counted.withLock { report in
        report.tally.add(outcome, of: element, at: place)
        guard let halt = guards.halt, halt.isReached(report.tally) else { return false }
        report.stop = Halted(halt: halt)
        return true
      }
      observe(place, element, outcome)
      if case .success(let change) = entry.change { guards.journal?.record(outcome, of: change) }
      if case .unknown(let error) = outcome, let watch, case .success(let change) = entry.change {
        watch.add(error) { late in
          let outcome = Outcome(late: late, of: change)
          counted.withLock { $0.tally.settle(outcome, of: element, at: place) }
          guards.journal?.record(outcome, of: change)
          observe(place, element, outcome)
        }
      }
      let isFailure = !outcome.isGood && !outcome.isFromBefore
      let stops = isHalted || isFailure && !policy.continuesOnError || guards.journal?.failure != nil
      guard stops else { return true }
      counted.withLock { $0.isCut = true }
      return false
    }
    if let watch, watch.open > 0, !Task.isCancelled { await settle(watch, policy) }
    watch?.end()
    var result = counted.withLock { $0 }
    result.stop = result.stop ?? stop ?? guards.journal?.failure
    if result.stop == nil, let halt = guards.halt, halt.isReached(result.tally, isEnd: true) {
      result.stop = Halted(halt: halt)
    }
    return result
  }

  /// An element with its change, and what its journal says of it.
  private struct Entry: Sendable {
    var element: any PlannedElement
    var change: Result<Change, Refusal>
    var known: JournalState?
  }

  /// The elements with what the journal says of them; the intents of those that are new are on the disk.
  private func journaled(
    _ page: [any PlannedElement], _ seen: inout Set<StableHash>
  ) async throws -> [Entry] {
    guard let journal = guards.journal else {
      return page.map { Entry(element: $0, change: $0.planned) }
    }
    var entries: [Entry] = []
    var intended: [Change] = []
    for element in page {
      var entry = Entry(element: element, change: element.planned)
      if case .success(let change) = entry.change, let identity = change.identity {
        if seen.insert(identity.hash).inserted {
          entry.known = journal.known(identity)
          if entry.known == nil || entry.known == .open { intended.append(change) }
        } else {
          entry.change = .failure(.repeated(identity))
        }
      }
      entries.append(entry)
    }
    try await journal.intend(intended)
    return entries
  }

  private func outcome(of entry: Entry) async -> Outcome {
    let change: Change
    switch entry.change {
    case .success(let planned): change = planned
    case .failure(.repeated) where entry.element.isDestroying:
      return .absent(ClientError(.notFound, "destroyed before"))
    case .failure(let refusal): return .refused(refusal)
    }
    switch entry.known {
    case .done(let id, let content)?:
      let isSame = content == 0 || content == change.content.hashingSecrets.contentHash
      return isSame || change.identity == nil ? .before(id: id) : .refused(.otherContent(change.identity ?? .none))
    case .unknown(let sent, _)?:
      if let outcome = await lookedUp(change, sent) { return outcome }
    case .open?, nil: break
    }
    await guards.rate?.turn()
    return await carry(change)
  }

  /// How a change ended that is unknown from a run before; nil where it may be sent.
  private func lookedUp(_ change: Change, _ sent: JSONObject) async -> Outcome? {
    switch await guards.resolver?.look(change, sent: sent) ?? .unknown {
    case .carriedOut(let id):
      if let identity = change.identity { guards.journal?.settle(identity, "ok", id: id, content: sent.contentHash) }
      return .before(id: id)
    case .doubled(let count): return .failed(ClientError(.value, "maybe doubled: \(count) resources have the key"))
    case .repeatable: break
    case .unknown:
      switch guards.unknown {
      case .retry: break
      case .skip: return .before(id: change.id)
      case .fail:
        return .unknown(
          ClientError(
            .unknown, "unknown since the run before: it may have been carried out, and is not found",
            nextStep: "look it up; then settle: 60s, where the service holds no request longer, or unknown: \"skip\""))
      }
    }
    do throws(JournalError) { try await guards.journal?.intend([change]) } catch {
      return .refused(.element(error))
    }
    return nil
  }

  /// Waits for the late replies of changes without one, as long as their messages can live.
  private func settle(_ watch: LateReplies.Watch, _ policy: Policy) async {
    guard policy.lateWait > .zero else { return }
    policy.noteLateWait(watch.open, policy.lateWait)
    _ = await watch.settled(within: policy.lateWait)
  }

  /// The elements up to the first that ends the statement, and that one.
  private func permitted(
    _ page: [any PlannedElement], _ consent: Consent?
  ) -> ([any PlannedElement], Refused?) {
    for (index, element) in page.enumerated() {
      let refusal: Refusal? =
        switch element.planned {
        case .success(let change): self.refusal(of: change, consent)
        case .failure(let refusal): refusal.isFinal ? refusal : nil
        }
      if let refusal { return (Array(page[..<index]), Refused(refusal, element)) }
    }
    return (page, nil)
  }
}

/// The end of a statement at an element that may not be sent.
public struct Refused: Error {
  /// Why.
  public let refusal: Refusal
  /// The element.
  public let element: any PlannedElement

  init(_ refusal: Refusal, _ element: any PlannedElement) {
    self.refusal = refusal
    self.element = element
  }
}

/// What is known of the changes of a statement.
public struct Report: Sendable {
  /// How they ended.
  public var tally = Tally()
  /// Why there are no more, where that is an error of the source or of a limit.
  public var stop: (any Error)?
  /// Whether a failure ended it before its last element.
  public var isCut = false

  /// Creates an empty report.
  public init() {}
}
