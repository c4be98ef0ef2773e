import AMQP
import TestBench
import Testing

/// Tests of `retort serve` when the broker closes its connections, or stops and starts again.
@Suite(.timeLimit(.minutes(15))) struct ServedAgainTests {
  @Test func itServesOnANewConnection() async throws {
    let service = try await FakeService("--log", "-")
    let uri = try AMQPURI(service.vhost.uri)
    #expect(await service.run("print (show posts 1).text") == Ran(status: 0, output: "Post 1\n", notes: ""))
    for _ in 0..<2 {
      try service.vhost.closeConnections()
      await service.servesAgain()
    }
    #expect(await service.run("print (show posts 2).text") == Ran(status: 0, output: "Post 2\n", notes: ""))
    let stopped = await service.stop()
    #expect(stopped.status == 0)
    #expect(
      stopped.output == """
        {"queue":"posts","method":"show","id":"1","correlation-id":"ID","outcome":"ok","n":1}
        {"queue":"posts","method":"show","id":"2","correlation-id":"ID","outcome":"ok","n":2}

        """)
    let loss = """
      note: the broker closed the connection: 320 CONNECTION_FORCED - closed by a test; connecting to \(uri) again
      note: connected to \(uri) again
      serving again

      """
    #expect(
      service.notes == "serving blog on \(uri): authors comments posts tags\n" + loss + loss + "stopped\n")
  }

  @Test func itServesWhenTheBrokerHasRestarted() async throws {
    let broker = try await PrivateBroker.start()
    let service = try await FakeService(on: broker)
    try await broker.restart()
    await service.servesAgain()
    #expect(await service.run("print (show posts 1).text") == Ran(status: 0, output: "Post 1\n", notes: ""))
    #expect(await service.stop().status == 0)
    #expect(service.notes.contains("note: the broker closed the connection: 320 "))
    await broker.stop()
  }

  @Test func itServesAQueueThatWasDeletedAgain() async throws {
    let service = try await FakeService()
    try service.vhost.delete(queue: "posts")
    await service.servesAgain()
    #expect(await service.run("print (show posts 1).text") == Ran(status: 0, output: "Post 1\n", notes: ""))
    #expect(service.notes.contains("note: the broker cancelled the consumer: the queue was deleted\nserving again\n"))
    #expect(await service.stop().status == 0)
  }

  @Test func stopsWithoutABroker() async throws {
    let broker = try await PrivateBroker.start()
    let service = try await FakeService(on: broker)
    await broker.stop()
    #expect(await service.stop().status == 0)
    #expect(service.notes.hasSuffix("stopped\n"))
  }

  /// A service that loses its connection does not carry out a request that still waits.
  ///
  /// The broker delivers the request again to the new connection, and the service then carries out the request.
  @Test func aWaitingRequestIsDeliveredAgain() async throws {
    let service = try await FakeService("--log", "-", "--latency", "3s")
    let run = Task {
      await service.run(#"try do update posts 1 {text: "b"} timeout: 50s expire: false rescue e print e.kind end"#)
    }
    #expect(try await service.vhost.soon { try $0.requestsInHand(of: "posts") == 1 })
    try service.vhost.closeConnections()
    #expect(await run.value.output == "unknown\n")
    await service.servesAgain()
    #expect(await service.run("print (show posts 1 timeout: 50s).text") == Ran(status: 0, output: "b\n", notes: ""))
    let log = await service.stop().output.split(separator: "\n")
    #expect(log.count == 3)
    #expect(
      Set(log) == [
        #"{"queue":"posts","method":"update","id":"1","correlation-id":"ID","outcome":"lost","n":1}"#,
        #"{"queue":"posts","method":"update","id":"1","correlation-id":"ID","outcome":"ok","n":2}"#,
        #"{"queue":"posts","method":"show","id":"1","correlation-id":"ID","outcome":"ok","n":3}"#,
      ])
  }

  @Test func aMissingBrokerAtTheStartIsAnError() async {
    let ran = await Ran.retort("serve", "blog", "--url", "amqp://127.0.0.1:1/")
    #expect(ran == Ran(status: 4, output: "", notes: "error[connection]: connection refused by 127.0.0.1:1\n"))
  }
}
