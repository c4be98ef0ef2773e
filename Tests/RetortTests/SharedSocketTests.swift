import JSONRPC
import RetortShell
import TestBench
import Testing

/// Tests of two links with the same URI, which share one connection; closing one link does not close the other link.
@Suite(.timeLimit(.minutes(15))) struct SharedSocketTests {
  @Test func twoLinksAreOneConnection() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let first = try await openLink(vhost.uri, script: "test")
    let second = try await openLink(vhost.uri, script: "test")
    _ = try await first.open(queue: "posts")
    let kept = try await second.open(queue: "posts")
    #expect(try vhost.connections() == 1)
    #expect(try vhost.queues().count == 2)
    await first.close()
    await first.close()
    #expect(try vhost.connections() == 1)
    #expect(try await vhost.soon { try $0.queues().count == 1 })
    await #expect(throws: LinkError.self) {
      try await kept.send(
        TransportRequest(
          correlationID: kept.nextCorrelationID(), method: "show", body: [], deadline: .now + .seconds(20)))
    }
    await second.close()
    #expect(try await vhost.soon { try $0.connections() == 0 })
  }
}
