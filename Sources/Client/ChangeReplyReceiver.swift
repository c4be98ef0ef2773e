/// Receives the replies to changes that were sent without a task for each of them.
public protocol ChangeReplyReceiver: AnyObject, Sendable {
  /// Receives the reply to a change, or its error, and the service's reply time.
  ///
  /// `number` is the number of the change. The method is called once for each change.
  func end(_ number: Int, _ result: Result<ChangeReply, ClientError>, latency: Duration?)
}
