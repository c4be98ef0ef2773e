import Bulk
import Client
import JSONAPI
import JSONText
import Synchronization

/// The work of a worker on one chunk: it carries out the changes of the chunk, and collects their outcomes.
///
/// The work ends early if the chunk expires or reaches its limit of failures.
struct ChunkRun: Sendable {
  let chunk: Chunk
  let client: ResourceClient
  /// The maximum number of changes in flight.
  let window: Int
  /// Whether the broker delivered the chunk before, to a worker that was lost.
  let isRedelivered: Bool
  /// The maximum time until a worker notices the loss of its connection (`WorkerPool.silence(of:)`).
  let silence: Duration
  /// Returns whether the worker may still send the changes of the chunk.
  ///
  /// False after the loss of the connection or a freeze of the process, because another worker may have the chunk.
  var isCurrent: @Sendable () -> Bool = { true }

  /// The outcomes of the chunk's changes so far.
  private final class OutcomesSoFar: Sendable {
    private struct ChangeOutcomes {
      var items: [ChunkReply.TimedOutcome]
      var failures = 0
      var repeatable: [Int] = []
    }

    private let state: Mutex<ChangeOutcomes>

    init(_ count: Int) {
      state = Mutex(
        ChangeOutcomes(items: [ChunkReply.TimedOutcome](repeating: ChunkReply.TimedOutcome(.unsent), count: count)))
    }

    var items: [ChunkReply.TimedOutcome] { state.withLock(\.items) }
    var failures: Int { state.withLock(\.failures) }
    /// The indices of the changes that may be sent again after lookups, in ascending order.
    var repeatable: [Int] { state.withLock { $0.repeatable.sorted() } }

    func set(_ item: ChunkReply.TimedOutcome, at index: Int, _ change: Change) {
      state.withLock { state in
        state.items[index] = item
        if item.outcome.isFailure(of: change) { state.failures += 1 }
      }
    }

    func mayRepeat(_ index: Int) { state.withLock { $0.repeatable.append(index) } }
  }

  /// Carries out the changes and returns their outcomes.
  ///
  /// The work stops early if the chunk expires, reaches its limit of failures, or is cancelled, or if `isCurrent`
  /// returns false. The remaining changes then count as not sent.
  func reply() async -> ChunkReply {
    let begin = ContinuousClock.now
    let end = begin + .milliseconds(chunk.expires - WorkerPool.now)
    let progress = OutcomesSoFar(chunk.changes.count)
    let left = isRedelivered ? await lookUp(progress) : Array(chunk.changes.indices)
    await carryOut(left, until: end, progress)
    return ChunkReply(progress.items, time: .now - begin, window: window)
  }

  /// Sends the changes with the given indices, and waits for their outcomes.
  private func carryOut(_ indices: [Int], until end: ContinuousClock.Instant, _ progress: OutcomesSoFar) async {
    let carrier = CallbackClientCarrier(client)
    let changes = ChangeWindow(window) { [chunk] index, result, latency in
      let (change, outcome) = (chunk.changes[index], ChunkReply.ChangeOutcome(result))
      let item = chunk.givesResults ? outcome : outcome.withoutContents(change)
      progress.set(ChunkReply.TimedOutcome(item, latency: latency), at: index, change)
    }
    await withTaskExecutorPreference(carrier.executor) {
      await withTaskCancellationHandler {
        for index in indices {
          await changes.begin()
          guard !Task.isCancelled, isCurrent(), .now < end, progress.failures < chunk.failures ?? .max else {
            changes.cancel()
            break
          }
          carrier.take(chunk.changes[index], number: index, for: changes)
        }
        await changes.ended()
      } onCancel: {
        carrier.end()
      }
    }
  }

  /// Looks up the changes, because the lost worker may have sent them.
  ///
  /// The function first waits until the lost worker can send no more requests, and its requests have expired. If the
  /// chunk has a time `settle`, the function also waits for this time. The service can then no longer carry out the
  /// requests of the lost worker.
  ///
  /// - Returns: The indices of the changes to send again.
  private func lookUp(_ progress: OutcomesSoFar) async -> [Int] {
    let longest = chunk.changes.lazy.filter(\.expires).compactMap(\.timeout).max() ?? .zero
    do { try await Task.sleep(for: silence + longest + (chunk.settle ?? .zero)) } catch { return [] }
    let resolver = UnknownChangeResolver(client, keyField: chunk.keyField, isSettled: chunk.settle != nil)
    var page: [Int]? = Array(chunk.changes.indices)
    _ = await ConcurrentWork(limit: 2, executor: client.taskExecutor).run {
      page.take()
    } work: { _, index in
      guard !Task.isCancelled else { return false }
      let change = chunk.changes[index]
      switch await resolver.look(change) {
      case .carriedOut(let id, let reply):
        let document = chunk.givesResults ? reply?.json : nil
        progress.set(.init(.found(id: id, document: document)), at: index, change)
      case .doubled(let count): progress.set(.init(.failed(.doubled(count))), at: index, change)
      case .unknown(let failure):
        progress.set(.init(.failed(.lostWithWorker(change, failure, chunk))), at: index, change)
      case .repeatable: progress.mayRepeat(index)
      }
      return true
    }
    return progress.repeatable
  }
}

extension ChangeResult {
  /// The document of the reply as JSON; nil if the reply is not a document.
  fileprivate var json: JSONValue? {
    if case .document(let document) = self { .object(document.object) } else { nil }
  }
}

extension ClientError {
  /// Returns the error of a change whose worker was lost, and whose outcome a lookup could not determine.
  ///
  /// `failure` says why the lookup failed; it is nil if the lookup did not find the change.
  fileprivate static func lostWithWorker(_ change: Change, _ failure: LookupFailure?, _ chunk: Chunk) -> ClientError {
    let (reason, nextStep): (String, String)
    if change.verb == .create, chunk.keyField == nil {
      reason = "and a create without the option key: can't be looked up"
      nextStep = "check whether the resource exists before you send the change again; key: .FIELD allows lookups"
    } else if let failure {
      reason = "and \(failure.text)"
      nextStep = (failure.condition.map { "\($0), then " } ?? "") + "check the change before you send it again"
    } else {
      reason = "but no lookup has found the change"
      nextStep =
        chunk.settle == nil
        ? "check the change; or, if your service never keeps a request waiting for more than 60 s, use settle: 60s"
        : "check the change before you send it again"
    }
    var error = ClientError(
      .unknown, "the worker of this change was lost: the change may have been carried out, \(reason)",
      nextStep: nextStep)
    error.wasSent = true
    error.call = CallDescription(
      method: change.method, label: change.target.type, queue: change.target.queue, correlationID: "")
    return error
  }
}
