public import JSONRPC
import Client
import Synchronization

/// A throttle that delays changes while their queue is long or the service is slow.
///
/// The option `throttle:` requests a throttle (BulkChanges.md, "Care for the service").
public final class ServiceLoadThrottle: Sendable {
  /// The limits of a throttle; changes wait while the queue or the reply times exceed a limit.
  public struct LoadThresholds: Sendable {
    /// The maximum number of messages that may wait in the queue; nil for no limit.
    public var depth: Int?
    /// The maximum for the 95th percentile of the reply times, such as 200 ms; nil for no limit.
    public var p95: Duration?
    /// The maximum duration of a pause; after a longer pause, the statement ends.
    public var patience: Duration

    /// Creates limits.
    public init(depth: Int?, p95: Duration?, patience: Duration) {
      (self.depth, self.p95, self.patience) = (depth, p95, patience)
    }
  }

  private struct LatenciesAndPause {
    var outstanding = 0
    var latencies = LatencyHistogram()
    /// The reason why changes wait, and the time when the wait began.
    var pause: (reason: String, since: ContinuousClock.Instant)?
    var nextProbe = ContinuousClock.now
    var isProbing = false
    /// The number of probes in a row that found the queue empty, although many requests were in flight.
    ///
    /// Here, many requests are more than two for each consumer of the queue. After the throttle has shown its note, the
    /// number is negative.
    var emptyReadings = 0
    /// Whether the queue's depth and the reply times have been checked at least once.
    var isJudged = false
    var failure: PatienceExhausted?
  }

  /// The error that ends the statement after a pause longer than `patience:`.
  public struct PatienceExhausted: Error, Sendable {
    /// The maximum duration of a pause, from the option `patience:`.
    public let patience: Duration
    /// The reason for the pause.
    public let reason: String
  }

  private let limits: LoadThresholds
  private let isBlocked: @Sendable () -> Bool
  private let note: @Sendable (String) -> Void
  private let probe: @Sendable () async throws -> QueueState?
  private let sample: @Sendable () async throws -> Void
  private let state = Mutex(LatenciesAndPause())
  /// The time between two probes of the queue.
  private static let interval = Duration.milliseconds(100)
  /// The value of `emptyReadings` at which the throttle shows its note.
  private static let emptyLimit = 10
  /// The minimum number of replies for a check of `p95`.
  private static let least = 20

  /// Creates a throttle.
  ///
  /// - Parameters:
  ///   - limits: The limits beyond which changes wait.
  ///   - isBlocked: Returns whether the broker accepts no messages for now (AMQP `connection.blocked`).
  ///   - note: Shows a note to the user, for example that the queue's depth does not show the load of the service.
  ///   - probe: Reads the queue's depth; returns nil if the queue does not exist.
  ///   - sample: Sends one read to the service. The duration of the read shows whether the service is fast again.
  public init(
    _ limits: LoadThresholds, isBlocked: @escaping @Sendable () -> Bool = { false },
    note: @escaping @Sendable (String) -> Void = { _ in }, probe: @escaping @Sendable () async throws -> QueueState?,
    sample: @escaping @Sendable () async throws -> Void
  ) {
    (self.limits, self.isBlocked, self.note, self.probe, self.sample) = (limits, isBlocked, note, probe, sample)
  }

  /// The reason why changes wait; nil while no change waits.
  public var reason: String? { state.withLock { $0.pause?.reason } }

  /// The error of a pause that was longer than `patience:`; nil if there is no such pause.
  var failure: PatienceExhausted? { state.withLock(\.failure) }

  /// Waits until a change may be sent; returns false if no more changes may be sent.
  func begin() async -> Bool {
    while !Task.isCancelled {
      await look()
      let mayLeave = state.withLock { state -> Bool? in
        if state.failure != nil { return false }
        guard state.isJudged, state.pause == nil else { return nil }
        guard state.outstanding < limits.depth ?? .max else { return nil }
        state.outstanding += 1
        return true
      }
      if let mayLeave { return mayLeave }
      try? await Task.sleep(for: reason == nil ? .milliseconds(5) : Self.interval)
    }
    return false
  }

  /// Counts a change as ended that was not sent.
  func end() { state.withLock { $0.outstanding -= 1 } }

  /// Counts a change as ended, and records its reply time if the service replied.
  func end(after latency: Duration, isAnswered: Bool) {
    state.withLock { state in
      state.outstanding -= 1
      if isAnswered { state.latencies.add(latency) }
    }
  }

  /// Checks the queue's depth and the reply times, if a check is due and no other task is performing it.
  private func look() async {
    let isDue = state.withLock { state in
      guard !state.isProbing, state.nextProbe <= .now else { return false }
      state.isProbing = true
      return true
    }
    guard isDue else { return }
    var reason = isBlocked() ? "the broker accepts no messages for now" : nil
    if reason == nil { reason = await deepness() }
    if reason == nil { reason = await slowness() }
    state.withLock { state in
      (state.isProbing, state.isJudged, state.nextProbe) = (false, true, .now + Self.interval)
      guard let reason else { return state.pause = nil }
      state.pause = (reason, state.pause?.since ?? .now)
      if let since = state.pause?.since, .now - since > limits.patience {
        state.failure = PatienceExhausted(patience: limits.patience, reason: reason)
      }
    }
  }

  /// Returns the reason why the state of the queue requires a pause; nil without a reason, or without the option
  /// `depth:`.
  ///
  /// There are three possible reasons: the queue has too many messages, the queue does not exist, or its depth can't be
  /// read.
  private func deepness() async -> String? {
    guard let limit = limits.depth else { return nil }
    do {
      guard let queue = try await probe() else { return "the queue does not exist" }
      noteEmptiness(of: queue)
      return queue.messages > limit ? "queue depth \(queue.messages) > \(limit)" : nil
    } catch let error as LinkError {
      return "the queue's depth can't be read: \(error.message)"
    } catch { return "the queue's depth can't be read" }
  }

  /// Shows a note, only once, if the queue stays empty although many requests are in flight.
  ///
  /// The queue stays empty if the service consumes requests without acknowledgements, and stores them itself. The limit
  /// `depth:` then has no effect.
  private func noteEmptiness(of queue: QueueState) {
    let inFlight = state.withLock { state -> Int? in
      let isEmpty = queue.messages == 0 && state.outstanding > 2 * queue.consumers
      state.emptyReadings = isEmpty ? state.emptyReadings + 1 : min(state.emptyReadings, 0)
      guard state.emptyReadings == Self.emptyLimit else { return nil }
      state.emptyReadings = .min
      return state.outstanding
    }
    guard let inFlight else { return }
    note(
      "depth in the option throttle: has no effect, because the queue stays empty with \(inFlight) requests in flight; "
        + "to pause when replies are slow, use p95")
  }

  /// Returns the reason for a pause if the service replies too slowly; otherwise nil.
  ///
  /// During a pause, too few replies arrive for a check. The function then sends a read each second, and measures its
  /// duration.
  private func slowness() async -> String? {
    guard let limit = limits.p95 else { return nil }
    let (recent, isPaused) = state.withLock { state in
      defer { if state.latencies.count >= Self.least { state.latencies = LatencyHistogram() } }
      return (state.latencies, state.pause != nil)
    }
    if isPaused, recent.count < Self.least {
      let begin = ContinuousClock.now
      do { try await sample() } catch { return "the service does not reply" }
      let time = ContinuousClock.now - begin
      guard time > limit else { return nil }
      try? await Task.sleep(for: .seconds(1))
      return "a read takes \(time.inMilliseconds), but the limit p95: is \(limit.inMilliseconds)"
    }
    guard recent.count >= Self.least, let p95 = recent.percentile(0.95), p95 > limit else { return nil }
    return "95 % of the replies take up to \(p95.inMilliseconds), but the limit p95: is \(limit.inMilliseconds)"
  }
}

extension Duration {
  /// The duration as text in milliseconds, rounded up: `1.4 ms`, `23 ms`.
  ///
  /// A value of ten or more has no decimals.
  fileprivate var inMilliseconds: String {
    let tenths = Int((self / .microseconds(100)).rounded(.up))
    return tenths < 100 && tenths % 10 != 0 ? "\(tenths / 10).\(tenths % 10) ms" : "\((tenths + 9) / 10) ms"
  }
}
