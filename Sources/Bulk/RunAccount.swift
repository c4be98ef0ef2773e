import Synchronization

/// The state of a whole run: the limit of destroyed resources, and the streamed queues.
public final class RunAccount: Sendable {
  /// The ways to confirm bulk changes.
  public enum Confirmation: Sendable, Equatable {
    /// By a question for each bulk change.
    case asked
    /// By `--yes`.
    case given
    /// By `--yes=N`, for at most this number of destroyed resources in the run.
    case limited(Int)
  }

  /// The way in which bulk changes of this run are confirmed.
  public let confirmation: Confirmation
  /// The queues that are being streamed.
  public let streams = StreamLeases()
  /// Pauses or slows the run's changes when `retort ctl` asks for it.
  public let control: RunControl
  private let used = Mutex(0)

  /// Creates the account of a run.
  public init(_ confirmation: Confirmation, control: RunControl = RunControl()) {
    (self.confirmation, self.control) = (confirmation, control)
  }

  /// The number of resources that the run may still destroy with `--yes=N`; nil without a limit.
  public var left: Int? {
    guard case .limited(let limit) = confirmation else { return nil }
    return used.withLock { limit - $0 }
  }

  /// Counts a destroyed resource against `--yes=N`; returns a refusal if the limit is reached.
  func take() -> Refusal? {
    guard case .limited(let limit) = confirmation else { return nil }
    let isTaken = used.withLock { used in
      guard used < limit else { return false }
      used += 1
      return true
    }
    return isTaken ? nil : .runLimit(limit)
  }
}
