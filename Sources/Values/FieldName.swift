/// The name of a field and, if the name stands for a member of every resource object, this member.
package struct FieldName: Sendable {
  /// A member that is a field of every resource; it hides an attribute or a relationship with the same name.
  enum ResourceMember: String {
    case type, id, links, meta, attributes, relationships
  }

  /// The name as the script has it.
  let text: String
  /// The member; nil if the name stands for an attribute or a relationship.
  let part: ResourceMember?

  package init(_ text: String) {
    self.text = text
    part = ResourceMember(rawValue: text)
  }
}
