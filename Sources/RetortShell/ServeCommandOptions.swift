import ArgumentParser
import AMQP
import Formats
import JSONText
import APIServer
import Glibc
import Serving
import Synchronization
import Terminal

/// The options of `retort serve`.
struct ServeCommandOptions: ParsableArguments {
  @ArgumentParser.Argument(help: ArgumentHelp("A SQLite database, or the sample blog.", valueName: "DB"))
  var database: String

  @Option(help: ArgumentHelp("The URI of the broker. The default is RETORT_URL.", valueName: "URI"))
  var url: String?

  @Option(
    name: .customLong("queue"),
    help: ArgumentHelp("Serves a type on a queue with another name.", valueName: "TYPE=NAME"))
  var queues: [String] = []

  @Flag(help: "Makes the queues that retort serve creates durable. A queue that exists keeps its properties.")
  var durable = false

  @Option(
    help: ArgumentHelp(
      "The type of the queues that retort serve creates: classic or quorum. A quorum queue is durable. By "
        + "default the broker decides.",
      valueName: "TYPE"),
    transform: word)
  var queueType: QueueDeclaration.QueueType?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("How long each reply is delayed: 20ms.", valueName: "DURATION"),
    transform: duration)
  var latency: Duration?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The maximum random time that is added to the delay of a reply.", valueName: "DURATION"),
    transform: duration)
  var jitter: Duration?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The maximum number of requests of a queue that are processed at the same time. The default is 1.",
      valueName: "N"),
    transform: wholeNumber)
  var workers: UInt16 = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The maximum number of requests of a queue that are answered per second.", valueName: "N"),
    transform: wholeNumber)
  var rate: UInt32?

  @Option(
    name: .customLong("fault"),
    help: ArgumentHelp(
      "Injects a fault into a share of the requests, such as drop=0.05 or drop=5%. Faults that carry out the request: "
        + "drop (no reply), duplicate, late, wrong-id, malformed, empty, no-consumer, round. Other faults: lose (no "
        + "reply), rpc-error. retort help fault explains each fault.",
      valueName: "KIND=SHARE"), transform: InjectedFaults.FaultShare.init)
  var shares: [InjectedFaults.FaultShare] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How long --fault late delays a reply. The default is 10s.", valueName: "DURATION"),
    transform: duration)
  var late: Duration?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How long --fault no-consumer leaves a queue without a consumer. The default is 1s.", valueName: "DURATION"),
    transform: duration)
  var away: Duration?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of the random faults and delays. The default is 0.", valueName: "N"),
    transform: wholeNumber)
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Writes a line of JSON for each request. - is standard output.", valueName: "FILE"))
  var log: String?

  @Option(
    help: ArgumentHelp(
      "How lists are divided into pages: number (by number and size), none (no pages), no-count (by number and size, "
        + "without a total), offset (by offset and limit). The default is number.", valueName: "STYLE"), transform: word
  )
  var pages: ProtocolDialect.ListPaging = .number

  @Option(help: ArgumentHelp("Imitates another server: carrot or retort.", valueName: "NAME"), transform: word)
  var flavour: ProtocolDialect.ImitatedLibrary?

  func validate() throws {
    if workers == 0 { throw ValidationError("--workers takes a number of at least 1") }
    if flavour == .retort, pages == .offset {
      throw ValidationError("--pages offset needs --flavour carrot: the flavour retort has pages by number and size")
    }
    if rate == 0 { throw ValidationError("--rate takes a number of at least 1") }
    do throws(InjectedFaults.OptionError) { _ = try InjectedFaults(shares) } catch {
      throw ValidationError(error.description)
    }
  }

  private static func duration(_ text: String) throws -> Duration {
    guard let duration = ProgramOptions.duration(text).flatMap({ $0 }) else {
      throw InjectedFaults.OptionError("write a duration such as 20ms")
    }
    return duration
  }
}

/// Parses the value of an option that takes a whole number.
///
/// The text must consist of digits only.
func wholeNumber<Number: FixedWidthInteger>(_ text: String) throws -> Number {
  guard let number = Number(digits: text) else {
    throw InjectedFaults.OptionError("write a whole number of at most \(Number.max)")
  }
  return number
}

/// Parses the value of an option that takes a word from a fixed list.
func word<Word: CaseIterable & RawRepresentable<String>>(_ text: String) throws -> Word {
  guard let word = Word(rawValue: text) else {
    throw InjectedFaults.OptionError("write one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
  }
  return word
}

/// Runs `retort serve`, which serves a database on a broker.
///
/// - Returns: The exit status of the program.
func serve(_ options: ServeCommandOptions, _ console: Console, _ environment: [String: String]) async -> Int32 {
  guard let url = options.url ?? environment["RETORT_URL"] else {
    console.note("error: retort serve needs a broker: --url amqp://guest:guest@localhost/, or RETORT_URL\n")
    return 2
  }
  let host = ServiceOutputAndStopCallbacks(
    write: { console.write($0) }, append: { Console.write($0, to: $1) }, note: console.note, stopped: stopSignal,
    end: { exit(TerminationSignal.terminate.exitStatus) })
  return await serve(options.settings(url: url), host)
}

extension ServeCommandOptions {
  fileprivate func settings(url: String) -> ServiceSettings {
    var settings = ServiceSettings(
      database: database, url: url, connectionName: connectionName("serve \(database)"))
    settings.declaration = QueueDeclaration(isDurable: durable, type: queueType)
    (settings.queues, settings.workers, settings.rate, settings.log) = (queues, workers, rate, log)
    (settings.latency, settings.jitter, settings.late, settings.away) = (latency, jitter, late, away)
    (settings.shares, settings.seed, settings.pages, settings.flavour) = (shares, seed, pages, flavour)
    return settings
  }
}

/// The signals that ``stopSignal()`` has received.
private let stopSignals = Mutex(DebouncedSignalCounter())

/// Waits until a signal asks the program to stop, such as SIGINT or SIGTERM.
///
/// The signal of Ctrl-\ ends the program immediately.
@Sendable func stopSignal() async {
  let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
  await SignalCatcher.shared.watching { signal in
    guard stopSignals.withLock({ $0.add(signal, at: .now) }) else { return }
    if signal == .quit { exit(signal.exitStatus) }
    NonHangingStandardStream.stop()
    continuation.yield()
    continuation.finish()
  } during: {
    for await _ in stream {}
  }
}
