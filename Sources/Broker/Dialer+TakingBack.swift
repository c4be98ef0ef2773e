extension Dialer {
  /// Consumes the messages that wait in a queue, for at most 10 s, and puts back the messages that `respond` does not
  /// answer.
  ///
  /// - Parameters:
  ///   - queue: The queue; it is declared if it is missing.
  ///   - declaration: The properties with which a missing queue is declared.
  ///   - isNeeded: Whether more messages are wanted; asked ten times a second.
  ///   - respond: Returns the answer to a message; nil returns the message to the queue, marked as redelivered.
  /// - Throws: A broker error if the broker can't be reached, or refuses the queue.
  public nonisolated func takeBack(
    queue: String, _ declaration: QueueDeclaration, while isNeeded: @Sendable () -> Bool,
    respond: @escaping @Sendable (Delivery) -> ServiceAnswer?
  ) async throws(BrokerError) {
    let deadline = ContinuousClock.now + .seconds(10)
    let connection = try await connected(until: deadline)
    let settings = ServiceChannel.QueueServingSettings(workers: 256, confirmsReplies: true, declaration: declaration)
    let channel = try await connection.serve(queue: queue, on: settings) { respond($0) ?? .left }
    var rest = 1
    while isNeeded(), .now < deadline, rest > 0 {
      try? await Task.sleep(for: .milliseconds(100))
      let found = try? await connection.probe(queue: queue, until: deadline)
      rest = found?.messages ?? 0
    }
    await channel.abandon()
  }
}
