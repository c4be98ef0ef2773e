import Synchronization

/// What holds for a whole run: how much may be destroyed, and what is being streamed.
public final class RunAccount: Sendable {
  /// What stands for the confirmation of bulk changes.
  public enum Confirmation: Sendable, Equatable {
    /// Each is asked for.
    case asked
    /// `--yes`.
    case given
    /// `--yes=N`: at most so many elements in the run.
    case limited(Int)
  }

  /// How bulk changes are confirmed.
  public let confirmation: Confirmation
  /// The queues that are being streamed.
  public let streams = StreamLeases()
  /// What may be done to its bulk changes from outside.
  public let control = RunControl()
  private let used = Mutex(0)

  /// Creates the account of a run.
  public init(_ confirmation: Confirmation) { self.confirmation = confirmation }

  /// Takes one element to destroy from `--yes=N`; returns why it may not be.
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
