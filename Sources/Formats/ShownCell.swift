import JSONText
package import Values

extension ResourceValue {
  /// The attributes that can be used as a resource's title, in order of preference.
  private static let titles = ["title", "name", "label"]

  /// The text that stands for this resource in a relationship: its title, or `authors/1` if only the identifier is
  /// known or the resource has no title.
  package var shownLabel: String {
    guard !isIdentifier else { return label }
    for name in Self.titles {
      if let title = attributes[name]?.stringValue, !title.isEmpty { return title }
    }
    return label
  }

  /// Returns the resource's row in tables and cards: id, attributes and related resources.
  package func shownRow() -> Record {
    let names = relationships.keys
    return Record(
      flat().fields.map { name, value in
        guard names.has(name), case .some(.some(let linked)) = try? relationship(name) else { return (name, value) }
        return (name, linked)
      })
  }
}

extension Value {
  /// The value as a displayed row: the fields of a record or a resource; any other value is one field, `value`.
  package var shownRow: Record {
    if case .resource(let resource) = self, !resource.isIdentifier { return resource.shownRow() }
    return row
  }

  /// The text of a displayed cell: a string unchanged, null as an empty text, a relationship as its title or `type/id`.
  package var shownCell: String {
    switch self {
    case .resource(let resource): resource.shownLabel
    case .duration(let duration): duration.shown
    case .list(let elements) where !elements.isEmpty && elements.allSatisfy(\.isResource):
      elements.map(\.shownCell).joined(separator: ", ")
    default: cell
    }
  }

  private var isResource: Bool { if case .resource = self { true } else { false } }
}
