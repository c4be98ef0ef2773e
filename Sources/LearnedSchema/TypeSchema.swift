public import JSONText

/// The schema of a resource type, learned from replies (JSON:API 1.0, "Resource Objects").
public struct TypeSchema: Sendable {
  /// The observed properties of an attribute: the kinds of its values, and some values.
  public struct Attribute: Sendable {
    /// A kind of value that an attribute can have, such as a number or a time.
    public enum Kind: String, Sendable, CaseIterable {
      case boolean, number, string, list, record
      /// Text in the form of RFC 3339.
      case time
    }

    /// The observed kinds of values.
    public internal(set) var kinds: Set<Kind> = []
    /// Whether null was observed.
    public internal(set) var isNullable = false
    /// The distinct observed values; the list is incomplete if ``hasMoreValues`` is true.
    public internal(set) var values: [JSONValue] = []
    /// Whether the attribute has more distinct values than the schema stores.
    public internal(set) var hasMoreValues = false
    /// The time of the last observation, in seconds since 1970; 0 before the first observation.
    public internal(set) var seen = 0
    /// Whether ``kinds`` comes from the service's own schema, and not from observed values.
    ///
    /// If true, the kind of the first observed value replaces ``kinds``.
    var isAssumed = false

    /// The maximum number of distinct values of an attribute that the schema stores.
    ///
    /// If an attribute has more distinct values, the schema stores only `examples` of them.
    static let fewValues = 12
    /// The number of example values that the schema stores for an attribute with more than `fewValues` values.
    static let examples = 3
  }

  /// The observed properties of a relationship: the types of the related resources, and whether it is to-many.
  public struct Relationship: Sendable {
    /// The observed types of the related resources.
    public internal(set) var types: [String] = []
    /// Whether the relationship is to-many; nil if the schema does not know.
    public internal(set) var isToMany: Bool?
    /// The time of the last observation, in seconds since 1970.
    public internal(set) var seen = 0
  }

  /// Whether the service accepts a name in a query parameter, such as a field in `sort`.
  public struct QueryNameAcceptance: Sendable {
    /// Whether the service accepted the name.
    public internal(set) var isAccepted: Bool
    /// The time of the reply, in seconds since 1970.
    public internal(set) var seen: Int
  }

  /// The query parameters that contain names of attributes or relationships.
  public enum QueryParameter: String, Sendable, CaseIterable {
    case filter, sort, include
  }

  /// The attributes, in the order of observation.
  public internal(set) var attributes = BoundedDictionary<Attribute>(limit: 300)
  /// The relationships, in the order of observation.
  public internal(set) var relationships = BoundedDictionary<Relationship>(limit: 300)
  /// The names that requests used in each query parameter, and whether the service accepted each name.
  public internal(set) var verdicts: [QueryParameter: BoundedDictionary<QueryNameAcceptance>] = [:]
  /// The ids of the last observed resources, latest first.
  public internal(set) var ids: [String] = []

  /// Creates an empty schema.
  public init() {}

  /// The maximum number of ids.
  static let idLimit = 20

  /// Returns the names that the service accepted (or refused, if `accepted` is false) in a query parameter.
  public func names(in parameter: QueryParameter, accepted: Bool = true) -> [String] {
    verdicts[parameter]?.entries.filter { $0.value.isAccepted == accepted }.map(\.name) ?? []
  }

  /// Whether no attribute, relationship or requested name is known.
  public var isEmpty: Bool { attributes.isEmpty && relationships.isEmpty && verdicts.isEmpty }

  /// Records that the service accepted or refused a name in a query parameter, such as a field in `sort`.
  mutating func take(_ name: String, in parameter: QueryParameter, isAccepted: Bool, at time: Int) {
    let verdict = QueryNameAcceptance(isAccepted: isAccepted, seen: time)
    verdicts[parameter, default: BoundedDictionary(limit: 200)].update(name, verdict) { $0 = verdict }
  }

  /// Records the attributes and relationships that the service's own schema declares.
  mutating func learn(
    _ attributes: [(name: String, kind: String?)], _ relationships: [(name: String, type: String, isToMany: Bool)]
  ) {
    for (name, kind) in attributes {
      self.attributes.update(name, Attribute()) { attribute in
        // The kind is only assumed: a declared string can turn out to be a time.
        guard attribute.kinds.isEmpty, let kind = kind.flatMap(Attribute.Kind.init) else { return }
        attribute.kinds.insert(kind)
        attribute.isAssumed = true
      }
    }
    for (name, type, isToMany) in relationships {
      self.relationships.update(name, Relationship()) { relationship in
        relationship.take(type: type)
        relationship.isToMany = relationship.isToMany ?? isToMany
      }
    }
  }

  /// Records the id of a resource of the type.
  mutating func take(id: String) {
    guard id.utf8.count <= BoundedDictionary<QueryNameAcceptance>.nameLimit, ids.first != id else { return }
    ids.removeAll { $0 == id }
    ids.insert(id, at: 0)
    if ids.count > Self.idLimit { ids.removeLast() }
  }
}

extension TypeSchema.Attribute {
  /// Records a value of the attribute.
  mutating func take(_ value: JSONValue, isSecret: Bool, at time: Int) {
    seen = time
    if isAssumed, !value.isNull { (kinds, isAssumed) = ([], false) }
    switch value {
    case .null: isNullable = true
    case .bool: kinds.insert(.boolean)
    case .number: add(value, .number, isSecret)
    case .string(let text):
      let kind = text.isTime ? Kind.time : .string
      add(value, kind, isSecret || text.utf8.count > 60)
    case .array: kinds.insert(.list)
    case .object: kinds.insert(.record)
    }
  }

  private mutating func add(_ value: JSONValue, _ kind: Kind, _ isLeftOut: Bool) {
    kinds.insert(kind)
    if isLeftOut {
      hasMoreValues = true
    } else {
      add(value)
    }
  }

  /// Adds a value to `values`, or records that the attribute has more values than the schema stores.
  mutating func add(_ value: JSONValue) {
    if hasMoreValues, values.count >= Self.examples || values.contains(value) { return }
    if values.contains(value) { return }
    values.append(value)
    guard values.count > Self.fewValues else { return }
    hasMoreValues = true
    values.removeLast(values.count - Self.examples)
  }
}

extension TypeSchema.Relationship {
  /// Records what a relationship object shows: the types of the related resources, and whether it is to-many.
  mutating func take(_ relationship: JSONValue, at time: Int) {
    seen = time
    guard let data = relationship["data"] else { return }
    if let list = data.arrayValue {
      isToMany = true
      for linkage in list.prefix(4) { take(linkage["type"]) }
    } else {
      isToMany = false
      take(data["type"])
    }
  }

  private mutating func take(_ type: JSONValue?) {
    guard let type = type?.stringValue else { return }
    take(type: type)
  }

  /// Records a type of the related resources.
  mutating func take(type: String) {
    if !type.isEmpty, types.count < 8, type.utf8.count <= 200, !types.contains(type) { types.append(type) }
  }
}

extension String {
  /// Whether the text has the form of a date and time in RFC 3339, section 5.6.
  fileprivate var isTime: Bool {
    guard (19...40).contains(utf8.count) else { return false }
    let bytes = Array(utf8.prefix(19))
    let signs: [(Int, UInt8)] = [(4, 0x2D), (7, 0x2D), (13, 0x3A), (16, 0x3A)]
    return signs.allSatisfy { bytes[$0.0] == $0.1 } && [0x54, 0x74, 0x20].contains(bytes[10])
      && bytes.prefix(4).allSatisfy { (0x30...0x39).contains($0) }
  }
}
