import Synchronization

/// Lets another process, `retort ctl`, pause, resume and slow down the changes of a run.
///
/// It never makes a statement faster than the statement's own limits allow.
public final class RunControl: Sendable {
  private struct State {
    var isPaused = false
    var perSecond: Int?
    var rate: RateLimiter?
    var nextNumber = 0
    /// The progress of each running statement, by its number.
    var statements: [Int: @Sendable () -> String] = [:]
    /// Makes the run reachable for other processes; nil after the function was called.
    var open: (@Sendable (RunControl) -> Void)?
  }

  private let state: Mutex<State>
  /// Whether the state must be checked before a change is sent; true before the first change, and while a pause or a
  /// limit is set.
  private let isInUse = Atomic(true)

  /// Creates the control of a run; `open` is called before the first change at the latest, and makes the run reachable
  /// for other processes.
  public init(open: (@Sendable (RunControl) -> Void)? = nil) { state = Mutex(State(open: open)) }

  /// Makes the run reachable for other processes, unless it already is.
  public func makeReachable() {
    let open = state.withLock { state in
      defer { isInUse.store(state.isPaused || state.rate != nil, ordering: .relaxed) }
      return state.open.take()
    }
    open?(self)
  }

  /// Delays changes until ``resume()``; changes in flight continue.
  public func pause() { change { $0.isPaused = true } }

  /// Ends the pause.
  public func resume() { change { $0.isPaused = false } }

  /// Limits the number of changes a second, in addition to a statement's own `rate:`; nil removes the limit.
  public func limit(perSecond: Int?) {
    change { state in
      state.perSecond = perSecond
      state.rate = perSecond.map { RateLimiter(perSecond: $0) }
    }
  }

  /// Adds a running statement whose progress `status` returns; returns a number for ``remove(_:)``.
  public func add(_ status: @escaping @Sendable () -> String) -> Int {
    state.withLock { state in
      state.nextNumber += 1
      state.statements[state.nextNumber] = status
      return state.nextNumber
    }
  }

  /// Removes a statement that has ended.
  public func remove(_ number: Int) { state.withLock { $0.statements[number] = nil } }

  /// The status of a run in which no statement changes data.
  public static let idleStatus = "no statement is running"

  /// The progress of the running statements, and the ``reason`` why changes are delayed.
  public var status: String {
    let (statements, reason) = state.withLock { state in
      (state.statements.sorted { $0.key < $1.key }.map(\.value), Self.reason(state))
    }
    let lines = statements.isEmpty ? [Self.idleStatus] : statements.map { $0() }
    return (lines + (reason.map { [$0] } ?? [])).joined(separator: "\n")
  }

  /// The reason why changes are delayed: `paused by retort ctl`, `at most 50/s by retort ctl`; nil if changes are not
  /// delayed.
  public var reason: String? { state.withLock { Self.reason($0) } }

  private static func reason(_ state: State) -> String? {
    state.isPaused ? "paused by retort ctl" : state.perSecond.map { "at most \($0)/s by retort ctl" }
  }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { state in
      body(&state)
      isInUse.store(state.isPaused || state.rate != nil, ordering: .relaxed)
    }
  }

  /// Waits until a change may be sent; returns immediately if the task is cancelled.
  @inline(__always) func turn() async {
    if isInUse.load(ordering: .relaxed) { await wait() }
  }

  private func wait() async {
    makeReachable()
    while state.withLock(\.isPaused), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
    await state.withLock(\.rate)?.turn()
  }
}
