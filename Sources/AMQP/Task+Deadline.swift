extension Task where Failure == Never {
  /// Waits for the task's value.
  ///
  /// Returns nil if the deadline passes first, or if the caller is cancelled.
  ///
  /// In both cases, the task itself continues.
  func value(until deadline: ContinuousClock.Instant?) async -> Success? {
    let (firsts, first) = AsyncStream.makeStream(of: Success.self)
    Task<Void, Never> { first.yield(await value) }
    let clock = Task<Void, Never> {
      guard let deadline else { return }
      do { try await Task<Never, Never>.sleep(until: deadline, clock: .continuous) } catch { return }
      first.finish()
    }
    defer { clock.cancel() }
    for await value in firsts { return value }
    return nil
  }
}
