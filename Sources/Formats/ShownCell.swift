import JSONText
package import Values

extension ResourceValue {
  /// The attributes that can be the title of a resource, in order of preference.
  private static let titles = ["title", "name", "label"]

  /// The text that a table shows for this resource in a relationship.
  ///
  /// The text is the resource's title. If the resource has no title, or only its identifier is known, the text is
  /// `authors/1`.
  package var shownLabel: String {
    guard !isIdentifier else { return label }
    for name in Self.titles {
      if let title = attributes[name]?.stringValue, !title.isEmpty { return title }
    }
    return label
  }

  /// Returns the row of the resource in tables and cards: its id, its attributes and its related resources.
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
  /// The row of the value in a displayed table.
  ///
  /// A record or a resource gives its fields. Any other value gives one field, `value`.
  package var shownRow: Record {
    if case .resource(let resource) = self, !resource.isIdentifier { return resource.shownRow() }
    return row
  }

  /// The text of a displayed cell.
  ///
  /// A string stays unchanged, and null becomes an empty text. A related resource becomes its title, or `TYPE/ID` if it
  /// has no title.
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
