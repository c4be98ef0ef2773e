package import JSONText

/// Equality and order of values.
///
/// A comparison of values of different types is a `type` error, with one exception: `==` compares null with any value.
package enum Comparison {
  /// Whether two values are equal.
  package static func equal(_ left: Value, _ right: Value) throws(Fault) -> Bool {
    switch (left, right) {
    case (.null, .null): return true
    case (.null, _), (_, .null): return false
    case (.bool(let a), .bool(let b)): return a == b
    case (.number(let a), .number(let b)):
      if a == b { return true }
      return try Arithmetic.compare(a, b) == 0
    case (.string(let a), .string(let b)): return a.isSame(as: b)
    case (.duration(let a), .duration(let b)): return a == b
    case (.time(let a), .time(let b)): return a == b
    case (.list(let a), .list(let b)): return try equal(a, b)
    case (.record(let a), .record(let b)): return try equal(a, b)
    case (.resource(let a), .resource(let b)): return a.isSame(as: b)
    case (.client(let a), .client(let b)): return a.serial == b.serial
    case (.page(let a), .page(let b)): return try equal(a.items, b.items)
    default: throw differentTypes(left, right)
    }
  }

  private static func equal(_ left: [Value], _ right: [Value]) throws(Fault) -> Bool {
    guard left.count == right.count else { return false }
    for (a, b) in zip(left, right) where try !equal(a, b) { return false }
    return true
  }

  private static func equal(_ left: Record, _ right: Record) throws(Fault) -> Bool {
    guard left.count == right.count else { return false }
    for (name, value) in left.fields {
      guard let other = right[name], try equal(value, other) else { return false }
    }
    return true
  }

  /// Compares two values, and returns their order as a number.
  ///
  /// Numbers, durations and times are ordered by size, strings by code points. False is before true.
  ///
  /// - Returns: A negative number if `left` is before `right`, zero if they are equal, a positive number otherwise.
  /// - Throws: A `type` error for values of different types, and for types without an order.
  package static func order(_ left: Value, _ right: Value) throws(Fault) -> Int {
    switch (left, right) {
    case (.number(let a), .number(let b)): return try Arithmetic.compare(a, b)
    case (.string(let a), .string(let b)):
      return a.order(with: b)
    case (.duration(let a), .duration(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.time(let a), .time(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.bool(let a), .bool(let b)): return a == b ? 0 : b ? -1 : 1
    default: throw differentTypes(left, right)
    }
  }

  /// Returns a hashable key for a value.
  ///
  /// Equal values have the same key, and different values have different keys. Two resources are equal if they have the
  /// same type and id.
  package static func key(of value: Value) throws(Fault) -> EqualityKey { try key(of: value, comparesContents: false) }

  /// Returns a hashable key for a value and for the contents of the resources in it.
  ///
  /// Two resources have the same key only if they also have equal attributes and relationships.
  package static func contentKey(of value: Value) throws(Fault) -> EqualityKey {
    try key(of: value, comparesContents: true)
  }

  private static func key(of value: Value, comparesContents: Bool) throws(Fault) -> EqualityKey {
    switch value {
    case .string(let text): return .text(CodePointComparedString(text))
    case .number(let number):
      // 1.0 and 1 have the same key.
      if let integer = number.integer ?? Int(key(of: number)) { return .integer(integer) }
      return .other(CodePointComparedString("n" + key(of: number)))
    default: return .other(CodePointComparedString(try keyText(of: value, comparesContents)))
    }
  }

  private static func keyText(of value: Value, _ comparesContents: Bool) throws(Fault) -> String {
    switch value {
    case .number(let number): return "n" + key(of: number)
    case .resource(let resource):
      let identity = "r\(resource.type)/\(resource.id ?? "")"
      guard comparesContents else { return identity }
      return try keyText(of: .list([.string(identity)] + contents(of: resource)), true)
    case .page(let page) where comparesContents: return try keyText(of: .list(page.items), true)
    case .string(let string): return "s\(string)"
    case .time(let time): return "t\(time.text)"
    case .list(let elements):
      var keys: [String] = []
      for element in elements { keys.append(try keyText(of: element, comparesContents)) }
      return "[" + keys.map { "\($0.utf8.count):\($0)" }.joined() + "]"
    case .record(let record):
      var keys: [String] = []
      for field in record.fields.sorted(by: { $0.name.order(with: $1.name) < 0 }) {
        let key = try keyText(of: field.value, comparesContents)
        keys.append("\(field.name.utf8.count):\(field.name)\(key.utf8.count):\(key)")
      }
      return "{" + keys.joined() + "}"
    default: return "j" + (try value.json().text)
    }
  }

  /// Returns what ``contentKey(of:)`` compares of a resource besides its type and id: the attributes, and the data of
  /// the relationships.
  private static func contents(of resource: ResourceValue) -> [Value] {
    if resource.isIdentifier { return [] }
    let related = resource.relationships.compactMap { name, relationship in
      relationship["data"].map { (name: name, value: Value($0)) }
    }
    return [.record(Record(resource.attributes)), .record(Record(related))]
  }

  /// Returns a text that is the same for equal numbers: `1.50` and `1.5` give `15e-1`.
  ///
  /// The text is the digits without zeros at the end, followed by the power of ten. For an integer of at most 18
  /// digits, the text is only its digits.
  private static func key(of number: JSONNumber) -> String {
    guard number.integer == nil else { return number.text }
    if let short = ShortDecimal(number)?.trimmed {
      return short.scale == 0 ? "\(short.coefficient)" : "\(short.coefficient)e-\(short.scale)"
    }
    guard let decimal = Decimal(number) else { return number.text }
    let digits = decimal.coefficient.description
    let zeros = digits.reversed().prefix { $0 == "0" }.count
    if zeros == digits.count { return "0" }
    let (kept, exponent) = (digits.dropLast(zeros), decimal.exponent + zeros)
    guard exponent >= 0, kept.count + exponent <= 18 else { return "\(kept)e\(exponent)" }
    return kept + String(repeating: "0", count: exponent)
  }

  private static func differentTypes(_ left: Value, _ right: Value) -> Fault {
    if left.typeName == right.typeName {
      return Fault(
        .type, "can't compare two values of the type \(left.typeName)", nextStep: "compare one of their fields instead")
    }
    let hasTime = [left, right].contains { if case .time = $0 { true } else { false } }
    return Fault(
      .type, "can't compare \(left.typeWithArticle) and \(right.typeWithArticle)",
      nextStep: hasTime
        ? "convert the text: time(x)"
        : left.isScalar || right.isScalar ? "convert one of the values: int(x), number(x) or string(x)" : nil)
  }
}

/// A hashable key that stands for a value.
///
/// Equal values have equal keys, and different values have different keys. `unique`, `group` and `key:` find equal
/// values by these keys.
package enum EqualityKey: Hashable, Sendable {
  case integer(Int)
  case text(CodePointComparedString)
  /// A value that is neither an integer nor a text. The associated text stands for the value: different values have
  /// different texts.
  case other(CodePointComparedString)
}
