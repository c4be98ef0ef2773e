import JSONAPI
import JSONRPC
import JSONText

extension LateReplies {
  /// A change whose caller no longer waits for its reply.
  struct Change: Sendable {
    let call: ClientError.Call
    /// The id of the resource; nil for a create.
    let id: String?
    /// The client that reads the change's reply.
    let client: ResourceClient
    /// The time after which no reply is expected; nil if unknown.
    let life: ContinuousClock.Instant?
    let end = ContinuousClock.now
    var watch: Watch?
    var settle: (@Sendable (Outcome) -> Void)?
  }
}

extension LateReplies.Change {
  /// Returns the answer, with the queue's name added to the message of a `noRoute` error.
  func worded(_ answer: LateReplies.Answer) -> LateReplies.Answer {
    guard case .failure(let error) = answer, error.code == .noRoute else { return answer }
    return .failure(LinkError(.noRoute, "there is no queue \(call.queue)"))
  }

  /// Returns the outcome that the change would have had if the answer had arrived in time.
  func outcome(of answer: LateReplies.Answer) -> LateReplies.Outcome {
    switch worded(answer) {
    case .success(let reply): client.outcome(of: reply, to: call)
    case .failure(let error): .failure(ClientError(error, changes: true, call, waited: nil, hasExpired: false))
    }
  }

  /// Returns the outcome as text for a note.
  func text(of answer: LateReplies.Answer) -> String {
    let label = "\(call.label) \(call.method)\(id.map { " \($0)" } ?? "")"
    switch worded(answer) {
    case .failure(let error): return "\(label) was not carried out: \(error.message)"
    case .success(let reply): return text(of: reply, label)
    }
  }

  private func text(of reply: [UInt8], _ label: String) -> String {
    guard let response = try? Response.decode(reply).0 else {
      return "\(label) got an unreadable reply"
    }
    switch response.outcome {
    case .error(let error): return ClientError(error, on: label).message
    case .result(let result):
      let errors = result.objectValue.map(Document.errors(in:)) ?? []
      if !errors.isEmpty { return ClientError(errors, on: label).message }
      let made = id == nil ? result["data"]?["id"]?.idText : nil
      return "\(label) was carried out\(made.map { ", id \($0)" } ?? "")"
    }
  }
}
