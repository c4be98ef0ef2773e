/// Receives the replies to changes that were sent without a task for each of them.
public protocol ChangeReplyReceiver: AnyObject, Sendable {
  /// Receives the reply or error of the change with a number, and the service's reply time; called once for each
  /// change.
  func end(_ number: Int, _ result: Result<ChangeReply, ClientError>, latency: Duration?)
}
