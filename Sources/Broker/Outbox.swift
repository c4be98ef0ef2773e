/// A message to publish, and the request or delivery to which it belongs.
struct OutboxEntry {
  var content: OutgoingMessage
  /// The key of the message in the `pending` of its channel; nil for a reply without a confirm.
  ///
  /// The message is not sent if `pending` no longer contains the key.
  var request: Int?
  /// The delivery tag to acknowledge after the message; nil for none.
  var acknowledges: UInt64?
}
