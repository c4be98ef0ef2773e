import ArgumentParser
import Bulk
import AMQP
import JSONRPC
import JSONText
import Redaction
import Workers

/// The options of `retort work`.
struct WorkCommandOptions: ParsableArguments {
  @ArgumentParser.Argument(help: ArgumentHelp("The URI of the broker. The default is RETORT_URL.", valueName: "URI"))
  var uri: String?

  @Option(help: ArgumentHelp("The pool that the worker belongs to.", valueName: "NAME"))
  var pool: String

  @Option(
    name: .customLong("in-flight"), parsing: .unconditional,
    help: ArgumentHelp("The maximum number of changes in flight. The default is 64.", valueName: "N"),
    transform: wholeNumber)
  var inFlight: Int = 64

  @Option(
    name: .customLong("allow"),
    help: ArgumentHelp(
      "Allows only changes that are sent to this queue. The option can be repeated.", valueName: "QUEUE"))
  var allowed: [String] = []

  @Flag(help: "Allows work without RETORT_POOL_KEY. The messages are then not signed.")
  var insecure = false

  @Flag(help: "Starts no worker. Shows the workers of the pool and the waiting chunks of changes.")
  var status = false

  func validate() throws {
    if !PoolName.isValid(pool) {
      throw ValidationError("--pool: '\(pool)' is not a valid name of a pool; \(PoolName.nextStep)")
    }
    if allowed.contains("") { throw ValidationError("--allow takes the name of a queue, not ''") }
    if !(1...10_000).contains(inFlight) { throw ValidationError("--in-flight takes a number from 1 to 10000") }
  }
}

/// Runs a worker of a pool, which carries out changes: `retort work`.
///
/// With `--status`, the function shows the status of the pool instead.
///
/// - Returns: The exit status of the program.
func work(_ options: WorkCommandOptions, _ console: Console, _ environment: [String: String]) async -> Int32 {
  guard let url = options.uri ?? environment["RETORT_URL"] else {
    console.note(
      "error: retort work needs a broker: retort work amqp://guest:guest@localhost/ --pool NAME, or RETORT_URL\n")
    return 2
  }
  do {
    let uri = try AMQPURI(url)
    let pool = WorkerPool(name: options.pool, vhost: uri.vhost, key: try poolKey(environment))
    if options.status { return await showStatus(of: pool, uri, console) }
    guard pool.key != nil || options.insecure else {
      throw PoolSettingsError(
        "retort work needs the pool's secret in \(WorkerPool.keyVariable)",
        nextStep:
          "export \(WorkerPool.keyVariable)=\"$(openssl rand -hex 32)\" sets a secret; "
          + "--insecure works without a secret")
    }
    var settings = WorkerSettings(
      uri: uri, pool: pool, connectionName: connectionName("work \(options.pool)"))
    settings.inFlight = options.inFlight
    settings.allowed = options.allowed.isEmpty ? nil : Set(options.allowed)
    settings.meta = try poolMeta(environment)
    return await work(settings, host(url, options.pool, console))
  } catch {
    switch error {
    case let error as AMQPClientError: console.note("error[connection]: \(error.message)\n")
    case let error as PoolSettingsError: console.note("error: \(error.message)\n  = \(error.nextStep)\n")
    default: console.note("error: \(error)\n")
    }
    return 2
  }
}

private func host(_ url: String, _ pool: String, _ console: Console) -> WorkerCallbacks {
  WorkerCallbacks(
    // The note is escaped, because it can contain text of a message without a valid signature.
    note: { console.note("\(TerminalSafeText.line($0))\n") },
    open: { lateReplies throws(LinkError) in
      try await openLink(url, script: "work \(pool) services", lateReplies)
    }, stopped: stopSignal)
}

private func showStatus(of pool: WorkerPool, _ uri: AMQPURI, _ console: Console) async -> Int32 {
  do throws(AMQPClientError) {
    let status = try await poolStatus(pool, uri, connectionName: connectionName("work --status"))
    _ = console.write(Array("\(status)\n".utf8))
    return 0
  } catch {
    console.note("error[connection]: \(error.message)\n")
    return 4
  }
}
