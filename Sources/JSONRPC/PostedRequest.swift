/// A request that a ``PostingTransport`` sends without a task that waits for the reply.
///
/// A subclass overrides `receive(_:)` to receive the reply, so that a request needs no closure. Several threads use the
/// object, so the members of a subclass must be immutable or synchronized.
open class PostedRequest: @unchecked Sendable {
  /// The request.
  public let envelope: RequestEnvelope

  /// Creates a request to post.
  public init(_ envelope: RequestEnvelope) { self.envelope = envelope }

  /// Receives the body of the reply, or an error.
  ///
  /// This function is called once, on the connection's thread or in a task. It must not block.
  open func receive(_ reply: Result<[UInt8], LinkError>) {}
}

/// A posted request that resumes a waiting task with the reply.
@safe @usableFromInline final class AwaitedRequest: PostedRequest, @unchecked Sendable {
  private let continuation: UnsafeContinuation<Result<[UInt8], LinkError>, Never>

  @usableFromInline init(
    _ envelope: RequestEnvelope, _ continuation: UnsafeContinuation<Result<[UInt8], LinkError>, Never>
  ) {
    unsafe self.continuation = unsafe continuation
    super.init(envelope)
  }

  @usableFromInline override func receive(_ reply: Result<[UInt8], LinkError>) {
    unsafe continuation.resume(returning: reply)
  }
}
