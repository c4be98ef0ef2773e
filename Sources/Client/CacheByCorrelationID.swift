/// A cache of values by correlation id; it drops its oldest values.
///
/// Each value has a weight, such as its size in bytes. The total weight of the values is at most twice the limit.
struct CacheByCorrelationID<Value> {
  private var newer: [String: Value] = [:]
  private var older: [String: Value] = [:]
  private var weight = 0
  private let limit: Int

  /// Creates an empty cache.
  ///
  /// - Parameter limit: Half the maximum weight of the cache.
  init(limit: Int) { self.limit = limit }

  /// Adds a value.
  ///
  /// The cache has a newer half and an older half. If the newer half is full, it becomes the older half, and the values
  /// of the previous older half are dropped.
  mutating func insert(_ value: Value, for id: String, weight: Int = 1) {
    if self.weight + weight > limit { (older, newer, self.weight) = (newer, [:], 0) }
    newer[id] = value
    self.weight += weight
  }

  /// Changes a value in place; returns false if the cache has no value for the id.
  mutating func update(_ id: String, _ body: (inout Value) -> Void) -> Bool {
    if let index = newer.index(forKey: id) {
      body(&newer.values[index])
    } else if let index = older.index(forKey: id) {
      body(&older.values[index])
    } else {
      return false
    }
    return true
  }

  /// Removes and returns a value.
  mutating func remove(_ id: String) -> Value? { newer.removeValue(forKey: id) ?? older.removeValue(forKey: id) }
}
