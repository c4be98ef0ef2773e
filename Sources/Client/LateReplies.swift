import JSONAPI
public import JSONRPC
public import JSONText
import Synchronization

/// A late answer: the body of a reply, or the broker's refusal (`noRoute`, `nacked`).
public typealias LateAnswer = Result<[UInt8], LinkError>

/// The changes whose callers stopped waiting before a reply arrived, and their late replies.
///
/// The owner of a change can watch for the late reply with a ``LateReplyWatch``. Without a watch, the late reply
/// becomes a note for the user.
///
/// ```swift
/// let late = LateReplies { print($0) }
/// late.receive(.success(body), for: correlationID)  // a reply came 2.3 s late: posts create was carried out, id 1001
/// ```
public final class LateReplies: Sendable {
  /// The outcome of a change: the result of ``ResourceClient/send(_:waitLimit:)``, or the error that this method would
  /// throw.
  public typealias Outcome = Result<JSONValue, ClientError>

  private struct AbandonedChangesAndAnswers {
    var changes = CacheByCorrelationID<AbandonedChange>(limit: 100_000)
    /// The answers to changes that are not registered.
    ///
    /// An answer can arrive shortly before the caller registers its change.
    var arrived = CacheByCorrelationID<EarlyAnswer>(limit: 1 << 20)
    /// The outcomes of changes without a watch.
    var settled = CacheByCorrelationID<Outcome>(limit: 1 << 20)
    /// The numbers of replies with unknown correlation ids, by the queue of the service.
    var strange: [String: Int] = [:]
    var noted = 0
    var lastNoted = ContinuousClock.now
  }

  /// An answer that arrived before its change was registered.
  private struct EarlyAnswer {
    var answer: LateAnswer
    /// The queue of the client that received the answer, if no request of the client has the correlation id.
    var strangeTo: String?
  }

  private let state = Mutex(AbandonedChangesAndAnswers())
  private let note: @Sendable (String) -> Void
  /// The maximum number of notes about a series of late replies.
  ///
  /// A series ends after a pause of length `calm` without a late reply.
  private static let burst = 20
  private static let calm = Duration.seconds(5)

  /// Creates an object without changes.
  ///
  /// - Parameter note: A function that shows a sentence to the user.
  public init(note: @escaping @Sendable (String) -> Void) { self.note = note }

  /// Registers a change whose caller has stopped waiting for the reply.
  ///
  /// If the answer has already arrived, the method does not register the change, but returns the answer.
  func add(_ change: AbandonedChange) -> LateAnswer? {
    let id = change.call.correlationID
    return state.withLock { state in
      if let early = state.arrived.remove(id) {
        if let queue = early.strangeTo { state.strange[queue, default: 1] -= 1 }
        return change.worded(early.answer)
      }
      state.changes.insert(change, for: id)
      return nil
    }
  }

  /// Handles an answer that arrived after its caller stopped waiting.
  ///
  /// The answer to a watched change goes to the watch. The answer to any other registered change becomes a note for the
  /// user. In a quick series of such answers, only the first 20 become notes. The answer to an unregistered change is
  /// stored until a caller registers the change.
  ///
  /// The argument `strangeTo` is the queue of the client that received the answer, if no request of the client has the
  /// correlation id. If no other caller registers the change either, ``takeStrangeReplies()`` counts the answer.
  public func receive(_ answer: LateAnswer, for correlationID: String, strangeTo queue: String? = nil) {
    let weight = 256 + ((try? answer.get().count) ?? 0)
    let received = state.withLock { state -> (AbandonedChange, Outcome)? in
      guard let change = state.changes.remove(correlationID) else {
        if let queue { state.strange[queue, default: 0] += 1 }
        state.arrived.insert(EarlyAnswer(answer: answer, strangeTo: queue), for: correlationID, weight: weight)
        return nil
      }
      guard let outcome = change.outcome(of: answer) else {
        state.changes.insert(change, for: correlationID)
        return nil
      }
      if change.watch == nil { state.settled.insert(outcome, for: correlationID, weight: weight) }
      return (change, outcome)
    }
    guard let (change, outcome) = received, !change.isForgotten else { return }
    if let watch = change.watch {
      change.settle?(outcome)
      watch.remove(correlationID)
    } else if let text = news(of: change, answer, outcome) {
      note(text)
    }
  }

  /// Returns the queues of services that sent replies with unknown correlation ids, and the numbers of these replies.
  ///
  /// The next call does not return these replies again.
  public func takeStrangeReplies() -> [(queue: String, count: Int)] {
    state.withLock { state in
      defer { state.strange = [:] }
      return state.strange.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { (queue: $0.key, count: $0.value) }
    }
  }

  /// Ignores a future late reply to a change.
  ///
  /// A caller uses this method after a lookup has found the outcome, or before it sends the change again.
  public func forget(_ error: ClientError) {
    guard let id = error.call?.correlationID else { return }
    state.withLock { _ = $0.changes.update(id) { $0.isForgotten = true } }
  }

  /// The state of a change at the start of a watch.
  enum WatchedChangeState {
    /// A reply can arrive until the given time; nil means an unknown time.
    case open(until: ContinuousClock.Instant?)
    case answered(Outcome)
    /// No reply can arrive.
    case closed
  }

  /// Assigns a change to a watch, and returns the change's state.
  func follow(
    _ id: String, by watch: LateReplyWatch, _ settle: @escaping @Sendable (Outcome) -> Void
  ) -> WatchedChangeState {
    state.withLock { state in
      var life: ContinuousClock.Instant?
      let isKnown = state.changes.update(id) { change in
        (change.watch, change.settle) = (watch, settle)
        life = change.life
      }
      if isKnown { return .open(until: life) }
      return state.settled.remove(id).map { .answered($0) } ?? .closed
    }
  }

  /// Ends the watch of the given changes; their late replies then become notes for the user.
  func leave(_ ids: some Sequence<String>) {
    state.withLock { state in
      for id in ids { _ = state.changes.update(id) { ($0.watch, $0.settle) = (nil, nil) } }
    }
  }

  private func news(of change: AbandonedChange, _ answer: LateAnswer, _ outcome: Outcome) -> String? {
    let count = state.withLock { state in
      state.noted = .now > state.lastNoted + Self.calm ? 1 : state.noted + 1
      state.lastNoted = .now
      return state.noted
    }
    guard count <= Self.burst + 1 else { return nil }
    if count > Self.burst { return "further late replies are not listed; --trace=amqp shows them" }
    let late = Double(Int((ContinuousClock.now - change.end) / .milliseconds(100))) / 10
    return "a reply came \(late) s late: \(change.text(of: answer, outcome))"
  }
}
