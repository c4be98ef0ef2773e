import GRDB
import JSONText

/// Writes rows as resource objects.
///
/// A to-one relationship always has `data`; a to-many has it where it is included, and a link otherwise.
struct Renderer {
  let schema: Schema
  /// Types to the fields wanted of them.
  let fields: [String: Set<String>]
  let compound: CompoundRows

  func resource(
    _ row: StoredRow, _ type: ResourceType, _ inclusions: [QueryParameters.Inclusion], into bytes: inout [UInt8]
  ) {
    let id = ResourceKey.id(row.key)
    let wanted = fields[type.name]
    bytes.append(contentsOf: #"{"id":"#.utf8)
    bytes.append(jsonString: id)
    bytes.append(contentsOf: #","type":"#.utf8)
    bytes.append(jsonString: type.name)
    bytes.append(contentsOf: #","attributes":{"#.utf8)
    var isFirst = true
    for (column, value) in zip(type.columns, row.values) where type.isAttribute(column) {
      if let wanted, !wanted.contains(column.member) { continue }
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      bytes.append(contentsOf: column.label)
      column.encode(value, into: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
    relationships(row, id, type, inclusions, into: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  private func relationships(
    _ row: StoredRow, _ id: String, _ type: ResourceType, _ inclusions: [QueryParameters.Inclusion],
    into bytes: inout [UInt8]
  ) {
    let wanted = fields[type.name]
    let shown = type.relationships.filter { wanted?.contains($0.name) ?? true }
    if shown.isEmpty { return }
    bytes.append(contentsOf: #","relationships":{"#.utf8)
    for (index, relationship) in shown.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: relationship.label)
      if let column = relationship.column {
        let value = type.position(column.name).map { row.values[$0] } ?? .null
        bytes.append(contentsOf: #"{"data":"#.utf8)
        identifier(value.isNull ? nil : ResourceKey.id(value), relationship.type, into: &bytes)
      } else if inclusions.contains(where: { $0.relationship.name == relationship.name }) {
        bytes.append(contentsOf: #"{"data":["#.utf8)
        for (index, other) in compound.linkage(type.name, id, relationship.name).enumerated() {
          if index > 0 { bytes.append(UInt8(ascii: ",")) }
          identifier(other, relationship.type, into: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
      } else {
        bytes.append(contentsOf: #"{"links":{"related":"#.utf8)
        bytes.append(jsonString: "/\(type.name)/\(id)/\(relationship.name)")
        bytes.append(UInt8(ascii: "}"))
      }
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private func identifier(_ id: String?, _ type: String, into bytes: inout [UInt8]) {
    guard let id else { return bytes.append(contentsOf: "null".utf8) }
    bytes.append(contentsOf: #"{"type":"#.utf8)
    bytes.append(jsonString: type)
    bytes.append(contentsOf: #","id":"#.utf8)
    bytes.append(jsonString: id)
    bytes.append(UInt8(ascii: "}"))
  }

  /// Writes the member `included`, where anything is.
  func included(into bytes: inout [UInt8]) {
    guard !compound.rows.isEmpty else { return }
    bytes.append(contentsOf: #","included":["#.utf8)
    for (index, entry) in compound.rows.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      resource(entry.row, entry.type, entry.inclusions, into: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }
}

extension ResourceType {
  /// Whether a column is an attribute.
  func isAttribute(_ column: Column) -> Bool { attributes.contains { $0.name == column.name } }
}
