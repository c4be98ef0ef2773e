import Synchronization

/// A `create` that an earlier run carried out, for a test of lookups by key.
///
/// The test looks up the created resource by its key.
///
/// A service can change a key, for example to lower case. A lookup by the sent key then finds nothing, although the
/// resource exists.
final class KeyLookupTestCreate: Sendable {
  private let state = Mutex<(change: Change?, isFound: Bool?)>((nil, nil))

  /// The first recorded `create`; nil if no `create` is recorded.
  var change: Change? { state.withLock(\.change) }

  /// Whether a lookup by key finds the resource of ``change``; nil before the lookup.
  var isFound: Bool? {
    get { state.withLock(\.isFound) }
    set { state.withLock { $0.isFound = newValue } }
  }

  /// Records a `create` that an earlier run carried out; only the first one is kept.
  func record(_ change: Change) {
    state.withLock { state in
      if state.change == nil { state.change = change }
    }
  }
}
