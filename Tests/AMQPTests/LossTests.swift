import AMQP
import TestBench
import Testing

/// Tests of a client that loses its queue, channel, connection or broker.
@Suite(.timeLimit(.minutes(15))) struct LossTests {
  @Test func aClosedConnectionIsOpenedAgain() async throws {
    let echo = try await Echo()
    let client = try await echo.client()
    #expect(try await client.ask("one") == "one")
    try echo.vhost.closeConnections()
    // The broker has also closed the connection of the service, so the queue has no consumer.
    let silence = await client.failure("two", within: .milliseconds(200))?.kind
    #expect(silence == .timeout || silence == .lost, "nobody answers, or it is not connected yet")
    let again = try await Connection.open(try AMQPURI(echo.vhost.uri), name: "echo")
    _ = try await again.serve(queue: "echo") { $0 }
    #expect(try await client.ask("three") == "three")
    let notices = echo.notices.texts
    #expect(notices.count == 2)
    #expect(notices.first?.hasPrefix("the broker closed the connection: 320") == true)
    #expect(notices.last?.hasPrefix("connected to amqp://guest@127.0.0.1:") == true)
    await again.close()
    await echo.close()
  }

  @Test func aReadInFlightIsSentAgainAndAChangeIsNot() async throws {
    let echo = try await Echo()
    let other = try await Connection.open(try AMQPURI(echo.vhost.uri), name: "slow")
    let arrived = AsyncStream.makeStream(of: Void.self)
    _ = try await other.serve(queue: "slow", prefetch: 10) { body in
      arrived.continuation.yield()
      try? await Task.sleep(for: .seconds(3600))
      return body
    }
    let client = try await echo.client("slow")
    let read = Task { try await client.ask("read") }
    let change = Task { await client.failure("change", mayRepeat: false) }
    var arrivals = arrived.stream.makeAsyncIterator()
    for _ in 0..<2 { await arrivals.next() }
    try echo.vhost.cutConnections()
    let lost = await change.value
    #expect(lost?.kind == .lost)
    #expect(lost?.wasSent == true)
    let fresh = try await Connection.open(try AMQPURI(echo.vhost.uri), name: "echo")
    _ = try await fresh.serve(queue: "slow", prefetch: 10) { $0 }
    #expect(try await read.value == "read")
    await fresh.close()
    await echo.close()
  }

  @Test func aReplyQueueThatIsDeletedIsMadeAgain() async throws {
    let echo = try await Echo()
    let client = try await echo.client()
    let replies = try #require(try echo.vhost.queues().first { $0.hasPrefix("amq.gen") })
    try echo.vhost.delete(queue: replies)
    #expect(try await client.ask("hello") == "hello")
    #expect(echo.notices.texts == [])
    await echo.close()
  }

  @Test func aBrokerThatStartsAgainIsFound() async throws {
    let broker = try await PrivateBroker.start()
    let echo = try await Echo(on: broker)
    let client = try await echo.client()
    #expect(try await client.ask("one") == "one")
    try await broker.restart()
    let again = try await echo.dialer.connected(until: .now + .seconds(60))
    _ = try await again.serve(queue: "echo") { $0 }
    #expect(try await client.ask("two") == "two")
    await again.close()
    await echo.close()
    await broker.stop()
  }

  @Test func aReadWaitsForItsServiceAfterTheBrokersRestart() async throws {
    let broker = try await PrivateBroker.start()
    let echo = try await Echo(on: broker)
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let other = try await Connection.open(try AMQPURI(echo.vhost.uri), name: "slow")
    _ = try await other.serve(queue: "slow") { body in
      arrived.yield()
      try? await Task.sleep(for: .seconds(3600))
      return body
    }
    let client = try await echo.client("slow")
    let read = Task { try await client.ask("read") }
    for await _ in arrivals { break }
    try await broker.restart()
    let again = try await echo.dialer.connected(until: .now + .seconds(60))
    while try await again.probe(queue: "slow") != nil {}
    _ = try await again.serve(queue: "slow") { $0 }
    #expect(try await read.value == "read")
    await again.close()
    await echo.close()
    await broker.stop()
  }

  @Test func aClientThatIsStoppedLeavesNoCallBehind() async throws {
    let echo = try await Echo()
    for _ in 0..<100 {
      let client = try await echo.client()
      let calls = (0..<4).map { number in Task { await client.failure("\(number)") } }
      await client.close()
      for call in calls {
        let error = await call.value
        #expect(error == nil || error?.kind == .stopped, "\(String(describing: error))")
      }
    }
    await echo.close()
  }

  @Test func aBlockedConnectionWaitsAndReportsTheReason() async throws {
    let broker = try await PrivateBroker.start()
    let echo = try await Echo(on: broker)
    let client = try await echo.client()
    #expect(try await client.ask("one") == "one")
    try broker.setMemoryAlarm(true)
    var error: AMQPClientError?
    repeat {
      error = await client.failure("two", within: .milliseconds(300))
    } while error?.kind != .blocked || error?.wasSent == true
    #expect(error == AMQPClientError(.blocked, "the broker accepts no messages for now: low on memory"))
    for waitLimit in [Duration.milliseconds(2100), .milliseconds(300)] {
      #expect(await client.failure("two", within: waitLimit)?.kind == .blocked)
    }
    await #expect(throws: AMQPClientError(.blocked, "the broker accepts no messages for now: low on memory")) {
      try await echo.dialer.probe(queue: "echo", until: .now + .seconds(60))
    }
    try broker.setMemoryAlarm(false)
    #expect(try await client.ask("three") == "three")
    #expect(
      echo.notices.texts == [
        "the broker accepts no messages for now: low on memory", "the broker accepts messages again",
      ])
    await echo.close()
    await broker.stop()
  }

  @Test func closesDespiteABlockedBroker() async throws {
    let broker = try await PrivateBroker.start()
    let echo = try await Echo(on: broker)
    let client = try await echo.client()
    try broker.setMemoryAlarm(true)
    while await client.failure("one", within: .milliseconds(300))?.kind != .blocked {}
    await client.close()
    #expect(await client.failure("two", within: .seconds(60))?.kind == .stopped)
    await echo.dialer.close()
    await #expect(throws: AMQPClientError.self) { try await echo.dialer.connected(until: .now + .seconds(60)) }
    await broker.stop()
  }
}
