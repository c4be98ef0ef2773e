package import AMQP
package import Client
package import JSONRPC
package import JSONText

/// The settings of a worker.
package struct WorkerSettings: Sendable {
  /// The URI of the broker that has the pool's queue.
  package var uri: AMQPURI
  /// The pool whose chunks the worker takes.
  package var pool: WorkerPool
  /// The maximum number of the worker's changes in flight.
  package var inFlight = 64
  /// The queues whose changes the worker carries out; nil for all.
  package var allowed: Set<String>?
  /// The secret members of the changes' `meta`, such as a token; a chunk contains only their names.
  package var meta: JSONObject = [:]
  /// The name of the connection, as the broker's management interface shows it.
  package var connectionName: String

  /// Creates the settings of a worker.
  package init(uri: AMQPURI, pool: WorkerPool, connectionName: String) {
    (self.uri, self.pool, self.connectionName) = (uri, pool, connectionName)
  }
}

/// The functions that the host program provides to a worker.
package struct WorkerCallbacks: Sendable {
  /// A function that shows a note on standard error.
  package var note: @Sendable (String) -> Void
  /// A function that opens the worker's connection to the services.
  ///
  /// The connection passes late replies to the argument of the function.
  package var open: @Sendable (LateReplies) async throws(LinkError) -> any ServiceLink
  /// A function that returns when the worker must stop.
  package var stopped: @Sendable () async -> Void

  /// Creates the callbacks of a worker.
  package init(
    note: @escaping @Sendable (String) -> Void,
    open: @escaping @Sendable (LateReplies) async throws(LinkError) -> any ServiceLink,
    stopped: @escaping @Sendable () async -> Void
  ) {
    (self.note, self.open, self.stopped) = (note, open, stopped)
  }
}

/// Runs a worker for a pool until the host program requests a stop.
///
/// The worker reconnects after each loss of the connection. Before the worker stops, it finishes the chunk in progress.
/// After a second request to stop, the broker delivers this chunk to another worker.
///
/// - Returns: The exit status.
package func work(_ settings: WorkerSettings, _ callbacks: WorkerCallbacks) async -> Int32 {
  do {
    // The worker shows no notes on late replies, because the program that sent the chunk shows them.
    let lateReplies = LateReplies { _ in }
    let link = try await callbacks.open(lateReplies)
    let worker = Worker(settings, callbacks, link, lateReplies)
    var uri = settings.uri
    uri.heartbeat = WorkerPool.heartbeat(of: uri)
    let dialer = try await Dialer(
      uri, name: settings.connectionName, listener: Connection.EventObserver(notice: callbacks.note))
    try await refuseOtherSecret(settings.pool, dialer)
    try await withThrowingTaskGroup { group in
      group.addTask { try await serve(worker, settings, dialer, callbacks) }
      group.addTask { await callbacks.stopped() }
      let watching = Task { await worker.watchForFreezes() }
      defer { watching.cancel() }
      try await group.next()
      group.cancelAll()
      if worker.status.isBusy {
        callbacks.note("stopping after the chunk in progress; a second signal gives the chunk to another worker")
      }
      let second = Task {
        await callbacks.stopped()
        if !Task.isCancelled { await worker.abort() }
      }
      defer { second.cancel() }
      try await group.waitForAll()
    }
    await link.close()
    callbacks.note("stopped: \(worker.status.text)")
    return 0
  } catch let error as PoolSecretError {
    callbacks.note("error: \(error.message)")
    callbacks.note("  = \(WorkerPool.sameKey)")
    return 2
  } catch {
    let message = (error as? AMQPClientError)?.message ?? (error as? LinkError)?.message ?? "\(error)"
    callbacks.note("error[connection]: \(message)")
    return 4
  }
}

private func serve(
  _ worker: Worker, _ settings: WorkerSettings, _ dialer: Dialer, _ callbacks: WorkerCallbacks
) async throws(AMQPClientError) {
  try await dialer.serve(queues: 2) { index, connection, taken throws(AMQPClientError) in
    // The worker serves its queue for status requests before the pool's queue. Each consumer of the pool's queue can
    // therefore answer a status request, as `--status` expects.
    if index == 0 { return try await worker.serveQuestions(on: connection) }
    return try await worker.serve(on: connection, after: taken)
  } begun: { isAgain in
    callbacks.note(isAgain ? "working again" : "working for the pool \(settings.pool.name) on \(settings.uri)")
  } note: {
    callbacks.note("note: \($0)")
  }
}
