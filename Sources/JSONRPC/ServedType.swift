/// A resource type that the service of a ``ServiceLink`` offers, according to the service's own schema.
public struct ServedType: Sendable {
  /// An attribute's name, and the kind of its values: `boolean`, `number`, `string` or `time`; the kind is nil if it is
  /// unknown.
  public typealias Attribute = (name: String, kind: String?)
  /// A relationship to resources of a type.
  public typealias Relationship = (name: String, type: String, isToMany: Bool)

  /// The name of the type: `posts`.
  public var name: String
  /// The attributes in order.
  public var attributes: [Attribute]
  /// The relationships in order.
  public var relationships: [Relationship]

  /// Creates a type.
  public init(name: String, attributes: [Attribute], relationships: [Relationship]) {
    self.name = name
    self.attributes = attributes
    self.relationships = relationships
  }
}
