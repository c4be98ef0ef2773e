/// A message to publish, and the request or delivery to which it belongs.
struct OutboxEntry {
  var content: OutgoingMessage
  /// The key of the message in its channel's `pending`, nil for a reply without a confirm; if `pending` no longer has
  /// the key, the message is not sent.
  var request: Int?
  /// The delivery tag to acknowledge after the message; nil for none.
  var acknowledges: UInt64?
}
