public import JSONText

/// Fields in their order: a JSON object as it was parsed, or fields that a statement made.
public struct Record: Sendable {
  /// A field's name and value.
  public typealias Field = (name: String, value: Value)

  private enum Storage: Sendable {
    case json(JSONObject)
    case fields([Field])
  }

  private var storage: Storage

  /// Creates a record of a JSON object, whose members are decoded when they are touched.
  public init(_ object: JSONObject) { storage = .json(object) }

  /// Creates a record of fields with different names.
  public init(_ fields: [Field]) { storage = .fields(fields) }

  /// The field of a name, or nil.
  public subscript(name: String) -> Value? {
    switch storage {
    case .json(let object): object[name].map { Value($0) }
    case .fields(let fields): fields.first { $0.name == name }?.value
    }
  }

  /// The names in their order.
  public var names: [String] {
    switch storage {
    case .json(let object): object.keys
    case .fields(let fields): fields.map(\.name)
    }
  }

  /// The fields in their order.
  public var fields: [Field] {
    switch storage {
    case .json(let object): object.map { ($0.key, Value($0.value)) }
    case .fields(let fields): fields
    }
  }

  /// The number of fields.
  public var count: Int {
    switch storage {
    case .json(let object): object.count
    case .fields(let fields): fields.count
    }
  }

  /// The object it was made of, as long as nothing was changed.
  package var json: JSONObject? { if case .json(let object) = storage { object } else { nil } }

  /// The record with another's fields added; where both have one, the other's counts.
  package func merging(_ other: Record) -> Record {
    var result = fields
    for field in other.fields {
      if let index = result.firstIndex(where: { $0.name == field.name }) {
        result[index].value = field.value
      } else {
        result.append(field)
      }
    }
    return Record(result)
  }
}
