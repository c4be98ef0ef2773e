import JSONText

/// The attributes and relationships that a reply shows, by type (JSON:API "Sparse Fieldsets").
struct Fieldsets {
  private var members: [String: Set<String>] = [:]

  /// Parses the parameter `fields`, such as `{"posts": "text,author"}`.
  ///
  /// Each key of the object is a type. Each value lists attributes and relationships of the type, separated by commas.
  static func parse(_ fields: JSONValue?, in schema: Schema) throws(RequestRefusal) -> Fieldsets {
    var fieldsets = Fieldsets()
    guard let fields else { return fieldsets }
    guard let fields = fields.objectValue else { throw RequestRefusal(.fieldsWithoutType) }
    var errors: [ErrorInBothWordings] = []
    for (name, value) in fields {
      guard let type = schema.types[name] else {
        errors.append(.invalidResource(name))
        continue
      }
      guard let names = value.stringValue else {
        errors.append(.invalidField(value.text, of: name))
        continue
      }
      let members = names.split(separator: ",").map(String.init)
      let unknown = members.filter { $0 != "id" && type.attribute($0) == nil && type.relationship($0) == nil }
      errors += unknown.map { .invalidField($0, of: name) }
      fieldsets.members[name] = Set(members)
    }
    guard errors.isEmpty else { throw RequestRefusal(errors) }
    return fieldsets
  }

  /// Whether the reply shows an attribute or a relationship of a type.
  ///
  /// If the request has no fieldset for the type, the reply shows all attributes and relationships.
  func shows(_ member: String, of type: ResourceType) -> Bool { members[type.name]?.contains(member) ?? true }
}
