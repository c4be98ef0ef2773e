public import JSONRPC
import Client
import Synchronization

/// Holds changes back while their queue is deep, or while the service is slow (BulkChanges.md, "Care for the service").
public final class Throttle: Sendable {
  /// When changes wait.
  public struct Limits: Sendable {
    /// How many messages may wait in the queue; nil for any number.
    public var depth: Int?
    /// How long 95 of 100 replies may take at most; nil for any time.
    public var p95: Duration?
    /// How long a pause lasts before it ends the statement.
    public var patience: Duration

    /// Creates limits.
    public init(depth: Int?, p95: Duration?, patience: Duration) {
      (self.depth, self.p95, self.patience) = (depth, p95, patience)
    }
  }

  private struct State {
    var outstanding = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
    var latencies = Latencies()
    /// Why changes wait, and since when.
    var pause: (reason: String, since: ContinuousClock.Instant)?
    var nextProbe = ContinuousClock.now
    var isProbing = false
    /// Whether depth and latency were judged once.
    var isJudged = false
    var failure: Exhausted?
  }

  /// The end of a statement whose pause lasted longer than `patience:`.
  public struct Exhausted: Error, Sendable {
    /// How long it waited.
    public let patience: Duration
    /// Why it waited.
    public let reason: String
  }

  private let limits: Limits
  private let probe: @Sendable () async throws -> QueueState?
  private let sample: @Sendable () async throws -> Void
  private let state = Mutex(State())
  /// How often the depth is read.
  private static let interval = Duration.milliseconds(100)
  /// How many replies a judgement of `p95` needs.
  private static let least = 20

  /// Creates a throttle.
  ///
  /// - Parameters:
  ///   - limits: When changes wait.
  ///   - probe: Reads the queue's depth; nil if there is no such queue.
  ///   - sample: Sends one read to the service, whose time says whether it is fast again.
  public init(
    _ limits: Limits, probe: @escaping @Sendable () async throws -> QueueState?,
    sample: @escaping @Sendable () async throws -> Void
  ) {
    (self.limits, self.probe, self.sample) = (limits, probe, sample)
  }

  /// Why changes wait; nil while they do not.
  public var reason: String? { state.withLock { $0.pause?.reason } }

  /// Why the statement ends; nil while it does not.
  var failure: Exhausted? { state.withLock(\.failure) }

  /// Waits until a change may leave; false if it may not any more.
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

  /// Counts the reply of a change.
  func end(after latency: Duration, isAnswered: Bool) {
    state.withLock { state in
      state.outstanding -= 1
      if isAnswered { state.latencies.add(latency) }
    }
  }

  /// Judges depth and latency, if that is due and nobody else is about it.
  private func look() async {
    let isDue = state.withLock { state in
      guard !state.isProbing, state.nextProbe <= .now else { return false }
      state.isProbing = true
      return true
    }
    guard isDue else { return }
    var reason = await deepness()
    if reason == nil { reason = await slowness() }
    state.withLock { state in
      (state.isProbing, state.isJudged, state.nextProbe) = (false, true, .now + Self.interval)
      guard let reason else { return state.pause = nil }
      state.pause = (reason, state.pause?.since ?? .now)
      if let since = state.pause?.since, .now - since > limits.patience {
        state.failure = Exhausted(patience: limits.patience, reason: reason)
      }
    }
  }

  /// Why the queue is too deep; nil if it is not.
  private func deepness() async -> String? {
    guard let limit = limits.depth else { return nil }
    do {
      guard let queue = try await probe() else { return "there is no such queue" }
      return queue.messages > limit ? "queue depth \(queue.messages) > \(limit)" : nil
    } catch let error as LinkError {
      return "the queue's depth can't be read: \(error.message)"
    } catch { return "the queue's depth can't be read" }
  }

  /// Why the service is too slow; nil if it is not.
  ///
  /// While changes wait, one read a second is the sample.
  private func slowness() async -> String? {
    guard let limit = limits.p95 else { return nil }
    let (recent, isPaused) = state.withLock { state in
      defer { if state.latencies.count >= Self.least { state.latencies = Latencies() } }
      return (state.latencies, state.pause != nil)
    }
    if isPaused, recent.count < Self.least {
      let begin = ContinuousClock.now
      do { try await sample() } catch { return "the service gives no reply" }
      let time = ContinuousClock.now - begin
      guard time > limit else { return nil }
      try? await Task.sleep(for: .seconds(1))
      return "a read takes \(time.wholeMilliseconds) ms > \(limit.wholeMilliseconds) ms"
    }
    guard recent.count >= Self.least, let p95 = recent.percentile(0.95), p95 > limit else { return nil }
    return "p95 \(p95.wholeMilliseconds) ms > \(limit.wholeMilliseconds) ms"
  }
}
