/// A resource type of a service, as the service's own schema describes the type.
public struct ServedTypeSchema: Sendable {
  /// The name of an attribute, and the kind of its values.
  ///
  /// The kind is `boolean`, `number`, `string` or `time`. Nil means that the kind is unknown.
  public typealias Attribute = (name: String, kind: String?)
  /// A relationship: its name, the type of the related resources, and whether it is to-many.
  public typealias Relationship = (name: String, type: String, isToMany: Bool)

  /// The name of the type, such as `posts`.
  public var name: String
  /// The attributes in the order of the schema.
  public var attributes: [Attribute]
  /// The relationships in the order of the schema.
  public var relationships: [Relationship]

  /// Creates a type.
  public init(name: String, attributes: [Attribute], relationships: [Relationship]) {
    self.name = name
    self.attributes = attributes
    self.relationships = relationships
  }
}
