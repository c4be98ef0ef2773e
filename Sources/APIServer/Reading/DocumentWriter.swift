import JSONText
import SQLite

/// Writes rows as JSON:API resources, directly to bytes.
///
/// Each to-one relationship has `data`. A to-many relationship has `data` if the request includes the relationship.
/// Otherwise the relationship has the link `related`, so that a client sees that the relationship exists. There are no
/// other links.
///
/// If the dialect's `linksEverything` is true, each resource and each relationship has links, and only included
/// relationships have `data`.
struct DocumentWriter {
  private(set) var bytes: [UInt8] = []
  private let fieldsets: Fieldsets
  private let dialect: ProtocolDialect
  private var shapes: [String: EncodedMemberNames] = [:]

  /// The members of a type that the document shows, with their names already encoded as JSON.
  private struct EncodedMemberNames {
    /// The text after the id, which contains the type: `,"type":"posts"`.
    let type: [UInt8]
    let attributes: [(position: Int, column: Column)]
    let toOnes: [(position: Int, relationship: Relationship, type: [UInt8])]
    let toManies: [(relationship: Relationship, type: [UInt8])]

    init(_ type: ResourceType, _ fieldsets: Fieldsets) {
      self.type = Self.type(type.name)
      let own = type.attributes.enumerated().map { (position: $0.offset, column: $0.element) }
      attributes = own.filter { fieldsets.shows($0.column.member, of: type) }
      let shown = type.relationships.enumerated().filter { fieldsets.shows($0.element.name, of: type) }
      toOnes = shown.filter { $0.element.column != nil }.map {
        ($0.offset + type.attributes.count, $0.element, Self.type($0.element.type))
      }
      toManies = shown.filter { $0.element.column == nil }.map { ($0.element, Self.type($0.element.type)) }
    }

    private static func type(_ name: String) -> [UInt8] {
      var bytes = Array(#","type":"#.utf8)
      bytes.append(jsonString: name)
      return bytes
    }
  }

  init(_ fieldsets: Fieldsets, _ dialect: ProtocolDialect) {
    self.fieldsets = fieldsets
    self.dialect = dialect
  }

  /// Writes the member `data` with one resource.
  mutating func data(_ record: ResourceRow) {
    append(#"{"data":"#)
    resource(record)
  }

  /// Writes the member `data` with a list of resources.
  mutating func data(_ records: ArraySlice<ResourceRow>) {
    append(#"{"data":["#)
    list(records)
  }

  /// Writes the member `included`; writes nothing if `records` is empty.
  mutating func included(_ records: ArraySlice<ResourceRow>) {
    if records.isEmpty { return }
    append(#","included":["#)
    list(records)
  }

  /// Writes the end of the document.
  mutating func end() { append(dialect.documentEnd) }

  /// Appends text unchanged.
  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Appends text as a JSON string.
  mutating func append(string: String) { bytes.append(jsonString: string) }

  private mutating func list(_ records: ArraySlice<ResourceRow>) {
    for (index, record) in records.enumerated() {
      if index > 0 { append(",") }
      resource(record)
    }
    append("]")
  }

  private mutating func resource(_ record: ResourceRow) {
    let shape = shape(record.type)
    append(#"{"id":"#)
    append(key: record.key)
    bytes.append(contentsOf: shape.type)
    if dialect.linksEverything {
      append(#","links":{"self":"#)
      link([record.type.name, ResourceIDColumn.id(record.key)])
      append("}")
    }
    attributes(record, shape)
    relationships(record, shape)
    append("}")
  }

  private mutating func shape(_ type: ResourceType) -> EncodedMemberNames {
    if let shape = shapes[type.name] { return shape }
    let shape = EncodedMemberNames(type, fieldsets)
    shapes[type.name] = shape
    return shape
  }

  private mutating func attributes(_ record: ResourceRow, _ shape: EncodedMemberNames) {
    if shape.attributes.isEmpty { return }
    append(#","attributes":{"#)
    var isFirst = true
    for (position, column) in shape.attributes {
      if !isFirst { append(",") }
      isFirst = false
      bytes.append(contentsOf: column.label)
      column.encode(record.values[record.values.startIndex + position], into: &bytes)
    }
    append("}")
  }

  private mutating func relationships(_ record: ResourceRow, _ shape: EncodedMemberNames) {
    if shape.toOnes.isEmpty, shape.toManies.isEmpty { return }
    append(#","relationships":{"#)
    var separator = ""
    for (position, relationship, type) in shape.toOnes {
      append(separator)
      separator = ","
      bytes.append(contentsOf: relationship.label)
      toOne(relationship, type, record.values[record.values.startIndex + position], of: record)
    }
    for (relationship, type) in shape.toManies {
      append(separator)
      separator = ","
      bytes.append(contentsOf: relationship.label)
      toMany(relationship, type, of: record)
    }
    append("}")
  }

  private mutating func toOne(_ relationship: Relationship, _ type: [UInt8], _ key: SQLValue, of record: ResourceRow) {
    append("{")
    if dialect.linksEverything {
      links(relationship, of: record)
      guard record.linkages[relationship.name] != nil else { return append("}") }
      append(",")
    }
    append(#""data":"#)
    if key.isNull { append("null") } else { identifier(key, type) }
    append("}")
  }

  private mutating func toMany(_ relationship: Relationship, _ type: [UInt8], of record: ResourceRow) {
    append("{")
    let keys = record.linkages[relationship.name]
    if dialect.linksEverything || keys == nil { links(relationship, of: record) }
    guard let keys else { return append("}") }
    append(dialect.linksEverything ? #","data":["# : #""data":["#)
    for (index, key) in keys.enumerated() {
      if index > 0 { append(",") }
      identifier(key, type)
    }
    append("]}")
  }

  /// Writes the member `links` of a relationship.
  private mutating func links(_ relationship: Relationship, of record: ResourceRow) {
    let (type, id) = (record.type.name, ResourceIDColumn.id(record.key))
    append(#""links":{"#)
    if dialect.linksEverything {
      append(#""self":"#)
      link([type, id, "relationships", relationship.name])
      append(",")
    }
    append(#""related":"#)
    link([type, id, relationship.name])
    append("}")
  }

  private mutating func link(_ path: [String]) {
    append(string: "\(dialect.base)/\(path.map(FormURLEncoder.encoded).joined(separator: "/"))")
  }

  /// Writes a resource identifier, with the type before the id, as in jsonapi-resources.
  private mutating func identifier(_ key: SQLValue, _ type: [UInt8]) {
    append("{")
    bytes.append(contentsOf: type.dropFirst())
    append(#","id":"#)
    append(key: key)
    append("}")
  }

  private mutating func append(key: SQLValue) {
    if case .integer(let integer) = key { return append("\"\(integer)\"") }
    append(string: ResourceIDColumn.id(key))
  }
}
