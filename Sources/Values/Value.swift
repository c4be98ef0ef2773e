public import JSONText

/// A value of the language, such as a number, a list or a resource.
///
/// The language never converts a value to another type by itself.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case duration(Duration)
  case time(Instant)
  case list([Value])
  /// The integers from the first bound to the second bound, both included.
  case range(Int, Int)
  case record(Record)
  indirect case resource(ResourceValue)
  indirect case page(PageValue)
  case stream(StreamValue)
  case client(ClientValue)
  indirect case connection(ConnectionValue)
  indirect case error(Fault)
  indirect case pattern(RegexValue)

  /// The name of the value's type, for error messages.
  public var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .number: "number"
    case .string: "string"
    case .duration: "duration"
    case .time: "time"
    case .list: "list"
    case .range: "range"
    case .record: "record"
    case .resource(let resource): resource.isIdentifier ? "identifier" : "resource"
    case .page: "page"
    case .stream: "stream"
    case .client: "client"
    case .connection: "connection"
    case .error: "error"
    case .pattern: "pattern"
    }
  }

  /// The type's name with its article: `a string`, `an error`, `null`.
  package var typeWithArticle: String {
    switch self {
    case .null: "null"
    case .error: "an error"
    case .resource(let resource) where resource.isIdentifier: "an identifier"
    default: "a \(typeName)"
    }
  }

  /// Whether the value is null.
  package var isNull: Bool { if case .null = self { true } else { false } }

  /// Creates a value from JSON.
  ///
  /// A JSON object with `type`, and with `attributes` or `relationships`, becomes a resource.
  public init(_ json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let number): self = .number(number)
    case .string(let string): self = .string(string)
    case .array(let array): self = .list(array.map { Value($0) })
    case .object(let object): self.init(object)
    }
  }

  /// Creates a resource or a record from a JSON object.
  ///
  /// An object with `type`, and with `attributes` or `relationships`, becomes a resource. Any other object becomes a
  /// record.
  package init(_ object: JSONObject) {
    self = ResourceValue(found: object).map { .resource($0) } ?? .record(Record(object))
  }
}
