import Synchronization

/// The state that all statements of a run share, such as the number of destroyed resources.
public final class RunWideSafeguards: Sendable {
  /// The ways in which a user confirms bulk changes.
  public enum ConfirmationMode: Sendable, Equatable {
    /// The program asks the user before each bulk change.
    case asked
    /// The option `--yes` confirms all bulk changes.
    case given
    /// The option `--yes=N` confirms bulk changes that destroy at most N resources in the whole run; the value is N.
    case limited(Int)
  }

  /// The way in which the user confirms the bulk changes of this run.
  public let confirmation: ConfirmationMode
  /// The queues that a stream is reading; changes to these queues are refused.
  public let streams = QueuesReadByStreams()
  /// The control with which the command `retort ctl` pauses or slows down the run's changes.
  public let control: RemoteRunControl
  private let used = Mutex(0)

  /// Creates the state of a run.
  public init(_ confirmation: ConfirmationMode, control: RemoteRunControl = RemoteRunControl()) {
    (self.confirmation, self.control) = (confirmation, control)
  }

  /// The number of resources that the run may still destroy with `--yes=N`; nil if there is no limit.
  public var left: Int? {
    guard case .limited(let limit) = confirmation else { return nil }
    return used.withLock { limit - $0 }
  }

  /// Counts a resource to destroy against the limit of `--yes=N`.
  ///
  /// If the run has already reached the limit, the function returns a refusal.
  func take() -> UnsentReason? {
    guard case .limited(let limit) = confirmation else { return nil }
    let isTaken = used.withLock { used in
      guard used < limit else { return false }
      used += 1
      return true
    }
    return isTaken ? nil : .runLimit(limit)
  }

  /// Subtracts resources from the count, because their changes were not sent.
  func giveBack(_ count: Int) { if case .limited = confirmation { used.withLock { $0 -= count } } }
}
