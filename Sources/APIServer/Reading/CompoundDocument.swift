import SQLite

/// The resources of a reply, primary and included; each resource occurs only once.
struct CompoundDocument {
  /// The rows of the primary resources, followed by the rows of the included resources in the order of their discovery.
  private(set) var records: [ResourceRow]
  /// The number of primary resources.
  let primaryCount: Int
  private var positions: [ResourceRow.RowIdentifier: Int] = [:]
  private let schema: Schema

  init(_ primary: [ResourceRow], in schema: Schema) {
    records = primary
    primaryCount = primary.count
    self.schema = schema
  }

  /// The rows of the included resources.
  var included: ArraySlice<ResourceRow> { records[primaryCount...] }

  /// Reads the resources that a request includes.
  ///
  /// Each relationship on each level of the tree needs one query.
  mutating func include(_ tree: IncludeTree, from database: Database) throws {
    if tree.branches.isEmpty { return }
    for (position, record) in records.enumerated() { positions[record.identifier] = position }
    try include(tree, of: Array(records.indices), from: database)
  }

  private mutating func include(_ tree: IncludeTree, of owners: [Int], from database: Database) throws {
    if owners.isEmpty { return }
    for branch in tree.branches {
      let relationship = branch.relationship
      guard let target = schema.types[relationship.type] else { continue }
      let related =
        switch relationship.storage {
        case .toOne: try toOne(relationship, target, of: owners, from: database)
        case .reverse(let column, _):
          try toMany(
            relationship, target, of: owners, from: database,
            source: (owner: "t.\(column.quotedForSQL)", tables: "\(target.quoted) AS t"))
        case .join(let table, let own, let other):
          try toMany(
            relationship, target, of: owners, from: database,
            source: (
              owner: "j.\(own.quotedForSQL)",
              tables:
                "\(table.quotedForSQL) AS j JOIN \(target.quoted) AS t ON t.\(target.key.quoted) = j.\(other.quotedForSQL)"
            ))
        }
      try include(branch.tree, of: related, from: database)
    }
  }

  private mutating func toOne(
    _ relationship: Relationship, _ target: ResourceType, of owners: [Int], from database: Database
  ) throws -> [Int] {
    var wanted = OrderedSet<SQLValue>()
    for owner in owners {
      let key = records[owner].linkage(relationship)
      if schema.dialect.linksEverything { records[owner].linkages[relationship.name] = key.isNull ? [] : [key] }
      wanted.add(key)
    }
    let keys = wanted.elements.filter { !$0.isNull }
    let missing = keys.filter { positions[ResourceRow.RowIdentifier(type: target.name, key: $0)] == nil }
    if !missing.isEmpty {
      let condition = SQLFragment(
        "t.\(target.key.quoted) IN (SELECT value FROM json_each(?))", [SQLFragment.list(missing)])
      let rows = try database.rows(
        SQLFragment("SELECT \(target.selection) FROM \(target.quoted) AS t WHERE ") + condition)
      for row in rows { add(target.record(row)) }
    }
    return keys.compactMap { positions[ResourceRow.RowIdentifier(type: target.name, key: $0)] }
  }

  private mutating func toMany(
    _ relationship: Relationship, _ target: ResourceType, of owners: [Int], from database: Database,
    source: (owner: String, tables: String)
  ) throws -> [Int] {
    var linkages: [SQLValue: [SQLValue]] = [:]
    var related = OrderedSet<Int>()
    let rows = try database.rows(
      SQLFragment(
        """
        SELECT \(source.owner), \(target.selection) FROM \(source.tables) \
        WHERE \(source.owner) IN (SELECT value FROM json_each(?)) ORDER BY t.\(target.key.quoted)
        """, [SQLFragment.list(owners.map { records[$0].key })]))
    for row in rows {
      let record = target.record(row, from: 1)
      linkages[row[0], default: []].append(record.key)
      related.add(add(record))
    }
    for owner in owners { records[owner].linkages[relationship.name] = linkages[records[owner].key] ?? [] }
    return related.elements
  }

  /// Adds a row if it is missing, and returns its index.
  @discardableResult private mutating func add(_ record: ResourceRow) -> Int {
    if let position = positions[record.identifier] { return position }
    positions[record.identifier] = records.count
    records.append(record)
    return records.count - 1
  }
}

/// A list of elements in the order of insertion, without duplicates.
private struct OrderedSet<Element: Hashable> {
  private(set) var elements: [Element] = []
  private var known: Set<Element> = []

  mutating func add(_ element: Element) {
    if known.insert(element).inserted { elements.append(element) }
  }
}
