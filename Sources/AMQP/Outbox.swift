/// A message to publish, and the request or delivery to which it belongs.
struct OutboxEntry {
  var content: OutgoingMessage
  /// The message's key in the channel's `pending`; nil for a reply without a confirm.
  ///
  /// If `pending` no longer contains the key, the connection does not send the message.
  var request: Int?
  /// The tag of the delivery to acknowledge after the message; nil for no acknowledgement.
  var acknowledges: UInt64?
}
