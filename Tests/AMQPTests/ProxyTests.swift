import AMQP
import TestBench
import Testing

/// Tests of a client whose network connection to the broker breaks or is slow.
@Suite(.timeLimit(.minutes(15))) struct ProxyTests {
  @Test(arguments: Proxy.Fault.allCases)
  func readsInFlightAreAnsweredAfterABreakAndChangesAreUnknown(
    _ fault: Proxy.Fault
  ) async throws {
    let held = try await HeldService(parameters: fault == .stall ? "&heartbeat=1" : "")
    let texts = (1...20).map { "read \($0)" }
    let reads = texts.map { text in
      Task {
        do { return try await held.client.ask(text) } catch {
          Issue.record("\(text): \(error)")
          throw error
        }
      }
    }
    let changes = (1...5).map { number in Task { await held.client.failure("change \(number)", mayRepeat: false) } }
    var arrivals = held.arrivals.makeAsyncIterator()
    for _ in 1...25 { _ = await arrivals.next() }

    held.proxy.happen(fault)
    for change in changes {
      let lost = await change.value
      #expect(lost?.kind == .lost && lost?.message == fault.message && lost?.wasSent == true)
    }
    var notices = held.notices.makeAsyncIterator()
    let first = await notices.next()
    #expect(first == "\(fault.message); connecting to PROXY again")
    held.proxy.goOn()
    #expect(await notices.next() == "connected to PROXY again")

    var again: [String] = []
    for _ in texts { again.append(await arrivals.next() ?? "") }
    #expect(again.sorted() == texts.sorted())
    held.open()
    for (text, read) in zip(texts, reads) { #expect(try await read.value == text) }
    #expect(try await held.client.ask("afterwards", mayRepeat: false) == "afterwards")
    await held.close()
  }

  @Test func aReplyAfterAStallIsUnmatched() async throws {
    let held = try await HeldService()
    held.open()
    held.proxy.happen(.stall)
    let late = await held.client.silence("late", within: .milliseconds(500), mayRepeat: false)
    #expect(late == AMQPClientError(.timeout, "the timeout expired", wasSent: true, wasConfirmed: false))
    held.proxy.goOn()
    #expect(try await held.client.ask("in time") == "in time")
    let counters = try await held.dialer.connected(until: nil).counters
    #expect(counters.strayReplies == 1)
    #expect(counters.returned == 0)
    await held.close()
  }

  @Test func readsFramesByteByByte() async throws {
    let held = try await HeldService()
    held.open()
    held.proxy.trickle()
    let text = "Grüße 😀 " + String(repeating: "0123456789", count: 20)
    async let one = held.client.ask(text)
    async let other = held.client.ask("short")
    #expect(try await [one, other] == [text, "short"])
    await held.close()
  }

  @Test func aLoginIsReadByteByByte() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let proxy = try Proxy(to: vhost.uri)
    proxy.trickle()
    let connection = try await Connection.open(try AMQPURI(proxy.uri), name: "test")
    #expect(try await connection.probe(queue: "nowhere") == nil)
    await connection.close()
    proxy.close()
  }

  @Test func aLoginWithoutAnAnswerEnds() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let proxy = try Proxy(to: vhost.uri)
    proxy.happen(.stall)
    let uri = try AMQPURI(proxy.uri + "&connection_timeout=200")
    let error = await #expect(throws: AMQPClientError.self) { _ = try await Connection.open(uri, name: "test") }
    #expect(error == AMQPClientError(.unreachable, "127.0.0.1:\(uri.port) did not answer within 200 ms"))
    proxy.close()
  }

  @Test func aCancelledLoginEnds() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let proxy = try Proxy(to: vhost.uri)
    proxy.happen(.stall)
    let uri = try AMQPURI(proxy.uri + "&connection_timeout=600000")
    let dialing = Task { () async -> AMQPClientError? in
      do throws(AMQPClientError) { _ = try await Dialer(uri, name: "test") } catch { return error }
      return nil
    }
    dialing.cancel()
    #expect(await dialing.value?.kind == .cancelled)
    proxy.close()
  }

  /// The client needs about a second to close a connection on which the broker no longer answers.
  ///
  /// The heartbeat is 20 minutes. If the client waited for half of the heartbeat, it would need ten minutes.
  @Test func aSilentConnectionEndsSoonAfterACallWithoutReply() async throws {
    let held = try await HeldService(parameters: "&heartbeat=1200")
    held.proxy.happen(.stall)
    let late = await held.client.failure("late", within: .milliseconds(200))
    #expect(late?.kind == .timeout)
    await held.dialer.close()
    await held.close()
  }

  @Test func aStalledReplyDelaysTheOthers() async throws {
    let held = try await HeldService(parameters: "&heartbeat=0")
    async let long = held.client.silence(String(repeating: "0123456789", count: 30_000), within: .milliseconds(500))
    async let other = held.client.ask("other")
    var arrivals = held.arrivals.makeAsyncIterator()
    for _ in 1...2 { _ = await arrivals.next() }
    held.proxy.pass(200_000, then: .stall)
    held.open()
    var ends = held.proxy.ends.makeAsyncIterator()
    await ends.next()
    #expect(await long == AMQPClientError(.timeout, "the timeout expired", wasSent: true))
    held.proxy.goOn()
    #expect(try await other == "other")
    #expect(try await held.client.ask("afterwards") == "afterwards")
    #expect(try await held.dialer.connected(until: nil).counters.strayReplies == 1)
    await held.close()
  }

  @Test func aDeadlineAppliesWhileTheNextConnectionIsOpened() async throws {
    let held = try await HeldService(parameters: "&connection_timeout=600000")
    held.open()
    held.proxy.happen(.stall)
    held.proxy.happen(.cut)
    async let patient = held.client.ask("patient", within: .seconds(50))
    var notices = held.notices.makeAsyncIterator()
    #expect(await notices.next() == "\(Proxy.Fault.cut.message); connecting to PROXY again")
    #expect(
      await held.client.failure("hasty", within: .milliseconds(300))
        == AMQPClientError(.lost, "not connected: the timeout expired"))
    held.proxy.goOn()
    #expect(try await patient == "patient")
    await held.close()
  }

  /// A client does not reconnect if another broker now answers at the address, so that broker gets no messages.
  @Test func anotherBrokerAtTheAddressGetsNothing() async throws {
    let broker = try await PrivateBroker.start()
    let (vhost, notices) = (try broker.vhost(), AsyncStream.makeStream(of: String.self))
    let proxy = try Proxy(to: vhost.uri)
    let listener = Connection.EventObserver(notice: { notices.continuation.yield($0) })
    let dialer = try await Dialer(AMQPURI(proxy.uri), name: "test", listener: listener)
    let name = dialer.clusterName
    try broker.evaluate("rabbit_nodes:set_cluster_name(<<\"other\">>, <<\"test\">>).")
    proxy.happen(.cut)
    for await notice in notices.stream where notice.hasPrefix("could not reconnect") {
      #expect(
        notice.contains("the connection was to the broker \(name), but ") && notice.contains(" is now the broker other")
      )
      break
    }
    try broker.evaluate("rabbit_nodes:set_cluster_name(<<\"\(name)\">>, <<\"test\">>).")
    #expect(try await dialer.connected(until: .now + .seconds(60)).clusterName == name)
    await dialer.close()
    proxy.close()
    await broker.stop()
  }
}

extension Proxy.Fault {
  /// The beginning of the client's message about this fault.
  fileprivate var message: String {
    switch self {
    case .cut: "the connection broke: connection closed unexpectedly"
    case .reset: "the connection broke: Connection reset by peer"
    case .stall: "the connection broke: heartbeat timeout, connection closed"
    }
  }
}
