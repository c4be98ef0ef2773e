/// A request that receives its reply in a function, so that no task waits for the reply.
///
/// A ``CallbackTransport`` sends the request. A subclass overrides `receive(_:)` to receive the reply without a closure.
/// Several threads use the object, so the members of a subclass must be immutable or synchronized.
open class RequestWithCallback: @unchecked Sendable {
  /// The request.
  public let envelope: TransportRequest

  /// Creates a request for ``CallbackTransport/post(_:)``.
  public init(_ envelope: TransportRequest) { self.envelope = envelope }

  /// Receives the body of the reply, or an error.
  ///
  /// This function is called once, on the connection's thread or in a task. It must not block.
  open func receive(_ reply: Result<[UInt8], LinkError>) {}
}

/// A posted request that resumes a waiting task with the reply.
@safe @usableFromInline final class AwaitedRequest: RequestWithCallback, @unchecked Sendable {
  private let continuation: UnsafeContinuation<Result<[UInt8], LinkError>, Never>

  @usableFromInline init(
    _ envelope: TransportRequest, _ continuation: UnsafeContinuation<Result<[UInt8], LinkError>, Never>
  ) {
    unsafe self.continuation = unsafe continuation
    super.init(envelope)
  }

  @usableFromInline override func receive(_ reply: Result<[UInt8], LinkError>) {
    unsafe continuation.resume(returning: reply)
  }
}
