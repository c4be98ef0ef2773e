import JSONAPI
import JSONText

/// The parameters of `index` and `show`, held against the schema.
struct QueryParameters {
  /// The largest page.
  static let largestPage = 1000
  private static let usualPage = 10

  /// A relationship to bring along, and what to bring along of it.
  struct Inclusion {
    var relationship: Relationship
    var type: ResourceType
    var inner: [Inclusion]
  }

  /// What to sort by: an attribute, of the type itself or of what a to-one relationship leads to.
  struct Order {
    var column: Column
    var through: Relationship?
    var descends: Bool
  }

  var filter: [(name: String, values: [String])] = []
  var order: [Order] = []
  var inclusions: [Inclusion] = []
  /// Types to the fields wanted of them.
  var fields: [String: Set<String>] = [:]
  var page = (number: 1, size: QueryParameters.usualPage)
  /// The parameters that links repeat, by name.
  var repeated: [(name: String, value: String)] = []

  init(_ params: JSONObject, _ type: ResourceType, _ schema: Schema) throws(Failure) {
    fields = try Self.fields(params["fields"], schema)
    filter = try Self.filter(params["filter"], type)
    for path in try Self.list(params["include"], "include") { try include(path, type, schema) }
    order = try Self.list(params["sort"], "sort").map { part throws(Failure) in try Self.order(part, type, schema) }
    page = try Self.page(params["page"])
    repeated = Self.repeated(params)
  }

  private static func list(_ json: JSONValue?, _ name: String) throws(Failure) -> [String] {
    guard let json else { return [] }
    guard let text = json.stringValue else {
      throw Failure("400", "104", "Invalid field", "\(name) is not a string.", parameter: name)
    }
    return text.split(separator: ",").map(String.init)
  }

  private static func fields(_ json: JSONValue?, _ schema: Schema) throws(Failure) -> [String: Set<String>] {
    guard let json else { return [:] }
    guard let object = json.objectValue else {
      throw Failure("400", "119", "Invalid field format", "Fields must specify a type.")
    }
    var result: [String: Set<String>] = [:]
    for (name, value) in object {
      guard let type = schema.types[name] else {
        throw Failure("400", "101", "Invalid resource", "\(name) is not a valid resource.")
      }
      guard let text = value.stringValue else {
        throw Failure("400", "104", "Invalid field", "\(value.text) is not a valid field for \(name).")
      }
      for field in text.split(separator: ",").map(String.init) {
        guard type.attribute(field) != nil || type.relationship(field) != nil else {
          throw Failure("400", "104", "Invalid field", "\(field) is not a valid field for \(name).")
        }
        result[name, default: []].insert(field)
      }
    }
    return result
  }

  private static func filter(
    _ json: JSONValue?, _ type: ResourceType
  ) throws(Failure) -> [(name: String, values: [String])] {
    guard let json else { return [] }
    guard let object = json.objectValue else {
      throw Failure("400", "120", "Invalid filters syntax", "\(json.text) is not a valid syntax for filtering.")
    }
    var result: [(name: String, values: [String])] = []
    for (name, value) in object {
      guard name == "id" || type.attribute(name) != nil || type.relationship(name) != nil else {
        throw Failure("400", "102", "Filter not allowed", "\(name) is not allowed.", parameter: "filter")
      }
      let text: String
      switch value {
      case .string(let string): text = string
      case .number(let number): text = number.text
      case .bool(let flag): text = flag ? "true" : "false"
      default:
        throw Failure("400", "102", "Filter not allowed", "the value of \(name) is not a string.", parameter: "filter")
      }
      result.append((name, text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)))
    }
    return result
  }

  private mutating func include(_ path: String, _ type: ResourceType, _ schema: Schema) throws(Failure) {
    try Self.include(path.split(separator: ".").map(String.init)[...], type, schema, &inclusions)
  }

  private static func include(
    _ path: ArraySlice<String>, _ type: ResourceType, _ schema: Schema, _ inclusions: inout [Inclusion]
  ) throws(Failure) {
    guard let name = path.first else { return }
    guard let relationship = type.relationship(name), let other = schema.types[relationship.type] else {
      throw Failure(
        "400", "112", "Invalid field", "\(name) is not a valid relationship of \(type.name)", parameter: "include")
    }
    let known = inclusions.firstIndex { $0.relationship.name == name }
    let index = known ?? inclusions.count
    if known == nil { inclusions.append(Inclusion(relationship: relationship, type: other, inner: [])) }
    try include(path.dropFirst(), other, schema, &inclusions[index].inner)
  }

  private static func order(_ part: String, _ type: ResourceType, _ schema: Schema) throws(Failure) -> Order {
    let descends = part.hasPrefix("-")
    let path = part.drop { $0 == "-" }.split(separator: ".").map(String.init)
    if path.count == 1, let column = type.sortable(path[0]) {
      return Order(column: column, through: nil, descends: descends)
    }
    if path.count == 2, let relationship = type.relationship(path[0]), relationship.column != nil,
      let column = schema.types[relationship.type]?.sortable(path[1])
    {
      return Order(column: column, through: relationship, descends: descends)
    }
    throw Failure(
      "400", "114", "Invalid sort criteria",
      "\(path.joined(separator: ".")) is not a valid sort criteria for \(type.name)",
      parameter: "sort")
  }

  private static func page(_ json: JSONValue?) throws(Failure) -> (number: Int, size: Int) {
    guard let json else { return (1, usualPage) }
    guard let object = json.objectValue else {
      throw Failure("400", "117", "Invalid Page Object", "Invalid Page Object.", parameter: "page")
    }
    for name in object.keys where name != "number" && name != "size" {
      throw Failure("400", "105", "Page parameter not allowed", "\(name) is not an allowed page parameter.")
    }
    let number = try member(object["number"], "number") ?? 1
    let size = try member(object["size"], "size") ?? usualPage
    guard size <= largestPage else {
      throw Failure(
        "422", "118", "Exceeds Maximum", "size exceeds maximum page size of \(largestPage).", pointer: "/page/size",
        meta: ["maximum": .number(JSONNumber(largestPage))])
    }
    return (number, size)
  }

  private static func member(_ json: JSONValue?, _ name: String) throws(Failure) -> Int? {
    guard let json else { return nil }
    guard let value = json.numberValue?.integer ?? json.stringValue.flatMap({ Int($0) }), value >= 1 else {
      throw Failure("400", "118", "Invalid page value", "\(json.text) is not a valid value for \(name) page parameter.")
    }
    return value
  }

  private static func repeated(_ params: JSONObject) -> [(name: String, value: String)] {
    var result: [(name: String, value: String)] = []
    for name in ["fields", "filter"] {
      for (key, value) in params[name]?.objectValue ?? [:] {
        result.append(("\(name)[\(key)]", value.stringValue ?? value.text))
      }
    }
    for name in ["include", "sort"] {
      if let text = params[name]?.stringValue { result.append((name, text)) }
    }
    return result
  }
}

extension ResourceType {
  /// What rows can be sorted by: an attribute, or the id.
  fileprivate func sortable(_ member: String) -> Column? {
    attribute(member) ?? (member == "id" ? columns.first { $0.name == key.name } : nil)
  }
}
