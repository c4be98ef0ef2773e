import JSONText
package import Values

extension ResourceValue {
  /// The attributes whose values can be the title of a resource, in order of preference.
  private static let titles = ["title", "name", "label"]

  /// The text for this resource in the row of another resource, such as its title.
  ///
  /// Without a title, or if only the identifier is known, the text is the type and the id, such as `authors/1`.
  package var shownLabel: String {
    guard !isIdentifier else { return label }
    for name in Self.titles {
      if let title = attributes[name]?.stringValue, !title.isEmpty { return title }
    }
    return label
  }

  /// Returns the resource as a row of a displayed table or a card: its id, its attributes and its related resources.
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
  /// The value as a row of a displayed table.
  ///
  /// The row of a record or a resource consists of its fields. The row of any other value has one field, `value`.
  package var shownRow: Record {
    if case .resource(let resource) = self, !resource.isIdentifier { return resource.shownRow() }
    return row
  }

  /// The text that a displayed cell shows for the value.
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
