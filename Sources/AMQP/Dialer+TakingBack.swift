extension Dialer {
  /// Consumes the messages that wait in a queue, for at most 10 s, and passes each to `respond`.
  ///
  /// The function sends the answer that `respond` returns. If `respond` returns nil, the message goes back to the
  /// queue. At the end, the function first stops to consume, then calls `ended`, and then waits for the answers that
  /// `respond` has not returned yet.
  ///
  /// - Parameters:
  ///   - queue: The queue. The function declares the queue if it is missing.
  ///   - declaration: The properties with which the function declares a missing queue.
  ///   - isNeeded: Called ten times a second. Returns whether the caller wants more messages.
  ///   - respond: Returns the answer to a message. Nil puts the message back into the queue, marked as redelivered.
  ///   - ended: Called when the function takes no more messages.
  /// - Throws: A broker error if the broker can't be reached, or refuses the queue.
  public nonisolated func takeBack(
    queue: String, _ declaration: QueueDeclaration, while isNeeded: @Sendable () -> Bool,
    respond: @escaping @Sendable (DeliveredRequest) async -> ServiceRepliesWithDelays?, ended: @Sendable () -> Void
  ) async throws(AMQPClientError) {
    defer { ended() }
    let deadline = ContinuousClock.now + .seconds(10)
    let connection = try await connected(until: deadline)
    let settings = ServiceChannel.QueueServingSettings(workers: 256, confirmsReplies: true, declaration: declaration)
    let channel = try await connection.serve(queue: queue, on: settings) { await respond($0) ?? .left }
    var rest = 1
    while isNeeded(), .now < deadline, rest > 0 {
      try? await Task.sleep(for: .milliseconds(100))
      let found = try? await connection.probe(queue: queue, until: deadline)
      rest = found?.messages ?? 0
    }
    await channel.stop(before: ended)
  }
}
