import Broker
import ResourceService
import Terminal

/// Serves a database on a broker until SIGINT or SIGTERM; what is in hand is answered first.
func serve(_ options: ServeOptions, _ console: Console, _ environment: [String: String]) async -> Int32 {
  guard let url = options.url ?? environment["RETORT_URL"] else {
    console.note("serve needs a broker: --url amqp://guest:guest@localhost/, or RETORT_URL\n")
    return 2
  }
  do {
    let service = try ResourceService(
      opening: options.database, dialect: Dialect(flavour: options.flavour, pages: options.pages))
    let names = try queueNames(options.queues, service)
    let log = try options.log.map { try CallLog($0, console) }
    let connection = try await Connection.open(
      try AMQPURI(url), name: BrokerLink.connectionName("serve \(options.database)"))
    var channels: [ServiceChannel] = []
    for type in service.queues {
      let queue = try ServedQueue(type, name: names[type] ?? type, of: service, options, log)
      channels.append(
        try await connection.serve(queue: queue.name, on: queue.terms) { delivery in
          await queue.respond(delivery)
        })
    }
    let shown = service.queues.map { names[$0].map { "\($0)" } ?? $0 }
    console.note("serving \(options.database) on \(connection.uri): \(shown.joined(separator: " "))\n")
    if let loss = await stopped(connection) {
      console.note("error[connection]: \(loss.message)\n")
      return 4
    }
    for channel in channels { await channel.stop() }
    await connection.close()
    console.note("stopped\n")
    return 0
  } catch let error as BrokerError {
    console.note("error[connection]: \(error.message)\n")
    return 4
  } catch let error as ResourceService.OpeningError {
    console.note("error[file]: \(error.message)\n")
    return 2
  } catch let error as CallLog.Failure {
    console.note("error[file]: --log \(error.message)\n")
    return 2
  } catch let error as UnknownType {
    console.note("error: --queue \(error.text): there is no type \(error.text.prefix { $0 != "=" }): \(error.known)\n")
    return 2
  } catch {
    console.note("error: \(error)\n")
    return 1
  }
}

private struct UnknownType: Error {
  var text: String
  var known: String
}

private func queueNames(_ options: [String], _ service: ResourceService) throws -> [String: String] {
  var names: [String: String] = [:]
  for option in options {
    let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, service.queues.contains(parts[0]) else {
      throw UnknownType(text: option, known: service.queues.joined(separator: ", "))
    }
    names[parts[0]] = parts[1]
  }
  return names
}

/// Waits for a signal to stop, or for the loss of the connection, which it gives.
private func stopped(_ connection: Connection) async -> BrokerError? {
  let (events, event) = AsyncStream.makeStream(of: BrokerError?.self)
  let signal = Task {
    await stopSignal()
    event.yield(nil)
  }
  let loss = Task { event.yield(await connection.ended()) }
  defer {
    signal.cancel()
    loss.cancel()
  }
  for await ending in events { return ending }
  return nil
}

/// Waits for SIGINT, SIGTERM or SIGHUP.
private func stopSignal() async {
  let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
  await Interrupts.shared.watching { _ in
    continuation.yield()
    continuation.finish()
  } during: {
    for await _ in stream {}
  }
}
