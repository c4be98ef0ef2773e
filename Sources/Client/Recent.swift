/// Values by correlation id, of which the newest stay: a number of them at least, and at most twice as many.
struct Recent<Value> {
  private var newer: [String: Value] = [:]
  private var older: [String: Value] = [:]
  private var weight = 0
  private let limit: Int

  /// Creates an empty one.
  ///
  /// - Parameter limit: The weight of the values that stay at least.
  init(limit: Int) { self.limit = limit }

  /// Keeps a value; where there are enough, the older half goes.
  mutating func insert(_ value: Value, for id: String, weight: Int = 1) {
    if self.weight + weight > limit { (older, newer, self.weight) = (newer, [:], 0) }
    newer[id] = value
    self.weight += weight
  }

  /// Changes a value where it stands, if it is there.
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

  /// Takes a value out.
  mutating func remove(_ id: String) -> Value? { newer.removeValue(forKey: id) ?? older.removeValue(forKey: id) }
}
