public import Client

/// A carrier that sends a sequence of changes for one element, such as the steps of a `transition`.
///
/// After each reply, the carrier determines and sends the next change. The carrier returns the last reply.
public struct ChangeSequenceCarrier: ChangeCarrier {
  /// A function that returns the change to send after a reply; nil after the reply to the last change.
  public typealias NextChangeFinder = @Sendable (Change, ChangeResult) throws(ClientError) -> Change?

  private let client: ResourceClient
  private let others: [TargetQueue: ResourceClient]
  private let control: RemoteRunControl
  private let rate: RateLimiter?
  private let following: NextChangeFinder
  private let step: @Sendable (Change) -> String

  /// Creates a carrier.
  ///
  /// - Parameters:
  ///   - client: The client for changes whose target is not in `others`.
  ///   - others: The clients for changes of particular targets.
  ///   - control: The control of the run, which can delay each change of a sequence except the first.
  ///   - rate: The rate limit for each change of a sequence except the first. The dispatcher already delays the first
  ///     change.
  ///   - following: Returns the change that follows a reply; nil after the last change.
  ///   - step: Returns the words that name a change in an error, such as `at the step to published`.
  public init(
    _ client: ResourceClient, others: [TargetQueue: ResourceClient], control: RemoteRunControl, rate: RateLimiter?,
    following: @escaping NextChangeFinder, step: @escaping @Sendable (Change) -> String
  ) {
    (self.client, self.others, self.control, self.rate) = (client, others, control, rate)
    (self.following, self.step) = (following, step)
  }

  /// The executor of `client`, which runs tasks on the thread of its connection.
  public var executor: (any TaskExecutor)? { client.taskExecutor }

  /// Sends a change and the changes that follow it.
  ///
  /// - Throws: The `ClientError` of the change that failed. After the first change, the error's `wasSent` is always
  ///   true.
  public func carry(_ change: Change) async throws(ClientError) -> ChangeResult {
    var (change, reply) = (change, try await send(change))
    do throws(ClientError) {
      while let next = try following(change, reply) {
        await control.turn()
        await rate?.turn()
        (change, reply) = (next, try await send(next))
      }
      return reply
    } catch { throw error.afterTheFirst }
  }

  private func send(_ change: Change) async throws(ClientError) -> ChangeResult {
    do throws(ClientError) {
      return try await ClientCarrier(others[change.target] ?? client).carry(change)
    } catch {
      var error = error
      error.facts.append(step(change))
      throw error
    }
  }
}

extension ClientError {
  /// The error of a later change in a sequence, with `wasSent` set to true.
  ///
  /// The first change was carried out, so a part of the sequence was sent.
  fileprivate var afterTheFirst: ClientError {
    var error = self
    if kind == .interrupted {
      error = ClientError(.value, "interrupted after some changes of this element were sent")
      error.facts = facts
    }
    error.wasSent = true
    return error
  }
}
