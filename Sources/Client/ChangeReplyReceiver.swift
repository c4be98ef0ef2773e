/// An object that receives the replies to changes, so that no Swift task has to wait for them.
public protocol ChangeReplyReceiver: AnyObject, Sendable {
  /// Receives the reply to a change, or the error of the change.
  ///
  /// The client calls this method once for each change.
  ///
  /// - Parameters:
  ///   - number: The number of the change, as the caller chose it.
  ///   - result: The reply or the error.
  ///   - latency: The time between the request and the reply.
  func end(_ number: Int, _ result: Result<ChangeResult, ClientError>, latency: Duration?)
}
