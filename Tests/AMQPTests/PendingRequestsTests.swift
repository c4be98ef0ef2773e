import Testing

@testable import AMQP

/// Tests that a channel finds its waiting requests by key, also if the keys have the same last eight bits.
@Suite struct PendingRequestsTests {
  private final class Receiver: ReplyReceiver {
    func receive(_ reply: Result<[UInt8], AMQPClientError>) {}
  }

  /// Returns a request whose message has the key as its body.
  private static func request(_ key: Int) -> Channel.PendingRequest {
    Channel.PendingRequest(
      receiver: Receiver(),
      message: OutgoingMessage(channel: 1, routingKey: [], correlationID: [], body: Array("\(key)".utf8)))
  }

  private static func body(_ request: Channel.PendingRequest?) -> String? {
    request.map { String(decoding: $0.message.body, as: UTF8.self) }
  }

  @Test func requestsWithTheSameIndexStayApart() {
    var pending = PendingRequests()
    #expect(pending[1] == nil && pending.remove(1) == nil && !pending.depart(1) { 7 })
    let keys = [1, 257, 513, 2, 0, 256]
    for key in keys { pending.add(Self.request(key), key) }
    #expect(pending.keys.sorted() == keys.sorted())
    for key in keys {
      #expect(Self.body(pending[key]) == "\(key)")
      #expect(pending[key]?.wasSent == false)
      #expect(pending.depart(key) { UInt64(key) })
      #expect(pending[key]?.wasSent == true && pending[key]?.tag == UInt64(key))
    }
    #expect(Self.body(pending.remove(1)) == "1")
    #expect(pending[1] == nil && Self.body(pending[257]) == "257")
    pending.add(Self.request(769), 769)
    #expect(Self.body(pending.remove(257)) == "257" && Self.body(pending.remove(769)) == "769")
    for key in [513, 2, 0, 256] { #expect(Self.body(pending.remove(key)) == "\(key)") }
    #expect(pending.keys.isEmpty)
  }
}
