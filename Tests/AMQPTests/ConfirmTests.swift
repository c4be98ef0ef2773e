import Synchronization
import TestBench
import Testing

@testable import AMQP

/// Tests of the broker's answers to a published change: a confirm, a refusal, or "no route" for a missing queue.
@Suite(.timeLimit(.minutes(15))) struct ConfirmTests {
  /// Sends `count` changes at the same time to a queue without a service, and returns their errors.
  private func changes(_ count: Int, _ client: ReconnectingQueueClient, within waitLimit: Duration) async
    -> [AMQPClientError?]
  {
    await withTaskGroup(of: AMQPClientError?.self) { group in
      for number in 0..<count {
        group.addTask { await client.failure("change \(number)", within: waitLimit, mayRepeat: false) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  @Test func aFullQueueRefusesAtOnce() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try vhost.declare(queue: "full", maxLength: 5)
    let dialer = try await Dialer(try AMQPURI(vhost.uri), name: "test")
    let client = try await ReconnectingQueueClient(dialer, queue: "full")
    for _ in 0..<5 {
      #expect(await client.silence("fills", within: .milliseconds(50), mayRepeat: false)?.wasConfirmed == true)
    }
    let errors = await changes(300, client, within: .seconds(3600))
    #expect(errors == Array(repeating: .nacked, count: 300))
    #expect(errors.allSatisfy { $0?.wasSent == false && $0?.wasConfirmed == false })
    await dialer.close()
  }

  @Test func aForbiddenPublishWasNotSent() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try vhost.declare(queue: "closed", maxLength: 5)
    try vhost.allowPublishing(false)
    let dialer = try await Dialer(try AMQPURI(vhost.uri), name: "test")
    let client = try await ReconnectingQueueClient(dialer, queue: "closed")
    let errors = await changes(100, client, within: .seconds(3600))
    #expect(errors.allSatisfy { $0?.kind == .accessRefused && $0?.wasSent == false })
    await dialer.close()
  }

  @Test func reportsLateReplies() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let proxy = try Proxy(to: vhost.uri)
    let (strays, stray) = AsyncStream.makeStream(of: (String, Result<[UInt8], AMQPClientError>, String?).self)
    let dialer = try await Dialer(
      try AMQPURI(proxy.uri), name: "test", listener: Connection.EventObserver(stray: { stray.yield(($0, $1, $2)) }))
    let client = try await ReconnectingQueueClient(dialer, queue: "nowhere")
    proxy.happen(.stall)
    let id = client.nextCorrelationID()
    await #expect(throws: AMQPClientError(.timeout, "the timeout expired", wasSent: true, wasConfirmed: false)) {
      try await client.send(
        correlationID: id, body: [1], deadline: .now + .milliseconds(500), expires: false, mayRepeat: false)
    }
    proxy.goOn()
    var told = strays.makeAsyncIterator()
    let late = await told.next()
    #expect(late?.0 == id && late?.2 == nil)
    #expect(throws: AMQPClientError(.noRoute, "312 NO_ROUTE")) { try late?.1.get() }
    await dialer.close()
    proxy.close()
  }

  @Test func readsAloneAskForNoConfirms() async throws {
    let echo = try await Echo()
    let frames = Mutex<[String]>([])
    let connection = try await Connection.open(
      try AMQPURI(echo.vhost.uri), name: "test",
      listener: Connection.EventObserver(frames: { frame in frames.withLock { $0.append(frame) } }))
    let ids = CorrelationIDs()
    let client = try await connection.openChannel(queue: "echo", ids: ids)
    for isConfirmed in [false, true, true, false] {
      _ = try await client.send(correlationID: ids.next(), body: [1], deadline: nil, isConfirmed: isConfirmed)
    }
    let said = frames.withLock { $0 }
    let published = said.indices.filter { said[$0].contains("basic.publish") }
    #expect(said.filter { $0.contains("confirm.select channel") }.count == 1)
    #expect(said.firstIndex(of: "-> confirm.select channel 1") == published[1] - 1)
    await connection.close()
    await echo.close()
  }
}

/// Tests of the messages to which a publisher confirm applies: one message, or all messages up to a delivery tag.
@Suite struct ConfirmsTests {
  /// Applies a publisher confirm with a delivery tag, and returns the serial numbers of the confirmed requests.
  private func settled(_ confirms: inout UnconfirmedMessages, _ tag: UInt64, isMultiple: Bool = false) -> [Int] {
    var serials: [Int] = []
    confirms.settle(tag, isMultiple: isMultiple) { serials.append($0) }
    return serials
  }

  @Test func aConfirmIsForOneOrForAllBefore() {
    var confirms = UnconfirmedMessages()
    #expect((11...18).map { confirms.add($0) } == Array(1...8))
    #expect(settled(&confirms, 3) == [13])
    #expect(settled(&confirms, 3) == [])
    #expect(settled(&confirms, 5, isMultiple: true) == [11, 12, 14, 15])
    #expect(settled(&confirms, 4) == [])
    #expect((1...8).map { confirms.awaits($0) } == [false, false, false, false, false, true, true, true])
    #expect(settled(&confirms, 9) == [])
    #expect(settled(&confirms, 0) == [])
    #expect(settled(&confirms, 0, isMultiple: true) == [16, 17, 18])
    #expect(confirms.add(19) == 9)
    #expect(settled(&confirms, .max, isMultiple: true) == [])
    #expect(settled(&confirms, 9, isMultiple: true) == [19])
  }

  @Test func answersOutOfTurnAreKeptApart() {
    var confirms = UnconfirmedMessages()
    for serial in 0..<5000 { _ = confirms.add(serial) }
    for tag in UInt64(2)...5000 { #expect(settled(&confirms, tag) == [Int(tag) - 1]) }
    #expect(confirms.awaits(1) && !confirms.awaits(5000))
    #expect(settled(&confirms, 1) == [0])
    #expect(confirms.add(1) == 5001)
  }
}
