/// An object that receives the reply to a request.
package protocol ReplyReceiver: AnyObject, Sendable {
  /// Receives the body of the reply, or an error.
  ///
  /// This function is called once, on the connection's thread or in a task. It must not block.
  func receive(_ reply: Result<[UInt8], AMQPClientError>)
}

/// A receiver that resumes a waiting task with the reply.
final class ReplyContinuation: ReplyReceiver {
  private let continuation: CheckedContinuation<Result<[UInt8], AMQPClientError>, Never>

  init(_ continuation: CheckedContinuation<Result<[UInt8], AMQPClientError>, Never>) {
    self.continuation = continuation
  }

  func receive(_ reply: Result<[UInt8], AMQPClientError>) { continuation.resume(returning: reply) }
}

/// The client that sent a request, and the channel on which the client sent it.
///
/// If the channel is lost, the client can send the request again on another channel.
struct SendingClientAndChannel: Sendable {
  let client: ReconnectingQueueClient
  let channel: ClientChannel
}
