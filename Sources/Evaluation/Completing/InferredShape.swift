import Client
import JSONText
import LearnedSchema
import Values

/// What completion knows about a value before the statement runs.
///
/// For example, the shape of the command `show posts 1` is a resource of the type `posts`.
indirect enum InferredShape {
  case unknown
  /// A known value, such as the value of a variable.
  case value(Value)
  case resource(ResourceShape)
  /// A list, a page or a stream.
  case elements(InferredShape)
  case record([(name: String, shape: InferredShape)])
  case attribute(TypeSchema.Attribute)
  case client(ClientShape)
  case connection
  case error
  case scalar

  /// What completion knows about a resource: its type, and the schema that the program has learned from its queue.
  struct ResourceShape {
    var queue: QueueSchema
    var type: String
    var keys: ClientSettings.KeyFormat

    var schema: TypeSchema { queue[type] ?? TypeSchema() }
  }

  /// What completion knows about a client: the resources that the client requests, and a description.
  ///
  /// For example, the user types `let posts = client queue: "posts"`. Completion then knows that `posts` requests
  /// resources of the type `posts`, and shows the description `client of queue posts`.
  struct ClientShape {
    var resource: ResourceShape
    var note: String
  }
}

extension InferredShape {
  /// A field: its name, its description and its shape.
  typealias Field = (name: String, note: String?, shape: InferredShape)

  /// The known fields of the value, which `.field` can read.
  var fields: [Field] {
    switch self {
    case .resource(let resource): resource.fields
    case .record(let fields): fields.map { ($0.name, nil, $0.shape) }
    case .error: ["kind", "message", "errors", "place", "seed"].map { ($0, nil, .scalar) }
    case .client: ClientValue.fieldNames.map { ($0, nil, .scalar) }
    case .value(let value): Self.fields(of: value)
    case .unknown, .elements, .attribute, .connection, .scalar: []
    }
  }

  private static func fields(of value: Value) -> [Field] {
    switch value {
    case .record(let record):
      record.names.prefix(500).map { name -> Field in
        (name, nil, record[name].map { InferredShape.value($0) } ?? .unknown)
      }
    case .resource(let resource):
      resource.fieldNames.map { name -> Field in
        let field = try? resource.field(name)
        return (name, field.map(\.typeName), field.map { InferredShape.value($0) } ?? .unknown)
      }
    case .page(let page):
      [
        ("items", "list", .value(.list(page.items))), ("pagination", nil, .value(page.pagination)),
        ("meta", nil, .value(page.meta)), ("links", nil, .value(page.links)),
      ]
    case .error: InferredShape.error.fields
    case .client: ClientValue.fieldNames.map { ($0, nil, .scalar) }
    default: []
    }
  }

  /// Returns the shape of the field with the given name.
  func field(_ name: String) -> InferredShape { fields.first { $0.name == name }?.shape ?? .unknown }

  /// The shape of one element of the value.
  ///
  /// A value without elements, such as a record, is its own element.
  var element: InferredShape {
    switch self {
    case .elements(let element): element
    case .value(.list(let elements)): elements.first.map { .value($0) } ?? .unknown
    case .value(.page(let page)): page.items.first.map { .value($0) } ?? .unknown
    case .value(.range): .scalar
    case .value(.stream): .unknown
    default: self
    }
  }
}

extension InferredShape.ResourceShape {
  /// The fields of the resource, with their names in the client's spelling.
  var fields: [InferredShape.Field] {
    let schema = schema
    let attributes = schema.attributes.entries.map { name, attribute -> InferredShape.Field in
      (spelled(name), attribute.note, .attribute(attribute))
    }
    let relationships = schema.relationships.entries.map { name, relationship -> InferredShape.Field in
      (spelled(name), relationship.note, related(relationship))
    }
    let members: [InferredShape.Field] = [("id", "the id", .scalar), ("type", "the type", .scalar)]
    return members + relationships + attributes.filter { field in !relationships.contains { $0.name == field.name } }
  }

  /// Returns the shape of the value to which a relationship refers: a resource, or a list of resources.
  func related(_ relationship: TypeSchema.Relationship) -> InferredShape {
    guard let type = relationship.types.first else { return .unknown }
    let shape = InferredShape.resource(Self(queue: queue, type: type, keys: keys))
    return relationship.isToMany == true ? .elements(shape) : shape
  }

  /// Returns a name in the client's spelling: `created_at` for `created-at` if the client uses underscores.
  func spelled(_ name: String) -> String {
    keys == .underscore ? String(name.map { $0 == "-" ? "_" : $0 }) : name
  }

  /// Returns the relationship that has the given name in the client's spelling; nil if the relationship is unknown.
  func relationship(_ name: String) -> TypeSchema.Relationship? {
    schema.relationships.entries.first { spelled($0.name) == name }?.value
  }

  /// Returns the attribute that has the given name in the client's spelling; nil if the attribute is unknown.
  func attribute(_ name: String) -> TypeSchema.Attribute? {
    schema.attributes.entries.first { spelled($0.name) == name }?.value
  }
}

extension TypeSchema.Attribute {
  /// The description of an attribute, for completion: `string or null: "draft", "published"`.
  var note: String {
    let kinds = (kinds.map(\.rawValue).sorted() + (isNullable ? ["null"] : [])).joined(separator: " or ")
    guard !values.isEmpty, !kinds.contains("time") else { return kinds }
    return "\(kinds): " + values.prefix(4).map(\.text).joined(separator: ", ")
      + (hasMoreValues || values.count > 4 ? ", ..." : "")
  }
}

extension TypeSchema.Relationship {
  /// The description of a relationship, for completion: `to many tags`.
  var note: String {
    let number = isToMany.map { $0 ? "to many " : "to one " } ?? "to "
    return types.isEmpty ? "relationship" : number + types.joined(separator: " or ")
  }
}
