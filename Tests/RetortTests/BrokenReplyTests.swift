import AMQP
import Synchronization
import TestBench
import Testing
import Values

/// Tests of the program when the network breaks in the middle of a reply that consists of several AMQP frames.
@Suite(.timeLimit(.minutes(15))) struct BrokenReplyTests {
  /// A service that sends replies of 300 kB through a proxy.
  private final class Service: Sendable {
    let proxy: Proxy
    private let uri: String
    private let connection: Connection
    private let heard = Mutex<[String]>([])

    /// The methods of the requests that the service received, in order.
    var methods: [String] { heard.withLock { $0 } }

    init() async throws {
      uri = try await PrivateBroker.shared.vhost().uri
      proxy = try Proxy(to: uri)
      connection = try await Connection.open(try AMQPURI(uri), name: "posts")
    }

    /// Starts the service, which calls `before` with the number of each request before it sends the reply.
    func serve(before: @escaping @Sendable (Int) async -> Void) async throws {
      let text = String(repeating: "0123456789", count: 30_000)
      _ = try await connection.serve(queue: "posts", prefetch: 10) { body in
        let isCreate = String(decoding: body, as: UTF8.self).contains(#""method":"create""#)
        let number = self.heard.withLock { heard in
          heard.append(isCreate ? "create" : "show")
          return heard.count
        }
        await before(number)
        return Array(#"{"result":{"data":{"type":"posts","id":"\#(number)","attributes":{"text":"\#(text)"}}}}"#.utf8)
      }
    }

    /// Runs statements with the client `posts` of the service, through the proxy, and then ends the service.
    func run(_ statements: String) async throws -> Ran {
      var ran = await Ran.retort(
        "-c", "let service = connect\nlet posts = client queue: \"posts\"\n" + statements,
        environment: ["RETORT_URL": proxy.uri])
      ran.output.replace(#/correlation id [-\w]+/#, with: "correlation id ID")
      ran.notes.replace("\(try AMQPURI(proxy.uri))", with: "PROXY")
      await connection.close()
      proxy.close()
      return ran
    }
  }

  /// For each test case, the number of bytes of the reply that the proxy passes on before the network breaks.
  ///
  /// The breaks are in the method frame, in the first body frame, and in the last body frame.
  private static let places = [20, 50_000, 280_000]

  @Test(arguments: [(Proxy.Fault.cut, "connection closed unexpectedly"), (.reset, "Connection reset by peer")], places)
  func repeatsAReadAndLeavesAChangeUnknown(_ fault: (Proxy.Fault, message: String), place: Int) async throws {
    let service = try await Service()
    try await service.serve { [proxy = service.proxy] number in
      if number < 3 { proxy.pass(place, then: fault.0) }
    }
    let ran = try await service.run(
      #"""
      try do create posts {text: "a"} timeout: 50s rescue e print "\(e.kind): \(e.message)" end
      let post = show posts 3 timeout: 50s
      print "\(post.id): \(length(post.text)) characters"
      """#)
    #expect(
      ran.output == """
        unknown: the connection broke: \(fault.message) (create on queue posts, correlation id ID)
        3: 300000 characters

        """)
    let loss = """
      note: the connection broke: \(fault.message); connecting to PROXY again
      note: connected to PROXY again

      """
    #expect(ran.notes == loss + loss)
    #expect(ran.status == 0)
    #expect(service.methods == ["create", "show", "show"])
  }

  @Test(arguments: places) func aReplyThatStopsEndsAtItsDeadlineAndOthersGoOn(place: Int) async throws {
    let service = try await Service()
    try await service.serve { [proxy = service.proxy] number in
      if number == 1 { return proxy.pass(place, then: .stall) }
      for await _ in proxy.ends { break }
      proxy.goOn()
    }
    let ran = try await service.run(
      #"""
      try do show posts 1 timeout: 500ms rescue e print "\(e.kind): \(e.message)" end
      print (show posts 2 timeout: 50s).id
      """#)
    #expect(
      ran
        == Ran(
          status: 0,
          output: "timeout: no reply to the request show on queue posts, correlation id ID: the timeout expired\n2\n",
          notes: ""))
    #expect(service.methods == ["show", "show"])
  }
}
