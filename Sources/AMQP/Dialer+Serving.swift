extension Dialer {
  /// Serves queues until the task is cancelled, and then closes the connection.
  ///
  /// After a loss of the connection, the function serves the queues on a new connection.
  ///
  /// - Parameters:
  ///   - count: The number of queues.
  ///   - open: Serves one of the queues on a connection. `index` is the number of the queue, counted from 0. `taken` is
  ///     the number of requests that the service received from the queue on earlier connections.
  ///   - begun: Called when `open` has succeeded for all queues on a new connection. `isAgain` is false for the first
  ///     connection, and true after each reconnection.
  ///   - note: Called with the reason when a channel ends while its connection stays open.
  /// - Throws: A broker error if the broker refuses the user or a queue.
  public nonisolated func serve(
    queues count: Int,
    open: (_ index: Int, _ connection: Connection, _ taken: Int) async throws(AMQPClientError) -> ServiceChannel,
    begun: (_ isAgain: Bool) -> Void, note: (String) -> Void
  ) async throws(AMQPClientError) {
    var taken = [Int](repeating: 0, count: count)
    var isAgain = false
    while !Task.isCancelled {
      let connection: Connection
      do throws(AMQPClientError) { connection = try await connected(until: nil) } catch {
        if error.kind == .cancelled { break }
        throw error
      }
      var channels: [ServiceChannel] = []
      defer { for (index, channel) in channels.enumerated() { taken[index] = channel.taken } }
      do throws(AMQPClientError) {
        for index in taken.indices { channels.append(try await open(index, connection, taken[index])) }
      } catch {
        guard await connection.end != nil else { throw error }
        continue
      }
      begun(isAgain)
      isAgain = true
      let end = await Self.firstEnd(of: channels, connection)
      guard await connection.end == nil else { continue }
      for channel in channels { await channel.stop() }
      if let end, !Task.isCancelled {
        note(end.message)
        try? await Task.sleep(for: .milliseconds(200))
      }
    }
    await close()
  }

  /// Waits until one of the channels or the connection ends, or until the task is cancelled.
  ///
  /// - Returns: The reason why a channel ended, if a channel ended first; otherwise nil.
  private static func firstEnd(of channels: [ServiceChannel], _ connection: Connection) async -> AMQPClientError? {
    await withTaskGroup { group in
      for channel in channels { group.addTask { await channel.ended() } }
      group.addTask {
        await endOrCancellation(of: connection)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }

  /// Waits until the connection has ended, or the task is cancelled.
  private static func endOrCancellation(of connection: Connection) async {
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    Task {
      _ = await connection.ended()
      end.finish()
    }
    for await _ in ends {}
  }
}
