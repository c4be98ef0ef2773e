@_spi(Sending) public import Client
import JSONRPC
import Synchronization

/// A carrier that sends changes with the transport of one client, without a Swift task for each change.
///
/// The carrier posts the requests: it does not wait for the replies, and the transport passes each reply to a receiver.
public final class CallbackClientCarrier: CallbackCarrier {
  /// A change that the carrier has accepted, and that has no outcome yet.
  private enum InFlightChange {
    case posted(TransportRequest)
    /// The task that sends the change.
    case inTask(Task<Void, Never>)
  }

  private struct NumberedChanges {
    /// The changes, with their numbers as indices.
    ///
    /// A change remains in the array after its outcome, until another change gets its number.
    var changes: [InFlightChange?] = []
    var isEnded = false
  }

  private let client: ResourceClient
  private let state = Mutex(NumberedChanges())

  /// Creates the carrier of a client.
  ///
  /// If the client's transport can't post requests, the carrier sends each change in a task.
  public init(_ client: ResourceClient) { self.client = client }

  /// Creates the carrier of a client; nil if the client's transport can't post requests.
  public convenience init?(ifPosting client: ResourceClient) {
    guard client.canPost else { return nil }
    self.init(client)
  }

  /// The executor that runs tasks on the thread of the client's connection.
  public var executor: (any TaskExecutor)? { client.taskExecutor }

  /// True: each change is one request, so a late reply shows the outcome of the change.
  public var hasLateReplies: Bool { true }

  /// Sends a change in the caller's task.
  public func carry(_ change: Change) async throws(ClientError) -> ChangeResult {
    try await ClientCarrier(client).carry(change)
  }

  /// Sends a change without waiting for its reply.
  ///
  /// The carrier sends an `unlink` in a separate task, because the client must first read the linkage. If the client's
  /// transport can't post requests, the carrier sends every change in a separate task.
  public func take(_ change: Change, number: Int, for receiver: any GroupedReplyReceiver) {
    if state.withLock(\.isEnded) { return receiver.end(number, .failure(.unsent), latency: nil) }
    let taken: InFlightChange
    if change.verb != .unlink, let request = post(change, number, receiver) {
      taken = .posted(request)
    } else {
      taken = .inTask(sent(change, number, receiver))
    }
    let isEnded = state.withLock { state in
      while state.changes.count <= number { state.changes.append(nil) }
      state.changes[number] = taken
      return state.isEnded
    }
    if isEnded { cancel(taken) }
  }

  private func post(_ change: Change, _ number: Int, _ receiver: any ChangeReplyReceiver) -> TransportRequest? {
    client.post(
      change: change.method, wireParams: change.params, expires: change.expires, timeout: change.timeout,
      givesDocument: change.givesDocument, number: number, for: receiver)
  }

  /// Sends a change in a separate task.
  private func sent(_ change: Change, _ number: Int, _ receiver: any ChangeReplyReceiver) -> Task<Void, Never> {
    Task(executorPreference: executor) { [self] in
      let result: Result<ChangeResult, ClientError>
      do throws(ClientError) { result = .success(try await carry(change)) } catch { result = .failure(error) }
      receiver.end(number, result, latency: nil)
    }
  }

  /// Cancels the changes that are not sent yet; their receivers get an error.
  public func end() {
    let changes = state.withLock { state in
      state.isEnded = true
      return state.changes
    }
    for case let change? in changes { cancel(change) }
  }

  /// Cancels a change; has no effect on a change that was already sent.
  private func cancel(_ change: InFlightChange) {
    switch change {
    case .posted(let request): client.cancel(request)
    case .inTask(let task): task.cancel()
    }
  }
}

extension ClientError {
  /// The error of a change that was not sent, because its statement has ended.
  fileprivate static var unsent: ClientError { ClientError(.interrupted, "not sent: the statement has ended") }
}
