/// A dictionary with a limited number of entries, in the order of their insertion.
public struct BoundedDictionary<Value: Sendable>: Sendable {
  /// The names in the order of their insertion.
  public private(set) var names: [String] = []
  private var values: [String: Value] = [:]
  private let limit: Int

  /// Creates an empty dictionary; `limit` is the maximum number of entries.
  init(limit: Int) { self.limit = limit }

  /// The maximum length of a name, in bytes.
  static var nameLimit: Int { 200 }

  /// The value of a name; nil for an unknown name.
  public subscript(name: String) -> Value? { values[name] }

  /// The names with their values, in order.
  public var entries: [(name: String, value: Value)] { names.compactMap { name in values[name].map { (name, $0) } } }

  /// Whether the dictionary is empty.
  public var isEmpty: Bool { names.isEmpty }

  /// Changes the value of a name; for a new name, the change begins with the value `fresh`.
  ///
  /// The dictionary does not add a name that is too long, and a full dictionary adds no new name.
  mutating func update(_ name: String, _ fresh: @autoclosure () -> Value, _ body: (inout Value) -> Void) {
    if let index = values.index(forKey: name) { return body(&values.values[index]) }
    guard names.count < limit, name.utf8.count <= Self.nameLimit else { return }
    var value = fresh()
    body(&value)
    names.append(name)
    values[name] = value
  }
}
