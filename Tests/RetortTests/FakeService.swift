import RetortShell
import Synchronization
import TestBench

/// A run of `retort serve` inside this process, by default with the sample blog on a new vhost.
struct FakeService {
  let vhost: VirtualHost
  private let recorded: Recorded
  private let said: AsyncStream<String>
  private let program: Task<Int32, Never>

  private final class Recorded: Sendable {
    let output = Mutex<[UInt8]>([])
    let notes = Mutex("")
  }

  /// Starts the service with options of `retort serve`, and waits until the service is ready or has ended.
  init(
    on broker: PrivateBroker? = nil, in vhost: VirtualHost? = nil, database: String = "blog", _ options: String...
  ) async throws {
    try await self.init(on: broker, in: vhost, database: database, options: options)
  }

  /// Starts the service with an array of options of `retort serve`, and waits until the service is ready or has ended.
  init(
    on broker: PrivateBroker? = nil, in vhost: VirtualHost? = nil, database: String = "blog", options: [String]
  ) async throws {
    let broker = if let broker { broker } else { try await PrivateBroker.shared }
    let vhost = if let vhost { vhost } else { try broker.vhost() }
    let recorded = Recorded()
    let (said, say) = AsyncStream.makeStream(of: String.self)
    let console = Console(
      write: { bytes in
        recorded.output.withLock { $0 += bytes }
        return true
      },
      note: { text in
        recorded.notes.withLock { $0 += text }
        say.yield(text)
      })
    program = Task {
      let status = await RetortShell.run(
        arguments: ["serve", database] + options, console: console, environment: ["RETORT_URL": vhost.uri])
      say.finish()
      return status
    }
    for await _ in said { break }
    (self.vhost, self.recorded, self.said) = (vhost, recorded, said)
  }

  /// The text that the service wrote to standard error.
  var notes: String { recorded.notes.withLock { $0 } }

  /// Waits until the service serves again on a new connection, after the loss of its connection.
  func servesAgain() async {
    for await text in said where text == "serving again\n" { break }
  }

  /// Runs statements with the client `posts` of the service.
  func run(_ statements: String) async -> Ran {
    let ran = await Ran.retort(
      "-c", "let service = connect\nlet posts = client queue: \"posts\"\n" + statements,
      environment: ["RETORT_URL": vhost.uri])
    return Ran(status: ran.status, output: Self.settled(ran.output), notes: Self.settled(ran.notes))
  }

  /// Stops the service, and returns its exit status and its standard output.
  func stop() async -> (status: Int32, output: String) {
    program.cancel()
    let status = await program.value
    return (status, recorded.output.withLock { Self.settled(String(decoding: $0, as: UTF8.self)) })
  }

  private static func settled(_ text: String) -> String {
    text.replacing(#/[0-9a-f]{8}-[-0-9a-f]{27,}/#, with: "ID").replacing(#/in \d+ ms/#, with: "in N ms")
  }
}
