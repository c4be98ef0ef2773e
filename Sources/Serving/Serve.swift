import AMQP
import APIServer

/// Serves a database on a broker until the program must stop, for example after SIGTERM.
///
/// The service reconnects after each loss of the connection. Before the service stops, it finishes the requests in
/// progress. After a second request to stop, the program ends immediately.
///
/// - Returns: The exit status of the program.
package func serve(_ options: ServiceSettings, _ console: ServiceOutputAndStopCallbacks) async -> Int32 {
  do { return try await serving(options, console) } catch {
    let (text, status) = report(of: error)
    console.note("\(text)\n")
    return status
  }
}

/// Opens the database, and serves it until ``ServiceOutputAndStopCallbacks/stopped`` returns.
///
/// Returns the exit status of the program.
private func serving(_ options: ServiceSettings, _ console: ServiceOutputAndStopCallbacks) async throws -> Int32 {
  let service = try ResourceService(
    opening: options.database, dialect: ProtocolDialect(flavour: options.flavour, pages: options.pages),
    remembersChanges: options.flavour != .carrot)
  let names = try queueNames(options.queues, service)
  let log = try options.log.map { try CallLog($0, console) }
  let queues = try service.queues.map { try ServedQueue($0, name: names[$0] ?? $0, of: service, options, log) }
  let dialer = try await Dialer(
    try AMQPURI(options.url), name: options.connectionName,
    listener: Connection.EventObserver(notice: { console.note("note: \($0)\n") }))
  try await withThrowingTaskGroup { group in
    group.addTask { try await serve(queues, of: options.database, dialer, console) }
    group.addTask { await console.stopped() }
    try await group.next()
    group.cancelAll()
    let second = Task {
      await console.stopped()
      guard !Task.isCancelled else { return }
      console.note("stopped: the requests in progress have no reply\n")
      console.end()
    }
    defer { second.cancel() }
    try await group.waitForAll()
  }
  console.note("stopped\n")
  guard let missing = log?.missing, missing > 0 else { return 0 }
  console.note("error[file]: --log \(options.log ?? "-"): \(missing) requests are missing from the log\n")
  return 1
}

/// Returns the message and the exit status for an error.
private func report(of error: any Error) -> (text: String, status: Int32) {
  switch error {
  case let error as AMQPClientError: ("error[connection]: \(error.message)", 4)
  case let error as ResourceService.DatabaseOpeningError: ("error[file]: \(error.message)\n  = \(error.nextStep)", 2)
  case let error as CallLog.LogOpeningError: ("error[file]: --log \(error.message)", 2)
  case let error as QueueOptionError: ("error: \(error.message)", 2)
  default: ("error: \(error)", 1)
  }
}

/// The error for a wrong value of the option `--queue`.
private struct QueueOptionError: Error {
  var message: String
}

private func queueNames(_ options: [String], _ service: ResourceService) throws -> [String: String] {
  var names: [String: String] = [:]
  for option in options {
    let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, service.queues.contains(parts[0]) else {
      let known = service.queues.joined(separator: ", ")
      throw QueueOptionError(message: "--queue takes TYPE=NAME, not \(option): the types are \(known)")
    }
    guard names.updateValue(parts[1], forKey: parts[0]) == nil else {
      throw QueueOptionError(message: "--queue names two queues for \(parts[0]): keep one of them")
    }
  }
  var types: [String: String] = [:]
  for type in service.queues {
    guard let other = types.updateValue(type, forKey: names[type] ?? type) else { continue }
    throw QueueOptionError(
      message: "--queue puts \(other) and \(type) on the queue \(names[type] ?? type): a queue can have only one type")
  }
  return names
}

/// Serves queues until the task is cancelled, and reconnects after each loss of the connection.
///
/// - Throws: A broker error if the first attempt to connect fails, or if the broker refuses the user or a queue.
private func serve(
  _ queues: [ServedQueue], of database: String, _ dialer: Dialer, _ console: ServiceOutputAndStopCallbacks
) async throws(AMQPClientError) {
  let shared = try await queuesWithConsumers(queues.map(\.name), dialer)
  try await dialer.serve(queues: queues.count) { index, connection, taken throws(AMQPClientError) in
    try await queues[index].serve(on: connection, after: taken)
  } begun: { isAgain in
    let names = queues.map(\.name).joined(separator: " ")
    console.note(isAgain ? "serving again\n" : "serving \(database) on \(dialer.uri): \(names)\n")
    guard !isAgain, !shared.isEmpty else { return }
    console.note("note: another service answers some of the requests to \(shared.joined(separator: " "))\n")
  } note: {
    console.note("note: \($0)\n")
  }
}

/// Returns the queues that another service already consumes.
private func queuesWithConsumers(_ queues: [String], _ dialer: Dialer) async throws(AMQPClientError) -> [String] {
  let connection = try await dialer.connected(until: nil)
  var shared: [String] = []
  for queue in queues {
    let found = try? await connection.probe(queue: queue, until: .now + .seconds(5))
    if let consumers = found?.consumers, consumers > 0 { shared.append(queue) }
  }
  return shared
}
