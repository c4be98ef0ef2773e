import GRDB
import JSONAPI
import JSONText

/// Answers `index` and `show` of a type, as the bytes of a document.
struct Reader {
  let db: Database
  let schema: Schema
  let type: ResourceType
  let memory: QueryMemory

  func show(_ params: JSONObject) throws -> [UInt8] {
    guard let id = params["id"]?.idText else { throw Failure.notFound("") }
    return try show(params, id: id)
  }

  /// The document of one resource, as `show` and every write answer it.
  func show(_ params: JSONObject, id: String) throws -> [UInt8] {
    let parameters = try QueryParameters(params.only(["include", "fields"]), type, schema)
    guard let key = type.key.stored(id) else { throw Failure.notFound(id) }
    let statement = try db.cachedStatement(
      sql: "SELECT \(type.selection) FROM \(type.quoted) t WHERE t.\(type.key.quoted) = ?")
    guard let row = try Row.fetchOne(statement, arguments: [key]) else { throw Failure.notFound(id) }
    let stored = StoredRow(row, type)
    let compound = try CompoundRows(db: db, schema: schema, type: type, rows: [stored], parameters.inclusions)
    var bytes = Array(#"{"data":"#.utf8)
    let renderer = Renderer(schema: schema, fields: parameters.fields, compound: compound)
    renderer.resource(stored, type, parameters.inclusions, into: &bytes)
    renderer.included(into: &bytes)
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  func index(_ params: JSONObject) throws -> [UInt8] {
    let parameters = try QueryParameters(params, type, schema)
    let conditions = parameters.filter.map { Condition.filter($0.name, $0.values, type, schema) }
    memory.refresh(try QueryMemory.Version(db))
    let filterKey =
      type.name + parameters.filter.map { "\u{0}\($0.name)\u{1}\($0.values.joined(separator: ","))" }.joined()
    let count = try self.count(conditions, filterKey)
    let rows = try self.rows(parameters, conditions, filterKey)
    let compound = try CompoundRows(db: db, schema: schema, type: type, rows: rows, parameters.inclusions)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rows.count * 300 + 400)
    bytes.append(contentsOf: #"{"data":["#.utf8)
    let renderer = Renderer(schema: schema, fields: parameters.fields, compound: compound)
    for (index, row) in rows.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      renderer.resource(row, type, parameters.inclusions, into: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
    renderer.included(into: &bytes)
    bytes.append(contentsOf: #","meta":{"record-count":\#(count)},"links":"#.utf8)
    PageLinks(type: type.name, parameters: parameters, count: count).json.encode(into: &bytes)
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  private func count(_ conditions: [Condition], _ key: String) throws -> Int {
    if let known = memory.count(key) { return known }
    let statement = try db.cachedStatement(sql: "SELECT count(*) FROM \(type.quoted) t" + Self.clause(conditions))
    let arguments = StatementArguments(conditions.flatMap(\.arguments))
    let count = try Int.fetchOne(statement, arguments: arguments) ?? 0
    memory.keep(count: count, key)
    return count
  }

  private static func clause(_ conditions: [Condition]) -> String {
    conditions.isEmpty ? "" : " WHERE " + conditions.map(\.sql).joined(separator: " AND ")
  }

  /// The rows of a page: after the last row of the page before where that is known, by offset otherwise.
  private func rows(
    _ parameters: QueryParameters, _ conditions: [Condition], _ filterKey: String
  ) throws -> [StoredRow] {
    let terms = parameters.order.map { ($0, term($0)) }
    let orders = terms.map { $0.1 + ($0.0.descends ? " DESC" : "") } + ["t.\(type.key.quoted)"]
    let (number, size) = parameters.page
    let key = filterKey + "\u{2}\(size)\u{2}" + orders.joined(separator: ",")
    var conditions = conditions
    var offset = (number - 1).multipliedReportingOverflow(by: size)
    if let position = memory.position(key, before: number), !position.values.contains(where: \.isNull),
      terms.allSatisfy({ !$0.0.descends })
    {
      let columns = (terms.map(\.1) + ["t.\(type.key.quoted)"]).joined(separator: ", ")
      let places = position.values.map { _ in "?" }.joined(separator: ", ")
      conditions.append(
        Condition(
          sql: position.values.count == 1 ? "\(columns) > ?" : "(\(columns)) > (\(places))", arguments: position.values)
      )
      offset = (0, false)
    }
    guard !offset.overflow else { return [] }
    let extra = terms.map { ", " + $0.1 }.joined()
    let sql =
      "SELECT \(type.selection)\(extra) FROM \(type.quoted) t" + Self.clause(conditions)
      + " ORDER BY " + orders.joined(separator: ", ") + " LIMIT ? OFFSET ?"
    let arguments = conditions.flatMap(\.arguments) + [size.databaseValue, offset.partialValue.databaseValue]
    var rows: [StoredRow] = []
    rows.reserveCapacity(size)
    var last: [DatabaseValue] = []
    let cursor = try Row.fetchCursor(try db.cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    while let row = try cursor.next() {
      rows.append(StoredRow(row, type))
      if rows.count == size {
        last = terms.indices.map { row[type.columns.count + 1 + $0] } + [row[0]]
      }
    }
    if rows.count == size { memory.keep(QueryMemory.Position(page: number, values: last), key) }
    return rows
  }

  private func term(_ order: QueryParameters.Order) -> String {
    guard let relationship = order.through, let column = relationship.column,
      let other = schema.types[relationship.type]
    else { return Self.sortable(order.column, "t") }
    return
      "(SELECT \(Self.sortable(order.column, "o")) FROM \(other.quoted) o WHERE o.\(other.key.quoted) = t.\(column.quoted))"
  }

  /// Numbers kept as text sort as numbers.
  private static func sortable(_ column: Column, _ table: String) -> String {
    column.kind == .numberText ? "CAST(\(table).\(column.quoted) AS NUMERIC)" : "\(table).\(column.quoted)"
  }
}

extension JSONObject {
  /// The object with only some members.
  func only(_ names: Set<String>) -> JSONObject {
    JSONObject(filter { names.contains($0.key) }.map { ($0.key, $0.value) })
  }
}
