import AMQP
import JSONRPC
import Links
import TestBench
import Testing

/// Tests of the link over a broker that does not answer for a time.
@Suite(.timeLimit(.minutes(15))) struct BrokerLinkTests {
  /// After a probe without an answer, a second probe with little time fails without a request; a probe with more time
  /// sends a request.
  @Test func aProbeWithMoreTimeAsksABrokerThatDidNotAnswer() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let proxy = try Proxy(to: vhost.uri)
    let link = try await BrokerLink.open(proxy.uri, name: "test", listener: AMQP.Connection.EventObserver())
    proxy.happen(.stall)
    await #expect(throws: LinkError.self) { try await link.probe(queue: "none", until: .now + .milliseconds(50)) }

    proxy.goOn()
    let error = await #expect(throws: LinkError.self) {
      try await link.probe(queue: "none", until: .now + .milliseconds(50))
    }
    #expect(error?.kind == .timeout)
    #expect(try await link.probe(queue: "none", until: .now + .seconds(60)) == nil)
    // The broker has answered, so a probe with little time also sends a request again.
    #expect(try await link.probe(queue: "none", until: .now + .seconds(4)) == nil)
    await link.close()
    proxy.close()
  }
}
