/// An AMQP method that is sent on a channel (AMQP 0-9-1, section 1).
///
/// The broker answers each method with a matching method. For example, the answer to `channel.open` is
/// `channel.open-ok`.
enum SynchronousMethod {
  case openChannel
  case closeChannel
  /// Declares an anonymous queue, which the broker deletes when its consumer or the connection ends.
  case declareReplyQueue
  /// Declares a service's queue passively: the broker does not create a missing queue.
  case findRequestQueue(String)
  /// Declares the queue of a service.
  case declareRequestQueue(String, QueueDeclaration)
  /// Limits the number of deliveries that are not yet acknowledged.
  case prefetch(UInt16)
  /// Puts the channel into confirm mode.
  case selectConfirms
  case consume([UInt8], acknowledges: Bool)
  /// Cancels a consumer, by its tag.
  case cancel([UInt8])
}
