/// A message to publish, and the request or delivery to which it belongs.
struct OutboxEntry {
  var content: OutgoingMessage
  /// The number of the message in its channel's `pending`, without which the message is not sent; nil for a reply
  /// without a confirm.
  var request: Int?
  /// The delivery tag to acknowledge after the message; nil for none.
  var acknowledges: UInt64?
}
