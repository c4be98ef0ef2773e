import Synchronization

/// The state of a whole run: how bulk changes are confirmed, the number of destroyed resources, the streamed queues,
/// and the control of the run.
public final class RunSafeguards: Sendable {
  /// The ways to confirm bulk changes.
  public enum ConfirmationMode: Sendable, Equatable {
    /// A question confirms each bulk change.
    case asked
    /// The option `--yes` confirms all bulk changes.
    case given
    /// The option `--yes=N` confirms bulk changes until the run has destroyed this number of resources.
    case limited(Int)
  }

  /// The way in which bulk changes of this run are confirmed.
  public let confirmation: ConfirmationMode
  /// The queues that are being streamed.
  public let streams = StreamedQueues()
  /// Pauses or slows the run's changes when `retort ctl` asks for it.
  public let control: RunControl
  private let used = Mutex(0)

  /// Creates the state of a run.
  public init(_ confirmation: ConfirmationMode, control: RunControl = RunControl()) {
    (self.confirmation, self.control) = (confirmation, control)
  }

  /// The number of resources that the run may still destroy with `--yes=N`; nil without a limit.
  public var left: Int? {
    guard case .limited(let limit) = confirmation else { return nil }
    return used.withLock { limit - $0 }
  }

  /// Counts a destroyed resource against `--yes=N`; returns a refusal if the limit is reached.
  func take() -> UnsentReason? {
    guard case .limited(let limit) = confirmation else { return nil }
    let isTaken = used.withLock { used in
      guard used < limit else { return false }
      used += 1
      return true
    }
    return isTaken ? nil : .runLimit(limit)
  }
}
