import JSONText
import Language
package import Values

extension ResourceValue {
  /// Returns the resource as a row of a table or a csv file: its id, its attributes, and the ids of related resources.
  package func flat() -> Record {
    var fields: [Record.Field] = [("id", id.map { .string($0) } ?? .null)]
    let relationships = relationships
    for (name, value) in attributes where !relationships.contains(name) && name != "id" {
      fields.append((name, Value(value)))
    }
    for (name, relationship) in relationships {
      switch relationship["data"] {
      case .object(let identifier)?: fields.append((name, .string(ResourceValue(identifier).id ?? "")))
      case .null?: fields.append((name, .null))
      case .array(let array)?:
        fields.append(
          (
            name,
            .string(
              array.compactMap { $0["id"].flatMap { $0.stringValue ?? $0.numberValue?.text } }.joined(separator: " "))
          ))
      default: break
      }
    }
    return Record(fields)
  }
}

extension Value {
  /// The value as a row of a table.
  ///
  /// The row of a record or a resource consists of its fields. The row of any other value has one field, `value`.
  package var row: Record {
    switch self {
    case .record(let record): record
    case .resource(let resource):
      resource.isIdentifier
        ? Record([("type", .string(resource.type)), ("id", .string(resource.id ?? ""))]) : resource.flat()
    default: Record([("value", self)])
    }
  }

  /// The text of a cell in a csv file.
  ///
  /// Null becomes an empty text. Related resources become their ids, with spaces between the ids. Any other value
  /// becomes its exact text.
  package var cell: String {
    switch self {
    case .null: ""
    case .duration(let duration): duration.text
    case .resource(let resource): resource.id ?? ""
    case .list(let elements) where elements.allSatisfy(\.isResource): elements.map(\.cell).joined(separator: " ")
    default: (try? exactText()) ?? typeName
    }
  }

  private var isResource: Bool { if case .resource = self { true } else { false } }

  /// Whether the value is a number.
  ///
  /// A table aligns a column of numbers to the right.
  package var isNumber: Bool { if case .number = self { true } else { false } }
}
