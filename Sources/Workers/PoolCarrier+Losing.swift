package import AMQP
import Client
package import JSONRPC
import JSONText

/// A connection to the broker, with the operations that ``PoolCarrier`` needs.
package protocol PoolBrokerLink: JSONRPC.ServiceLink {
  /// The maximum time until a worker notices the loss of its connection (`WorkerPool.silence(of:)`).
  var silence: Duration { get }

  /// Removes the messages that wait in a queue, and answers them with `respond`.
  ///
  /// The function does the same as `Dialer.takeBack(queue:_:while:respond:ended:)`.
  func takeBack(
    queue: String, _ declaration: QueueDeclaration, while isNeeded: @Sendable () -> Bool,
    respond: @escaping @Sendable (DeliveredRequest) async -> ServiceRepliesWithDelays?, ended: @Sendable () -> Void
  ) async throws(LinkError)
}

extension PoolCarrier {
  /// Counts the pool's workers each second while chunks are in flight.
  ///
  /// The pool counts as lost if it has no worker for too long, or if the broker can't be reached for too long. The
  /// function then removes the chunks in flight from the pool's queue. The limit is the longest timeout of a change,
  /// plus four times `PoolBrokerLink.silence`. A pause of the run resets the measured time.
  func watch() async {
    var lost: ContinuousClock.Instant?
    while (try? await Task.sleep(for: .seconds(1))) != nil {
      guard hasChunks else {
        lost = nil
        continue
      }
      let found = try? await link.probe(queue: pool.queue, until: .now + .seconds(5))
      if let found { record(workers: found.consumers) }
      // Without a connection to the broker, the pool counts as lost too.
      guard found?.consumers ?? 0 == 0, !limits.isPaused() else {
        lost = nil
        continue
      }
      let since = lost ?? .now
      lost = since
      if .now - since >= link.silence * 4 + longestTimeout { return await takeBack() }
    }
  }

  /// Removes the chunks in flight from the queue of a pool that has lost its workers.
  ///
  /// The carrier then sends no more chunks. If no worker received a removed chunk before, its changes count as not
  /// sent. The outcomes of the changes in all other chunks are unknown. These chunks are also removed from the queue,
  /// so that no worker carries them out after the end of the statement.
  ///
  /// A chunk of another statement that no worker received before gets the same reply, but only when the function takes
  /// no more chunks. Its statement can then put the changes into a new chunk. Without this reply, the chunk would go
  /// back to the queue as redelivered, so that its statement could not know that no worker received it.
  private func takeBack() async {
    lose()
    let (pool, run) = (pool, run)
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let isEnding = Task { for await _ in ends {} }
    try? await link.takeBack(queue: pool.queue, WorkerPool.declaration) {
      self.hasChunks
    } respond: { delivery in
      guard pool.accepts(delivery.body), let request = try? Request(decoding: delivery.body),
        let count = request.params["changes"]?.arrayValue?.count
      else { return nil }
      let isOwn = request.params["run"]?.stringValue == run
      if delivery.isRedelivered { return isOwn ? ServiceRepliesWithDelays([]) : nil }
      if !isOwn { await isEnding.value }
      let reply = ChunkReply(
        [ChunkReply.TimedOutcome](repeating: ChunkReply.TimedOutcome(.unsent), count: count), time: .zero)
      let response = Response(id: request.id, outcome: .result(reply.json))
      return ServiceRepliesWithDelays([ServiceRepliesWithDelays.OutgoingReply(pool.signed(response.encoded()))])
    } ended: {
      end.finish()
    }
    await waitForTakenChunks()
    abandon()
  }

  /// Waits for the replies to the removed chunks, at most a second.
  ///
  /// This program itself sends these replies.
  private func waitForTakenChunks() async {
    for _ in 0..<10 where hasChunks { try? await Task.sleep(for: .milliseconds(100)) }
  }
}

extension ClientError {
  /// Returns the error of a change that was not sent, because its pool has lost its workers.
  static func lost(_ pool: WorkerPool) -> ClientError {
    ClientError(
      .noRoute, "not sent: the pool \(pool.name) has lost its workers",
      nextStep: pool.startStep)
  }
}
