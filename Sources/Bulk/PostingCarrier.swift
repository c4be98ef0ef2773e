@_spi(Sending) public import Client
import JSONRPC
import Synchronization

/// A carrier that sends the changes of a statement with the transport of one client, without a task for each change.
public final class PostingCarrier: GroupCarrier {
  private struct State {
    /// The requests that wait for replies, by the numbers of their changes; nil for a free number.
    var requests: [RequestEnvelope?] = []
    var isEnded = false
  }

  private let client: ResourceClient
  private let state = Mutex(State())

  /// Creates the carrier of a client; nil if the client's transport needs a task for each request.
  public init?(_ client: ResourceClient) {
    guard client.canPost else { return nil }
    self.client = client
  }

  /// The executor that runs tasks on the thread of the client's connection.
  public var executor: (any TaskExecutor)? { client.taskExecutor }

  /// True, because each change is one request.
  public var hasLateReplies: Bool { true }

  /// Sends a change in the caller's task.
  public func carry(_ change: Change) async throws(ClientError) -> ChangeReply {
    try await ClientCarrier(client).carry(change)
  }

  /// Sends a change; an unlink is sent in a task, because its linkage is read first.
  public func take(_ change: Change, number: Int, for receiver: any ChangeOutcomeReceiver) {
    if state.withLock(\.isEnded) { return receiver.end(number, .failure(.unsent), latency: nil) }
    guard change.verb != .unlink, let request = post(change, number, receiver) else {
      Task(executorPreference: executor) { [self] in
        let result: Result<ChangeReply, ClientError>
        do throws(ClientError) { result = .success(try await carry(change)) } catch { result = .failure(error) }
        receiver.end(number, result, latency: nil)
      }
      return
    }
    let isEnded = state.withLock { state in
      while state.requests.count <= number { state.requests.append(nil) }
      state.requests[number] = request
      return state.isEnded
    }
    if isEnded { client.cancel(request) }
  }

  private func post(_ change: Change, _ number: Int, _ receiver: any ChangeOutcomeReceiver) -> RequestEnvelope? {
    client.post(
      change: change.method, wireParams: change.params, expires: change.expires, timeout: change.timeout,
      givesDocument: change.givesDocument
    ) { result, latency in receiver.end(number, result, latency: latency) }
  }

  /// Makes the requests fail that were not sent yet.
  public func end() {
    let requests = state.withLock { state in
      state.isEnded = true
      return state.requests
    }
    for case let request? in requests { client.cancel(request) }
  }
}

extension ClientError {
  /// The error of a change that was not sent, because its statement has ended.
  fileprivate static var unsent: ClientError { ClientError(.interrupted, "not sent: the statement has ended") }
}
