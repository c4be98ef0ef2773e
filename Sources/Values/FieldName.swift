/// The name of a field, as a script writes it.
///
/// The name can stand for a member that every resource object has, such as `type`.
package struct FieldName: Sendable {
  /// A member that is a field of every resource.
  ///
  /// The member hides an attribute or a relationship with the same name.
  enum ResourceMember: String {
    case type, id, links, meta, attributes, relationships
  }

  /// The name, spelled as in the script.
  let text: String
  /// The member of resource objects that the name stands for; nil for an attribute or a relationship.
  let part: ResourceMember?

  package init(_ text: String) {
    self.text = text
    part = ResourceMember(rawValue: text)
  }
}
