/// A message to publish, and the request or delivery that it belongs to.
struct OutboxEntry {
  var content: OutgoingMessage
  /// The number of the request; a request whose caller no longer waits is not sent.
  var request: Int?
  /// The delivery tag that the message acknowledges.
  var acknowledges: UInt64?
}
