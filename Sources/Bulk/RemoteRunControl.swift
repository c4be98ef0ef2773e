import Synchronization

/// The control with which another process, `retort ctl`, pauses, resumes and slows down the changes of a run.
///
/// The control never makes a statement faster than the statement's own limits allow.
public final class RemoteRunControl: Sendable {
  private struct State {
    var isPaused = false
    var perSecond: Int?
    var rate: RateLimiter?
    var nextNumber = 0
    /// Functions that return the progress of the running statements; the key is the statement's number.
    var statements: [Int: @Sendable () -> String] = [:]
    /// A function that makes the run reachable for other processes; nil after the control has called the function.
    var open: (@Sendable (RemoteRunControl) -> Void)?
  }

  private let state: Mutex<State>
  /// Whether a change must check the state before it is sent.
  ///
  /// The value is true before the first change, and while a pause or a limit is set. Otherwise a change need not lock
  /// the state.
  private let isInUse = Atomic(true)

  /// Creates the control of a run.
  ///
  /// The control calls `open` once, before the first change at the latest. The function makes the run reachable for
  /// other processes.
  public init(open: (@Sendable (RemoteRunControl) -> Void)? = nil) { state = Mutex(State(open: open)) }

  /// Makes the run reachable for other processes, if it is not reachable yet.
  public func makeReachable() {
    let open = state.withLock { state in
      defer { isInUse.store(state.isPaused || state.rate != nil, ordering: .relaxed) }
      return state.open.take()
    }
    open?(self)
  }

  /// Delays changes until a call of ``resume()``; changes in flight continue.
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

  /// Adds a running statement, and returns a number for ``remove(_:)``.
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

  /// The progress of the running statements, one line for each, and the ``reason`` why changes are delayed.
  public var status: String {
    let (statements, reason) = state.withLock { state in
      (state.statements.sorted { $0.key < $1.key }.map(\.value), Self.reason(state))
    }
    let lines = statements.isEmpty ? [Self.idleStatus] : statements.map { $0() }
    return (lines + (reason.map { [$0] } ?? [])).joined(separator: "\n")
  }

  /// The reason why changes are delayed, such as `paused by retort ctl`; nil if they are not delayed.
  public var reason: String? { state.withLock { Self.reason($0) } }

  private static func reason(_ state: State) -> String? {
    state.isPaused ? "paused by retort ctl" : state.perSecond.map { "limited to \($0)/s by retort ctl" }
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
