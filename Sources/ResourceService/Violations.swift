import GRDB
import JSONAPI

/// All that a row would violate, found before it is written: NOT NULL, CHECK, UNIQUE and foreign keys.
struct Violations {
  let db: Database
  let schema: Schema
  let type: ResourceType
  /// The row itself, where it is there already.
  let key: DatabaseValue?

  /// Finds what a row of these values violates; only `changed` columns are looked at, if given.
  func find(_ values: [String: DatabaseValue], changed: Set<String>? = nil) throws -> [ErrorDetail] {
    let candidate = try completed(values)
    var errors: [ErrorDetail] = []
    var empty: Set<String> = []
    for column in type.columns where column.isRequired && !column.isGenerated {
      guard candidate[column.name]?.isNull ?? true, column.name != type.key.name else { continue }
      guard changed?.contains(column.name) ?? true else { continue }
      empty.insert(column.name)
      errors.append(.violation("can't be blank", of: column.name, in: type))
    }
    errors += try checks(candidate, changed, empty)
    errors += try uniques(candidate, changed)
    errors += try references(candidate, changed, empty)
    return errors
  }

  /// The values with defaults for columns that are not given.
  private func completed(_ values: [String: DatabaseValue]) throws -> [String: DatabaseValue] {
    guard key == nil else { return values }
    var result = values
    for column in type.columns where values[column.name] == nil {
      guard let expression = column.defaultExpression else { continue }
      result[column.name] = try DatabaseValue.fetchOne(try db.cachedStatement(sql: "SELECT (\(expression))"))
    }
    return result
  }

  private func checks(
    _ candidate: [String: DatabaseValue], _ changed: Set<String>?, _ empty: Set<String>
  ) throws -> [ErrorDetail] {
    let relevant = type.checks.filter { check in
      let isTouched = changed.map { !$0.isDisjoint(with: check.columns) } ?? true
      return isTouched && empty.isDisjoint(with: check.columns)
    }
    guard !relevant.isEmpty else { return [] }
    let columns = type.columns.filter { !$0.isGenerated }
    let row = columns.map { "? AS \($0.quoted)" }.joined(separator: ", ")
    let tests = relevant.map { "(\($0.expression))" }.joined(separator: ", ")
    let statement = try db.cachedStatement(sql: "SELECT \(tests) FROM (SELECT \(row)) AS \(type.quoted)")
    let arguments = StatementArguments(columns.map { candidate[$0.name] ?? .null })
    guard let results = try Row.fetchOne(statement, arguments: arguments) else { return [] }
    return relevant.enumerated().compactMap { index, check in
      let result: DatabaseValue = results[index]
      guard !result.isNull, Bool.fromDatabaseValue(result) == false else { return nil }
      return .violation(check.message, of: check.columns.first ?? type.key.name, in: type)
    }
  }

  private func uniques(_ candidate: [String: DatabaseValue], _ changed: Set<String>?) throws -> [ErrorDetail] {
    var errors: [ErrorDetail] = []
    var constraints = type.uniques
    if key == nil, let own = candidate[type.key.name], !own.isNull {
      constraints.append(UniqueConstraint(parts: [.init(column: type.key.name, collation: "BINARY")]))
    }
    for constraint in constraints {
      let columns = constraint.parts.map(\.column)
      let values = columns.map { candidate[$0] ?? .null }
      guard !values.contains(where: \.isNull), changed.map({ !$0.isDisjoint(with: columns) }) ?? true else { continue }
      let equal = constraint.parts.map { "\($0.column.quotedForSQL) = ? COLLATE \($0.collation.quotedForSQL)" }
      let own = key == nil ? "" : " AND \(type.key.quoted) <> ?"
      let sql = "SELECT 1 FROM \(type.quoted) WHERE \(equal.joined(separator: " AND "))\(own) LIMIT 1"
      let arguments = StatementArguments(values + (key.map { [$0] } ?? []))
      if try Int.fetchOne(try db.cachedStatement(sql: sql), arguments: arguments) != nil {
        errors.append(.violation("has already been taken", of: columns[0], in: type))
      }
    }
    return errors
  }

  private func references(
    _ candidate: [String: DatabaseValue], _ changed: Set<String>?, _ empty: Set<String>
  ) throws -> [ErrorDetail] {
    var errors: [ErrorDetail] = []
    for relationship in type.toOnes {
      guard let column = relationship.column, let other = schema.types[relationship.type] else { continue }
      guard changed?.contains(column.name) ?? true, !empty.contains(column.name) else { continue }
      guard let value = candidate[column.name], !value.isNull else { continue }
      if try !Self.exists(db, other, value) { errors.append(.violation("must exist", of: column.name, in: type)) }
    }
    return errors
  }

  /// Whether a row of a key is there.
  static func exists(_ db: Database, _ type: ResourceType, _ key: DatabaseValue) throws -> Bool {
    let sql = "SELECT 1 FROM \(type.quoted) WHERE \(type.key.quoted) = ?"
    return try Int.fetchOne(try db.cachedStatement(sql: sql), arguments: [key]) != nil
  }
}
