import JSONAPI
import JSONRPC
import JSONText

extension LateReplies {
  /// A function that returns the outcome in a late reply; nil for a message that does not answer the change.
  public typealias LateReplyParser = @Sendable ([UInt8]) -> Outcome?

  /// A change whose caller no longer waits for the reply.
  struct AbandonedChange: Sendable {
    let call: ClientError.CallDescription
    /// The id of the resource; nil for a `create`.
    let id: String?
    /// The function that reads the reply to the change.
    let read: LateReplyParser
    /// The time after which no reply is expected; nil if unknown.
    let life: ContinuousClock.Instant?
    let end = ContinuousClock.now
    /// Whether the program ignores a late reply.
    var isForgotten = false
    var watch: LateReplyWatch?
    var settle: (@Sendable (Outcome) -> Void)?
  }

  /// Registers a change that another program, such as a worker, has sent.
  ///
  /// The other program forwards a late reply to this program.
  ///
  /// - Parameters:
  ///   - error: The change's error, of kind `unknown`.
  ///   - id: The id of the resource; nil for a `create`.
  ///   - life: The time for which a late reply can arrive.
  ///   - read: A function that reads the outcome from the late reply.
  public func expect(_ error: ClientError, id: String?, for life: Duration, read: @escaping LateReplyParser) {
    guard let call = error.call, !call.correlationID.isEmpty else { return }
    let change = AbandonedChange(call: call, id: id, read: read, life: .now + life)
    guard let early = add(change) else { return }
    _ = add(change)
    receive(early, for: call.correlationID)
  }
}

extension LateReplies.AbandonedChange {
  /// Returns the answer, with the name of the queue in the message of a `noRoute` error.
  func worded(_ answer: LateAnswer) -> LateAnswer {
    guard case .failure(let error) = answer, error.kind == .noRoute else { return answer }
    return .failure(LinkError(.noRoute, "there is no queue \(call.queue)"))
  }

  /// Returns the outcome of the change according to a late answer; nil if the answer belongs to another change.
  func outcome(of answer: LateAnswer) -> LateReplies.Outcome? {
    switch worded(answer) {
    case .success(let reply): read(reply)
    case .failure(let error): .failure(ClientError(error, changes: true, call, waited: nil, hasExpired: false))
    }
  }

  /// Returns the outcome as text for a note.
  func text(of answer: LateAnswer, _ outcome: LateReplies.Outcome) -> String {
    let label = "\(call.label) \(call.method)\(id.map { " \($0)" } ?? "")"
    if case .failure(let error) = worded(answer), error.kind == .nacked { return "\(label): \(error.message)" }
    if case .failure(let error) = worded(answer) { return "\(label) was not carried out: \(error.message)" }
    switch outcome {
    case .failure(let error) where error.kind == .malformed: return "\(label) got an unreadable reply"
    case .failure(let error):
      let begin = "\(call.label) \(call.method)"
      return error.message.hasPrefix(begin) ? label + error.message.dropFirst(begin.count) : error.message
    case .success(let result):
      let made = id == nil ? result["data"]?["id"]?.idText : nil
      return "\(label) was carried out\(made.map { ", id \($0)" } ?? "")"
    }
  }
}
