/// Stores values by correlation id and drops the oldest values, so that the total weight stays below twice a limit.
struct CorrelatedValueCache<Value> {
  private var newer: [String: Value] = [:]
  private var older: [String: Value] = [:]
  private var weight = 0
  private let limit: Int

  /// Creates an empty cache.
  ///
  /// - Parameter limit: The total weight up to which the latest values are kept.
  init(limit: Int) { self.limit = limit }

  /// Adds a value.
  ///
  /// If the newer half would exceed the limit, the older half is dropped, and the newer half takes its place.
  mutating func insert(_ value: Value, for id: String, weight: Int = 1) {
    if self.weight + weight > limit { (older, newer, self.weight) = (newer, [:], 0) }
    newer[id] = value
    self.weight += weight
  }

  /// Mutates a value in place; returns false if the value is missing.
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
