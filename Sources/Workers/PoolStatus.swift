package import AMQP
import JSONRPC
import JSONText

/// Returns the state of a pool as text: its workers, the waiting chunks, and the counts of each worker.
///
/// - Throws: A broker error if the broker can't be reached.
package func poolStatus(
  _ pool: WorkerPool, _ uri: AMQPURI, connectionName: String
) async throws(AMQPClientError) -> String {
  let dialer = try await Dialer(uri, name: connectionName)
  guard let found = try await dialer.probe(queue: pool.queue, until: .now + .seconds(30)) else {
    await dialer.close()
    return "the pool \(pool.name) has never had a worker"
  }
  let workers = await answers(found.consumers, pool, dialer)
  await dialer.close()
  let known = workers.compactMap(\.status)
  let busy = known.count(where: \.isBusy)
  let rate = known.reduce(0) { $0 + ($1.isBusy ? $1.rate : 0) }
  let (workersText, waiting) = (found.consumers.of("worker"), found.messages.of("chunk"))
  let head = "\(workersText), \(waiting) waiting, \(busy) in progress, \(rate) changes/s"
  let lines = workers.map { worker in
    guard let status = worker.status else {
      return "worker \(worker.number): no answer within 2 s; its process can be suspended, or its machine unreachable"
    }
    return "worker \(worker.number): \(status.text), \(status.rate)/s in its last chunk"
  }
  return ([head] + lines).joined(separator: "\n")
}

/// Asks the workers of a pool for their status, one after another.
///
/// The worker with the number N answers on a queue whose name contains N. The numbers of the workers can have gaps,
/// because workers may have ended. Therefore the function also tries numbers above the number of workers.
///
/// The status of a worker that does not answer is nil.
private func answers(
  _ count: Int, _ pool: WorkerPool, _ dialer: Dialer
) async -> [(number: Int, status: WorkerStatus?)] {
  var found: [(number: Int, status: WorkerStatus?)] = []
  for number in 1..<count * 2 + 17 where found.count < count {
    do throws(AMQPClientError) {
      found.append((number, WorkerStatus(reply: try await answer(of: number, pool, dialer))))
    } catch {
      if error.kind == .timeout { found.append((number, nil)) }
    }
  }
  return found
}

/// Throws an error if another worker of the pool has another secret, or if only one of the two workers has a secret.
///
/// Otherwise, each worker would take chunks that it must refuse. A worker that does not answer is passed over.
func refuseOtherSecret(_ pool: WorkerPool, _ dialer: Dialer) async throws(PoolSecretError) {
  let found = try? await dialer.probe(queue: pool.queue, until: .now + .seconds(5))
  guard let count = found?.consumers, count > 0 else { return }
  for number in 1..<count * 2 + 17 {
    guard let reply = try? await answer(of: number, pool, dialer), WorkerPool.isSigned(reply) else { continue }
    guard pool.key != nil, pool.accepts(reply) else {
      throw PoolSecretError(
        message: "worker \(number) of the pool \(pool.name) has "
          + (pool.key == nil ? "a secret, but this worker has none" : "another secret than this worker"))
    }
    return
  }
}

/// The error of a worker whose secret differs from the secret of another worker of its pool.
struct PoolSecretError: Error {
  let message: String
}

/// Asks the worker with a number for its status, and returns the reply.
///
/// - Throws: `noRoute` if there is no worker with the number, and `timeout` if the worker does not answer.
private func answer(
  of number: Int, _ pool: WorkerPool, _ dialer: Dialer
) async throws(AMQPClientError) -> [UInt8] {
  let client = try await ReconnectingQueueClient(dialer, queue: pool.questions(to: number), repliesDirectly: true)
  let id = client.nextCorrelationID()
  let request = Request(id: .string(id), method: "status", params: [:])
  let reply: Result<[UInt8], AMQPClientError>
  do throws(AMQPClientError) {
    reply = .success(
      try await client.send(
        correlationID: id, body: request.encoded(), deadline: .now + .seconds(2), expires: true, mayRepeat: true))
  } catch { reply = .failure(error) }
  await client.close()
  return try reply.get()
}

extension WorkerStatus {
  /// Reads the status in the reply of a worker; nil if the reply contains no status.
  fileprivate init?(reply: [UInt8]) {
    guard let response = try? Response(decoding: reply), case .result(let result) = response.outcome else { return nil }
    self.init(result)
  }
}
