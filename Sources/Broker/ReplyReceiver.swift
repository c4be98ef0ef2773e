/// Receives the reply to a request.
package protocol ReplyReceiver: AnyObject, Sendable {
  /// Receives the body of the reply, or an error; called once, on the connection's thread or in a task, and must not
  /// block.
  func receive(_ reply: Result<[UInt8], BrokerError>)
}

/// Resumes a task with the reply to its request.
final class ReplyContinuation: ReplyReceiver {
  private let continuation: CheckedContinuation<Result<[UInt8], BrokerError>, Never>

  init(_ continuation: CheckedContinuation<Result<[UInt8], BrokerError>, Never>) { self.continuation = continuation }

  func receive(_ reply: Result<[UInt8], BrokerError>) { continuation.resume(returning: reply) }
}

/// The client and the channel that send a request.
///
/// If the channel is lost, the client can send the request again on another channel.
struct RequestSender: Sendable {
  let client: QueueClient
  let channel: ClientChannel
}
