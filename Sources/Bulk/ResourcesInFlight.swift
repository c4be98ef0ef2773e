import Synchronization

/// The resources that the changes in flight of a statement update.
///
/// If two elements update the same resource, the second change is not sent before the outcome of the first change is
/// known. The service therefore carries out the changes in the order of the elements.
final class ResourcesInFlight: Sendable {
  typealias PlannedChange = ChangeDispatcher.PlannedChange

  private struct ResourcesAndWaiter {
    var resources: Set<String> = []
    /// The resource whose change must end before the feed continues, and the feed that waits for it.
    var waiter: (resource: String, continuation: CheckedContinuation<Void, Never>)?
    /// Whether the statement sends no more changes.
    var isEnded = false
  }

  private let state = Mutex(ResourcesAndWaiter())

  /// Removes and returns the planned changes before the first change of a resource that is in flight.
  ///
  /// The resources of the returned changes are then in flight.
  func begin(_ entries: inout ArraySlice<PlannedChange>) -> [PlannedChange] {
    let free = state.withLock { state in
      entries.prefix { entry in entry.updatedResource.map { state.resources.insert($0).inserted } ?? true }
    }
    entries = entries.dropFirst(free.count)
    return Array(free)
  }

  /// Waits until no change of the entry's resource is in flight, or the statement sends no more changes.
  func wait(for entry: PlannedChange) async {
    guard let resource = entry.updatedResource else { return }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mayContinue = state.withLock { state in
          guard !state.isEnded, !Task.isCancelled, state.resources.contains(resource) else { return true }
          state.waiter = (resource, continuation)
          return false
        }
        if mayContinue { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiter.take() }?.continuation.resume()
    }
  }

  /// Removes the resource of a change whose outcome is known.
  ///
  /// `continues` is false if the statement sends no more changes; the feed then waits for no resource.
  func end(_ entry: PlannedChange, continues: Bool) {
    let resource = entry.updatedResource
    guard resource != nil || !continues else { return }
    let waiter = state.withLock { state in
      if let resource { state.resources.remove(resource) }
      if !continues { state.isEnded = true }
      return state.isEnded || state.waiter?.resource == resource ? state.waiter.take() : nil
    }
    waiter?.continuation.resume()
  }
}

extension ChangeDispatcher.PlannedChange {
  /// The id of the resource, or the relationship, that the change replaces; nil for other changes.
  ///
  /// All changes of a statement go to the same queue. Changes such as `link` have the same effect in any order.
  fileprivate var updatedResource: String? {
    switch change?.verb {
    case .update?: change?.id
    case .relink?: change?.relationship
    case .create?, .destroy?, .link?, .unlink?, .call?, nil: nil
    }
  }
}
