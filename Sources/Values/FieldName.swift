/// The name of a field, and the part of a resource that it names.
package struct FieldName: Sendable {
  /// A field of every resource; it hides an attribute or a relationship with the same name.
  enum Part: String {
    case type, id, links, meta, attributes, relationships
  }

  /// The name.
  let text: String
  /// The part of a resource; nil for the name of an attribute or a relationship.
  let part: Part?

  package init(_ text: String) {
    self.text = text
    part = Part(rawValue: text)
  }
}
