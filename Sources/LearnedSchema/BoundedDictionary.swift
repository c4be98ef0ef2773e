/// A dictionary that has a limited number of entries, and keeps the order of insertion.
public struct BoundedDictionary<Value: Sendable>: Sendable {
  /// The names in the order of their insertion.
  public private(set) var names: [String] = []
  private var values: [String: Value] = [:]
  private let limit: Int

  /// Creates an empty dictionary; `limit` is the maximum number of entries.
  init(limit: Int) { self.limit = limit }

  /// The maximum length of a name, in bytes.
  static var nameLimit: Int { 200 }

  /// The value for a name; nil for an unknown name.
  public subscript(name: String) -> Value? { values[name] }

  /// The names with their values, in order.
  public var entries: [(name: String, value: Value)] { names.compactMap { name in values[name].map { (name, $0) } } }

  /// Whether the dictionary is empty.
  public var isEmpty: Bool { names.isEmpty }

  /// Passes the value for a name to `body`, which can change the value.
  ///
  /// For a new name, the function adds an entry with the value `fresh` first. A full dictionary ignores new names, and
  /// every dictionary ignores names that are too long.
  mutating func update(_ name: String, _ fresh: @autoclosure () -> Value, _ body: (inout Value) -> Void) {
    if let index = values.index(forKey: name) { return body(&values.values[index]) }
    guard names.count < limit, name.utf8.count <= Self.nameLimit else { return }
    var value = fresh()
    body(&value)
    names.append(name)
    values[name] = value
  }
}
