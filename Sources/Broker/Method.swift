/// What is asked of the broker on a channel; each has an answer of its own (AMQP 0-9-1, section 1).
enum Method {
  case openChannel
  case closeChannel
  /// An anonymous queue that goes with its connection.
  case declareReplyQueue
  /// A service's queue as it is; a passive declare makes none.
  case findRequestQueue(String)
  /// Declares the queue of a service.
  case declareRequestQueue(String, QueueDeclaration)
  /// How many deliveries may wait for their acknowledgement.
  case prefetch(UInt16)
  /// To have the broker confirm each message of the channel from here on.
  case selectConfirms
  case consume([UInt8], acknowledges: Bool)
  /// To get no more deliveries, by the consumer's tag.
  case cancel([UInt8])
}
