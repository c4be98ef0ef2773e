import GRDB
import JSONAPI

/// The rows that a document includes, and what its to-many relationships lead to; a query for each level.
final class CompoundRows {
  /// A resource's place among those that were read.
  struct Key: Hashable {
    var type: String
    var id: String
  }

  private let db: Database
  private let schema: Schema
  /// What is included, in the order it was read.
  private(set) var rows: [(type: ResourceType, row: StoredRow, inclusions: [QueryParameters.Inclusion])] = []
  private var seen: Set<Key>
  /// The ids of to-many relationships, by resource and name.
  private var linkages: [Key: [String: [String]]] = [:]
  private static let batch = 500

  init(
    db: Database, schema: Schema, type: ResourceType, rows primary: [StoredRow],
    _ inclusions: [QueryParameters.Inclusion]
  ) throws {
    self.db = db
    self.schema = schema
    seen = inclusions.isEmpty ? [] : Set(primary.map { Key(type: type.name, id: ResourceKey.id($0.key)) })
    try follow(inclusions, from: type, primary)
  }

  func linkage(_ type: String, _ id: String, _ name: String) -> [String] {
    linkages[Key(type: type, id: id)]?[name] ?? []
  }

  private func follow(_ inclusions: [QueryParameters.Inclusion], from type: ResourceType, _ rows: [StoredRow]) throws {
    for inclusion in inclusions where !rows.isEmpty {
      let found = try related(inclusion, of: type, rows)
      for row in found where seen.insert(Key(type: inclusion.type.name, id: ResourceKey.id(row.key))).inserted {
        self.rows.append((inclusion.type, row, inclusion.inner))
      }
      try follow(inclusion.inner, from: inclusion.type, found)
    }
  }

  private func related(
    _ inclusion: QueryParameters.Inclusion, of type: ResourceType, _ rows: [StoredRow]
  ) throws -> [StoredRow] {
    let other = inclusion.type
    switch inclusion.relationship.storage {
    case .toOne(let column):
      guard let position = type.position(column.name) else { return [] }
      let keys = Self.unique(rows.map { $0.values[position] }.filter { !$0.isNull })
      return try fetch(
        "SELECT NULL, \(other.selection) FROM \(other.quoted) t WHERE t.\(other.key.quoted) IN", keys, other
      ).map(\.row)
    case .reverse(let column, _):
      let found = try fetch(
        "SELECT t.\(column.quotedForSQL), \(other.selection) FROM \(other.quoted) t WHERE t.\(column.quotedForSQL) IN",
        rows.map(\.key), other)
      return keep(found, type, inclusion)
    case .join(let table, let own, let far):
      let found = try fetch(
        "SELECT j.\(own.quotedForSQL), \(other.selection) FROM \(table.quotedForSQL) j JOIN \(other.quoted) t "
          + "ON t.\(other.key.quoted) = j.\(far.quotedForSQL) WHERE j.\(own.quotedForSQL) IN", rows.map(\.key), other)
      return keep(found, type, inclusion)
    }
  }

  private func keep(
    _ found: [(owner: DatabaseValue, row: StoredRow)], _ type: ResourceType, _ inclusion: QueryParameters.Inclusion
  ) -> [StoredRow] {
    for (owner, row) in found {
      let key = Key(type: type.name, id: ResourceKey.id(owner))
      linkages[key, default: [:]][inclusion.relationship.name, default: []].append(ResourceKey.id(row.key))
    }
    return found.map(\.row)
  }

  private func fetch(
    _ sql: String, _ keys: [DatabaseValue], _ type: ResourceType
  ) throws -> [(owner: DatabaseValue, row: StoredRow)] {
    var result: [(owner: DatabaseValue, row: StoredRow)] = []
    var rest = keys[...]
    while !rest.isEmpty {
      let batch = Array(rest.prefix(Self.batch))
      rest = rest.dropFirst(Self.batch)
      let places = batch.map { _ in "?" }.joined(separator: ", ")
      let cursor = try Row.fetchCursor(
        db, sql: "\(sql) (\(places)) ORDER BY t.\(type.key.quoted)", arguments: StatementArguments(batch))
      while let row = try cursor.next() { result.append((row[0], StoredRow(row, type, after: 1))) }
    }
    return result
  }

  private static func unique(_ values: [DatabaseValue]) -> [DatabaseValue] {
    var seen: Set<DatabaseValue> = []
    return values.filter { seen.insert($0).inserted }
  }
}
