import Synchronization

/// Lets the command `retort ctl`, which runs in another process, pause, resume and slow down the changes of a run.
///
/// The control never makes a statement faster than the statement's own limits allow.
public final class RemoteRunControl: Sendable {
  private struct PauseRateAndStatements {
    var isPaused = false
    var isStopped = false
    var perSecond: Int?
    var rate: RateLimiter?
    var nextNumber = 0
    /// Functions that return the progress of the running statements, by the number of the statement.
    var statements: [Int: @Sendable () -> String] = [:]
    /// A function that makes the run reachable for other processes; nil after it has been called.
    var open: (@Sendable (RemoteRunControl) -> Void)?
  }

  private let state: Mutex<PauseRateAndStatements>
  private let usage = Atomic(true)

  /// Creates the control of a run.
  ///
  /// `open` makes the run reachable for other processes. It is called once, at the latest before the first change.
  public init(open: (@Sendable (RemoteRunControl) -> Void)? = nil) { state = Mutex(PauseRateAndStatements(open: open)) }

  /// Makes the run reachable for other processes, if it is not reachable yet.
  public func makeReachable() {
    let open = state.withLock { state in
      defer { usage.store(state.isPaused || state.rate != nil, ordering: .relaxed) }
      return state.open.take()
    }
    open?(self)
  }

  /// Delays changes until a call of ``resume()``; changes in flight continue.
  public func pause() { change { $0.isPaused = true } }

  /// Ends the pause.
  public func resume() { change { $0.isPaused = false } }

  /// Records that `retort ctl` stops the running statement.
  public func stop() { state.withLock { $0.isStopped = true } }

  /// Returns whether `retort ctl` has stopped the statement.
  ///
  /// The method also resets the stop, so that the stop does not affect the next statement.
  public func takeStop() -> Bool {
    state.withLock { state in
      defer { state.isStopped = false }
      return state.isStopped
    }
  }

  /// Whether a change must check the state before it is sent.
  ///
  /// True before the first change, and while a pause or a limit is set. If false, the change need not lock the state,
  /// which saves time.
  var isInUse: Bool { usage.load(ordering: .relaxed) }

  /// Whether changes are delayed until a call of ``resume()``.
  public var isPaused: Bool { isInUse && state.withLock(\.isPaused) }

  /// Limits the number of changes a second; nil removes the limit.
  ///
  /// A statement's own `rate:` remains in effect.
  public func limit(perSecond: Int?) {
    change { state in
      state.perSecond = perSecond
      state.rate = perSecond.map { RateLimiter(perSecond: $0) }
    }
  }

  /// Adds a running statement, and returns its number for ``remove(_:)``.
  ///
  /// `status` returns the progress of the statement as text.
  public func add(_ status: @escaping @Sendable () -> String) -> Int {
    state.withLock { state in
      state.nextNumber += 1
      state.statements[state.nextNumber] = status
      return state.nextNumber
    }
  }

  /// Removes a statement that has ended.
  public func remove(_ number: Int) { state.withLock { $0.statements[number] = nil } }

  /// The first line of `status` while no statement is running.
  public static let idleStatus = "no statement is running"

  /// The progress of the running statements, one line for each, and the ``reason`` for a delay of changes.
  ///
  /// The reason has a line of its own if the progress does not contain it.
  public var status: String {
    let (statements, reason) = state.withLock { state in
      (state.statements.sorted { $0.key < $1.key }.map(\.value), Self.reason(state))
    }
    var lines = statements.isEmpty ? [Self.idleStatus] : statements.map { $0() }
    if let reason, !lines.contains(where: { $0.contains(reason) }) { lines.append(reason) }
    return lines.joined(separator: "\n")
  }

  /// The reason why changes are delayed, such as `paused by retort ctl`; nil if they are not delayed.
  public var reason: String? { state.withLock { Self.reason($0) } }

  private static func reason(_ state: PauseRateAndStatements) -> String? {
    state.isPaused ? "paused by retort ctl" : state.perSecond.map { "limited to \($0)/s by retort ctl" }
  }

  private func change(_ body: (inout PauseRateAndStatements) -> Void) {
    state.withLock { state in
      body(&state)
      usage.store(state.isPaused || state.rate != nil, ordering: .relaxed)
    }
  }

  /// Waits until a change may be sent; returns immediately if the task is cancelled.
  @inline(__always) func turn() async {
    if isInUse { await wait() }
  }

  private func wait() async {
    makeReachable()
    while state.withLock(\.isPaused), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
    await state.withLock(\.rate)?.turn()
  }
}
