/// A message that waits to be published, and what it belongs to.
struct OutboxEntry {
  var content: OutgoingMessage
  /// The request it is; one that nobody waits for any more is not sent.
  var request: Int?
  /// The delivery it answers.
  var acknowledges: UInt64?
}
