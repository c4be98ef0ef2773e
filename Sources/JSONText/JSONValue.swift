/// A JSON value (RFC 8259) that keeps the digits of numbers and the order of members.
///
/// ```swift
/// let post = try JSONValue(parsing: #"{"views": 9007199254740993, "rating": 1.10}"#)
/// post["rating"]?.text  // "1.10"
/// ```
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array(JSONArray)
  case object(JSONObject)

  /// The maximum nesting depth of arrays and objects in a parsed text.
  public static let depthLimit = 512

  /// Parses UTF-8 text that consists of one value.
  ///
  /// - Throws: ``JSONSyntaxError`` with the position of the fault.
  public init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
    self = try JSONTapeParser.parse(bytes, depthLimit: Self.depthLimit).value
  }

  /// Parses text that consists of one value.
  public init(parsing text: String) throws(JSONSyntaxError) {
    try self.init(parsing: Array(text.utf8))
  }

  /// Parses text like `init(parsing:)`, and also returns the keys that occur twice in one object.
  ///
  /// If a key occurs twice in an object, its last value is used.
  public static func parse(
    _ bytes: [UInt8]
  ) throws(JSONSyntaxError) -> (value: JSONValue, duplicateKeys: [String]) {
    let parsed = try JSONTapeParser.parse(bytes, depthLimit: depthLimit)
    return (parsed.value, parsed.duplicates.map(\.key))
  }

  /// Parses UTF-8 text like `init(parsing:)`, but refuses a key that occurs twice in one object.
  ///
  /// - Throws: ``JSONSyntaxError`` with the position of the fault, or of the second occurrence of the key.
  public init(parsingUnique bytes: [UInt8]) throws(JSONSyntaxError) {
    let parsed = try JSONTapeParser.parse(bytes, depthLimit: Self.depthLimit)
    if let duplicate = parsed.duplicates.first { throw JSONSyntaxError(duplicate, in: bytes) }
    self = parsed.value
  }

  /// Parses lines with one value each (NDJSON), and skips blank lines.
  ///
  /// The function stops at the first fault. If a key occurs twice in an object, its last value is used.
  ///
  /// - Returns: The values before the fault, and the fault, whose line number counts from the first line of `bytes`.
  ///   `duplicate` reports the first key that occurs twice in one object.
  public static func lines(
    of bytes: [UInt8]
  ) -> (values: [JSONValue], fault: JSONSyntaxError?, duplicate: JSONSyntaxError?) {
    let parsed = JSONTapeParser.lines(bytes, depthLimit: depthLimit)
    return (parsed.values, parsed.fault, parsed.duplicates.first.map { JSONSyntaxError($0, in: bytes) })
  }

  /// Whether two values are equal.
  ///
  /// Texts are compared by code points, numbers by digits, and objects without regard to the order of members.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a.isSame(as: b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }

  /// Whether the value is `null`.
  public var isNull: Bool { if case .null = self { true } else { false } }

  /// The boolean; nil for a value of another type.
  public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The number; nil for a value of another type.
  public var numberValue: JSONNumber? { if case .number(let value) = self { value } else { nil } }

  /// The string; nil for a value of another type.
  public var stringValue: String? { if case .string(let value) = self { value } else { nil } }

  /// The array; nil for a value of another type.
  public var arrayValue: JSONArray? { if case .array(let value) = self { value } else { nil } }

  /// The object; nil for a value of another type.
  public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The value of a member; nil if the member is missing, or if this value is not an object.
  public subscript(key: String) -> JSONValue? { objectValue?[key] }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// Creates null.
  public init(nilLiteral: ()) { self = .null }
  /// Creates a boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Creates an integer.
  public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
  /// Creates a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Creates an array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(JSONArray(elements)) }
  /// Creates an object; if a key occurs twice, the object has the last value.
  public init(dictionaryLiteral members: (String, JSONValue)...) { self = .object(JSONObject(members)) }
}
