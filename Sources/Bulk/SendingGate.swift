import Synchronization

/// The gate through which the changes of a statement pass one after another, immediately before they are sent.
///
/// At the gate, a change waits for the throttle, then for its time slot of `rate:`, and at last for the run's control.
/// All later changes wait behind it. So a pause or a limit also applies to the changes that have already begun, and the
/// changes behind a pause are sent at the allowed rate.
final class SendingGate: Sendable {
  private let limit = ConcurrencyLimit(1)
  private let ended = Atomic(false)

  /// Whether the statement sends no more changes.
  var isEnded: Bool { ended.load(ordering: .relaxed) }

  /// Drops the changes that wait at the gate, because the statement sends no more changes.
  func end() { ended.store(true, ordering: .relaxed) }

  /// Waits until a change may be sent; returns false if no more changes may be sent.
  ///
  /// If the result is true and the statement has a throttle, the throttle counts the change as begun.
  func pass(_ guards: StatementSafeguards, _ control: RemoteRunControl) async -> Bool {
    await limit.run {
      guard !isEnded else { return false }
      if let throttle = guards.throttle, await !throttle.begin() { return false }
      await guards.rate?.turn()
      await control.turn()
      if isEnded { guards.throttle?.end() }
      return !isEnded
    }
  }
}
