import CRabbitMQ

extension OutgoingMessage {
  /// The message as text for a trace, without its body.
  var traceText: String {
    let to = String(decoding: routingKey, as: UTF8.self)
    let id = String(decoding: correlationID, as: UTF8.self)
    let reply = replyTo.isEmpty ? "" : " reply-to \(String(decoding: replyTo, as: UTF8.self))"
    let limit = (expires ? deadline : nil).map { " expiration \(Self.milliseconds(until: $0)) ms" } ?? ""
    return "basic.publish channel \(channel) to \(to) correlation-id \(id)\(reply)\(limit), \(body.count) bytes"
  }
}

extension SynchronousMethod {
  /// The method as text for a trace.
  var traceText: String {
    switch self {
    case .openChannel: "channel.open"
    case .closeChannel: "channel.close"
    case .declareReplyQueue: "queue.declare of a reply queue"
    case .findRequestQueue(let name): "queue.declare \(name) passive"
    case .declareRequestQueue(let name, let declaration): "queue.declare \(name)\(declaration.words)"
    case .prefetch(let count): "basic.qos prefetch \(count)"
    case .selectConfirms: "confirm.select"
    case .consume(let queue, _): "basic.consume \(String(decoding: queue, as: UTF8.self))"
    case .cancel(let tag): "basic.cancel \(String(decoding: tag, as: UTF8.self))"
    }
  }
}

extension Frame {
  /// The frame as text for a trace.
  var traceText: String {
    switch kind {
    case RETORT_FRAME_DELIVER: "basic.deliver channel \(channel) tag \(number)"
    case RETORT_FRAME_RETURN: "basic.return channel \(channel): \(code) \(text)"
    case RETORT_FRAME_ACK: "basic.ack channel \(channel) tag \(number)\(isMultiple ? " and before" : "")"
    case RETORT_FRAME_NACK: "basic.nack channel \(channel) tag \(number)\(isMultiple ? " and before" : "")"
    case RETORT_FRAME_HEADER:
      "header channel \(channel) correlation-id \(String(decoding: correlationID, as: UTF8.self)), \(number) bytes"
    case RETORT_FRAME_BODY: "body channel \(channel)"
    case RETORT_FRAME_CHANNEL_OPEN_OK: "channel.open-ok channel \(channel)"
    case RETORT_FRAME_DECLARE_OK:
      "queue.declare-ok channel \(channel) \(text): \(number) messages, \(consumers) consumers"
    case RETORT_FRAME_CONSUME_OK: "basic.consume-ok channel \(channel) \(text)"
    case RETORT_FRAME_QOS_OK: "basic.qos-ok channel \(channel)"
    case RETORT_FRAME_CONFIRM_OK: "confirm.select-ok channel \(channel)"
    case RETORT_FRAME_CANCEL: "basic.cancel channel \(channel) \(text)"
    case RETORT_FRAME_CANCEL_OK: "basic.cancel-ok channel \(channel)"
    case RETORT_FRAME_CHANNEL_CLOSE: "channel.close channel \(channel): \(code) \(text)"
    case RETORT_FRAME_CHANNEL_CLOSE_OK: "channel.close-ok channel \(channel)"
    case RETORT_FRAME_CONNECTION_CLOSE: "connection.close: \(code) \(text)"
    case RETORT_FRAME_CONNECTION_CLOSE_OK: "connection.close-ok"
    case RETORT_FRAME_BLOCKED: "connection.blocked: \(text)"
    case RETORT_FRAME_UNBLOCKED: "connection.unblocked"
    default: "frame channel \(channel)"
    }
  }
}
