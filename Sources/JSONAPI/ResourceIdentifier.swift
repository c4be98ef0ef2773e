public import JSONText

/// A resource identifier object: a type and an id (JSON:API 1.0, "Resource Identifier Objects").
public struct ResourceIdentifier: Sendable, Hashable {
  /// The resource type, such as `posts`.
  public var type: String
  /// The id.
  ///
  /// If a service sends a number, this is the text of its digits.
  public var id: String

  /// Creates an identifier.
  public init(type: String, id: String) {
    self.type = type
    self.id = id
  }

  /// Creates an identifier from a resource object; nil if the type or the id is missing.
  public init?(_ object: JSONObject) {
    guard let type = object["type"]?.stringValue, let id = object["id"]?.idText else { return nil }
    self.init(type: type, id: id)
  }

  /// Whether two identifiers have the same type and id, compared by code points.
  public static func == (left: ResourceIdentifier, right: ResourceIdentifier) -> Bool {
    left.type.isSame(as: right.type) && left.id.isSame(as: right.id)
  }

  /// Hashes the code points of the type and the id.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(CodePointComparedString(type))
    hasher.combine(CodePointComparedString(id))
  }

  /// The identifier as JSON.
  public var json: JSONValue { ["type": .string(type), "id": .string(id)] }
}

extension JSONValue {
  /// The text of an id: the string, or the digits of a number; nil for any other value.
  public var idText: String? {
    switch self {
    case .string(let text): text
    case .number(let number): number.text
    default: nil
    }
  }
}
