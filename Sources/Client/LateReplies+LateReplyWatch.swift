import Synchronization

extension LateReplies {
  /// A watch for the late replies to the changes of one owner, such as a statement.
  ///
  /// The outcomes of these changes are unknown, because their replies did not arrive in time.
  ///
  /// ```swift
  /// let watch = late.watch()
  /// watch.add(error) { outcome in print(outcome) }
  /// let left = await watch.settled(within: .seconds(5))
  /// watch.end()
  /// ```
  public final class LateReplyWatch: Sendable {
    private struct OpenChangesAndWaiters {
      /// The changes without an outcome, by correlation id.
      ///
      /// Each value is the time until which a reply can arrive; nil if this time is unknown.
      var open: [String: ContinuousClock.Instant?] = [:]
      var waiters: [AsyncStream<Void>.Continuation] = []
      var isEnded = false
    }

    private let late: LateReplies
    private let state = Mutex(OpenChangesAndWaiters())

    fileprivate init(_ late: LateReplies) { self.late = late }

    /// The number of changes without an outcome.
    public var open: Int { state.withLock(\.open.count) }

    /// Adds a change that failed with an error of kind `unknown`.
    ///
    /// The method does nothing if no reply can arrive any more, because the reply queue ended with its connection.
    ///
    /// - Parameters:
    ///   - error: The error of the change.
    ///   - settle: A function that receives the outcome, at most once. It is called either immediately, or later on the
    ///     connection's thread. It must not block.
    public func add(_ error: ClientError, settle: @escaping @Sendable (Outcome) -> Void) {
      guard let id = error.call?.correlationID else { return }
      state.withLock { _ = $0.open.updateValue(nil, forKey: id) }
      let once = { @Sendable [weak self] (outcome: Outcome) in
        if self?.state.withLock({ !$0.isEnded && $0.open.keys.contains(id) }) == true { settle(outcome) }
      }
      switch late.follow(id, by: self, once) {
      case .open(let life):
        state.withLock { if $0.open.keys.contains(id) { _ = $0.open.updateValue(life, forKey: id) } }
      case .closed: remove(id)
      case .answered(let outcome):
        once(outcome)
        remove(id)
      }
    }

    /// Waits for the outcomes of all changes.
    ///
    /// The wait ends early when no further reply can arrive, or when the task is cancelled.
    ///
    /// - Parameters:
    ///   - limit: The longest wait.
    ///   - expectsAll: Whether a reply is expected at any time within `limit`. If false, each change has its own time
    ///     after which no reply is expected.
    /// - Returns: The number of changes without an outcome.
    public func settled(within limit: Duration, expectsAll: Bool = false) async -> Int {
      let (changes, changed) = AsyncStream.makeStream(of: Void.self)
      let end = state.withLock { state -> ContinuousClock.Instant? in
        guard !state.open.isEmpty else { return nil }
        state.waiters.append(changed)
        let latest = ContinuousClock.now + limit
        return expectsAll ? latest : state.open.values.map { min($0 ?? latest, latest) }.max()
      }
      guard let end else { return 0 }
      let clock = Task {
        try? await Task.sleep(until: end, clock: .continuous)
        changed.finish()
      }
      for await _ in changes {}
      clock.cancel()
      return open
    }

    /// Ends the watch; replies that arrive later become notes for the user.
    public func end() {
      let left = state.withLock { state in
        state.isEnded = true
        defer { state.open = [:] }
        return Array(state.open.keys)
      }
      late.leave(left)
    }

    /// Removes a change for which the watch need not wait any more.
    ///
    /// If no change is left, all calls of ``settled(within:expectsAll:)`` return.
    func remove(_ id: String) {
      let waiters = state.withLock { state -> [AsyncStream<Void>.Continuation] in
        guard state.open.removeValue(forKey: id) != nil, state.open.isEmpty else { return [] }
        defer { state.waiters = [] }
        return state.waiters
      }
      for waiter in waiters { waiter.finish() }
    }
  }

  /// Starts a watch for one owner of changes, such as a statement.
  ///
  /// The owner adds each of its changes with an unknown outcome to the watch.
  public func watch() -> LateReplyWatch { LateReplyWatch(self) }
}
