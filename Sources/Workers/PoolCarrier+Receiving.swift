import Bulk
import Client

extension PoolCarrier {
  /// Passes the outcomes in a reply to the receivers of the changes.
  ///
  /// - Returns: The number of failures, and the changes that the worker did not send.
  func end(_ portion: [PendingChange], _ reply: ChunkReply) -> (failures: Int, left: [PendingChange]) {
    var (index, failures, left): (Int, Int, [PendingChange]) = (0, 0, [])
    for group in reply.groups {
      defer { index += group.count }
      if case .omitted = group.outcome {
        PendingChange.end(succeeded: portion[index..<index + group.count], reply.times)
        continue
      }
      let waiting = portion[index]
      if group.outcome.isFailure(of: waiting.change) { failures += 1 }
      guard let result = group.outcome.reply(to: waiting.change, limits.renamed) else {
        left.append(waiting)
        continue
      }
      expectLateReply(group.outcome, to: waiting.change)
      waiting.end(result, latency: reply.latency(at: index))
    }
    return (failures, left)
  }
}

extension PoolCarrier.PendingChange {
  /// Ends the change with an error, because the statement ended before the change was sent.
  func drop() { fail(ClientError(.interrupted, "not sent: the statement has ended")) }

  func fail(_ error: ClientError) { end(.failure(error)) }

  func end(_ result: Result<ChangeResult, ClientError>, latency: Duration? = nil) {
    receiver.end(number, result, latency: latency)
  }

  /// Reports the success of changes whose results the worker omitted.
  ///
  /// `times` are the service's reply times to all changes of the chunk, in microseconds.
  static func end(succeeded changes: ArraySlice<Self>, _ times: [Int]) {
    var rest = changes
    while let receiver = rest.first?.receiver {
      let group = rest.prefix { $0.receiver === receiver }
      rest = rest[group.endIndex...]
      if group.count == 1 {
        // With `throttle:`, each change has its own receiver. The throttle needs the exact reply time.
        changes[group.startIndex].end(.success(.omitted), latency: .microseconds(times[group.startIndex]))
        continue
      }
      var latencies = LatencyHistogram()
      for index in group.indices { latencies.add(microseconds: times[index]) }
      receiver.end(succeeded: group.map(\.number), latencies: latencies)
    }
  }
}
