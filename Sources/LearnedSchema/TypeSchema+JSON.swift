import JSONText

/// The file format of a schema.
extension TypeSchema {
  /// Returns the schema as a JSON object.
  ///
  /// - Parameter withValues: Whether to include example values of attributes, and ids.
  /// - Returns: The JSON object.
  func json(withValues: Bool) -> JSONValue {
    var object = JSONObject()
    object["attributes"] = .object(JSONObject(attributes.entries.map { ($0, $1.json(withValues: withValues)) }))
    object["relationships"] = .object(JSONObject(relationships.entries.map { ($0, $1.json) }))
    for (parameter, table) in verdicts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      object[parameter.rawValue] = .object(JSONObject(table.entries.map { ($0, $1.json) }))
    }
    if withValues { object["ids"] = .array(JSONArray(ids.map { .string($0) })) }
    return .object(object)
  }

  /// Reads a schema from JSON; ignores unknown members.
  init(_ json: JSONValue) {
    for (name, value) in json["attributes"]?.objectValue ?? [:] {
      attributes.update(name, Attribute(value)) { _ in }
    }
    for (name, value) in json["relationships"]?.objectValue ?? [:] {
      relationships.update(name, Relationship(value)) { _ in }
    }
    for parameter in QueryParameter.allCases {
      for (name, value) in json[parameter.rawValue]?.objectValue ?? [:] {
        take(name, in: parameter, isAccepted: value["accepted"]?.boolValue ?? true, at: value.seen)
      }
    }
    for id in (json["ids"]?.first(Self.idLimit) ?? []).reversed() {
      if let id = id.stringValue { take(id: id) }
    }
  }
}

extension TypeSchema.Attribute {
  fileprivate func json(withValues: Bool) -> JSONValue {
    var object = JSONObject()
    object["kinds"] = .array(JSONArray(kinds.map(\.rawValue).sorted().map { .string($0) }))
    if isNullable { object["nullable"] = true }
    if withValues {
      object["values"] = .array(JSONArray(values))
      if hasMoreValues { object["more"] = true }
    }
    object["seen"] = .number(JSONNumber(seen))
    return .object(object)
  }

  fileprivate init(_ json: JSONValue) {
    kinds = Set((json["kinds"]?.first(10) ?? []).compactMap { $0.stringValue.flatMap { Kind(rawValue: $0) } })
    isNullable = json["nullable"]?.boolValue ?? false
    hasMoreValues = json["more"]?.boolValue ?? false
    for value in json["values"]?.first(Self.fewValues) ?? [] where value.isScalar { add(value) }
    seen = json.seen
  }
}

extension TypeSchema.Relationship {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["types"] = .array(JSONArray(types.map { .string($0) }))
    object["many"] = isToMany.map { .bool($0) }
    object["seen"] = .number(JSONNumber(seen))
    return .object(object)
  }

  fileprivate init(_ json: JSONValue) {
    for type in json["types"]?.first(8) ?? [] { take(type: type.stringValue ?? "") }
    isToMany = json["many"]?.boolValue
    seen = json.seen
  }
}

extension TypeSchema.QueryNameAcceptance {
  fileprivate var json: JSONValue { ["accepted": .bool(isAccepted), "seen": .number(JSONNumber(seen))] }
}

extension JSONValue {
  /// Returns the first elements of an array; empty for other values.
  func first(_ count: Int) -> [JSONValue] { arrayValue.map { Array($0.prefix(count)) } ?? [] }

  fileprivate var seen: Int { self["seen"]?.numberValue?.integer ?? 0 }

  /// Whether the value is a text or a number, and has at most 60 bytes.
  fileprivate var isScalar: Bool {
    switch self {
    case .string(let text): text.utf8.count <= 60
    case .number(let number): number.text.utf8.count <= 60
    default: false
    }
  }
}
