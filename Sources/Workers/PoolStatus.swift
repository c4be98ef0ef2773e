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
  let busy = workers.count { $0.status.isBusy }
  let rate = workers.reduce(0) { $0 + ($1.status.isBusy ? $1.status.rate : 0) }
  let (workersText, waiting) = (found.consumers.of("worker"), found.messages.of("chunk"))
  let head = "\(workersText), \(waiting) waiting, \(busy) in progress, \(rate) changes/s"
  let lines = workers.map { "worker \($0.number): \($0.status.text), \($0.status.rate)/s in its last chunk" }
  return ([head] + lines).joined(separator: "\n")
}

/// Asks the workers of a pool for their status, one after another.
///
/// The worker with the number N answers on a queue whose name contains N. The numbers of the workers can have gaps,
/// because workers may have ended. Therefore the function also tries numbers above the number of workers.
private func answers(_ count: Int, _ pool: WorkerPool, _ dialer: Dialer) async -> [(number: Int, status: WorkerStatus)]
{
  var found: [(number: Int, status: WorkerStatus)] = []
  for number in 1..<count * 2 + 17 where found.count < count {
    if let status = await answer(of: number, pool, dialer) { found.append((number, status)) }
  }
  return found
}

private func answer(of number: Int, _ pool: WorkerPool, _ dialer: Dialer) async -> WorkerStatus? {
  guard
    let client = try? await ReconnectingQueueClient(dialer, queue: pool.questions(to: number), repliesDirectly: true)
  else {
    return nil
  }
  let id = client.nextCorrelationID()
  let request = Request(id: .string(id), method: "status", params: [:])
  let bytes = try? await client.send(
    correlationID: id, body: request.encoded(), deadline: .now + .seconds(2), expires: true, mayRepeat: true)
  await client.close()
  guard let bytes, let response = try? Response(decoding: bytes), case .result(let result) = response.outcome else {
    return nil
  }
  return WorkerStatus(result)
}
