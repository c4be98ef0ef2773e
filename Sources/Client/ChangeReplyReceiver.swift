/// Receives the replies to changes for which no Swift task waits.
public protocol ChangeReplyReceiver: AnyObject, Sendable {
  /// Receives the reply to a change, or its error.
  ///
  /// The client calls this method once for each change. `number` is the number of the change. `latency` is the time
  /// between the request and the reply.
  func end(_ number: Int, _ result: Result<ChangeResult, ClientError>, latency: Duration?)
}
