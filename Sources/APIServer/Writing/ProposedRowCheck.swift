import SQLite

/// Finds all rules of the database that a write would violate, before the write.
///
/// A SELECT produces the row that the write would store, and evaluates the rules on the row: NOT NULL, CHECK, UNIQUE
/// and foreign keys. For an update, the check evaluates only the rules on written columns, as SQLite does.
struct ProposedRowCheck {
  /// An SQL condition that is true if the row violates a rule, and the message for the violation.
  private struct RowRule {
    let condition: SQLFragment
    let column: String
    let message: String
  }

  private let type: ResourceType
  private let schema: Schema
  private let draft: WrittenValues
  /// The key of the row to update; nil for the method `create`.
  private let existing: SQLValue?

  init(_ draft: WrittenValues, of type: ResourceType, in schema: Schema, updating existing: SQLValue?) {
    self.draft = draft
    self.type = type
    self.schema = schema
    self.existing = existing
  }

  /// Returns all violations of the row.
  ///
  /// The violations are in the order of the table's columns. Violations of to-many relationships come last.
  func violations(_ database: Database) throws -> [ErrorInBothWordings] {
    let rules = self.rules
    var broken: [(column: String, message: String)] = draft.mismatches.map { ($0.key, $0.value) }
    if !rules.isEmpty {
      var query = SQLFragment("SELECT ")
      for (index, rule) in rules.enumerated() { query += SQLFragment(index > 0 ? ", " : "") + rule.condition }
      if let flags = try database.firstRow(query + SQLFragment(" FROM (SELECT ") + row) {
        for (index, rule) in rules.enumerated() where flags.isTrue(index) {
          broken.append((rule.column, rule.message))
        }
      }
    }
    // jsonapi-resources does not check whether a key is in use. The database refuses a key that is in use, and the
    // server then replies with an internal error.
    if schema.dialect.flavour == .carrot, existing == nil, broken.contains(where: { $0.column == type.key.name }) {
      throw RequestRefusal(.internalError("the id is already in use"))
    }
    var errors: [ErrorInBothWordings] = []
    let names = type.columns.map(\.name)
    for column in names + [""] {
      for violation in broken where violation.column == column || (column.isEmpty && !names.contains(violation.column))
      {
        errors.append(error(violation.message, column: violation.column))
      }
    }
    return try errors + danglingLinkages(database)
  }

  private func error(_ message: String, column: String) -> ErrorInBothWordings {
    if column.isEmpty { return .violation(message, member: "", pointer: "/data") }
    let place = type.place(ofColumn: column)
    return .violation(message, member: place.member, pointer: place.pointer)
  }

  /// The SQL of the query after `FROM (SELECT`.
  ///
  /// This SQL defines a subquery `c`. Its only row is the row that the write would store. A column that the request
  /// does not write has its stored value for an `update`, and its default value for a `create`.
  private var row: SQLFragment {
    var row = SQLFragment(type.key.isRowID ? "NULL AS \(type.key.quoted)" : "")
    for column in type.columns where !column.isGenerated {
      if !row.sql.isEmpty { row += SQLFragment(", ") }
      if let value = draft.values[column.name] {
        row += SQLFragment("\(Self.typed(column)) AS \(column.quoted)", [value])
      } else if existing != nil {
        row += SQLFragment("t.\(column.quoted) AS \(column.quoted)")
      } else {
        row += SQLFragment("(\(column.defaultExpression ?? "NULL")) AS \(column.quoted)")
      }
    }
    guard let existing else { return row + SQLFragment(") AS c") }
    return row + SQLFragment(" FROM \(type.quoted) AS t WHERE t.\(type.key.quoted) = ?) AS c", [existing])
  }

  /// Returns the SQL placeholder for a value of a column, such as `CAST(? AS TEXT)`.
  ///
  /// With the cast, SQLite compares the value in the same way as a stored value of the column.
  private static func typed(_ column: Column) -> String {
    switch column.kind {
    case .text, .numberText: "CAST(? AS TEXT)"
    case .integer: "CAST(? AS INTEGER)"
    case .real: "CAST(? AS REAL)"
    default: "?"
    }
  }

  private var rules: [RowRule] { required + checks + uniques + foreignKeys + takenKey }

  /// Whether the check evaluates a rule on the given columns.
  ///
  /// The check skips a rule on a column with an invalid value. It also skips a rule on a generated column, because
  /// SQLite computes the column's value only during the write. For an update, it skips a rule if the request writes
  /// none of the rule's columns.
  private func concerns(_ columns: [String]) -> Bool {
    if columns.contains(where: { draft.mismatches[$0] != nil }) { return false }
    if type.columns.contains(where: { $0.isGenerated && columns.contains($0.name) }) { return false }
    return existing == nil || columns.contains { draft.values[$0] != nil }
  }

  private var required: [RowRule] {
    type.columns.filter { $0.isRequired && concerns([$0.name]) && !isKey($0) }.map {
      column in
      let isLinkage = type.toOnes.contains { $0.column?.name == column.name }
      return RowRule(
        condition: SQLFragment("c.\(column.quoted) IS NULL"), column: column.name,
        message: isLinkage ? "must exist" : "can't be blank")
    } + requiredKey
  }

  /// Whether the column is the key of the table.
  ///
  /// The rule that the key needs a value is in `requiredKey`.
  private func isKey(_ column: Column) -> Bool { column.name == type.key.name }

  /// The rule that the key must have a value; empty for an update and for integer keys.
  ///
  /// SQLite generates integer keys, so a `create` need not contain them.
  private var requiredKey: [RowRule] {
    guard existing == nil, !type.key.isRowID, type.key.kind != .integer else { return [] }
    return [
      RowRule(condition: SQLFragment("c.\(type.key.quoted) IS NULL"), column: type.key.name, message: "can't be blank")
    ]
  }

  private var checks: [RowRule] {
    type.checks.filter { concerns($0.columns) }.map { check in
      RowRule(
        condition: SQLFragment("NOT (\(check.expression))"), column: check.columns.first ?? "", message: check.message)
    }
  }

  private var uniques: [RowRule] {
    type.uniques.filter { concerns($0.parts.map(\.column)) }.map { unique in
      let same = unique.parts.map { part in
        let name = part.column.quotedForSQL
        return "u.\(name) = c.\(name) COLLATE \(part.collation.quotedForSQL)"
      }
      var condition = SQLFragment("EXISTS (SELECT 1 FROM \(type.quoted) AS u WHERE \(same.joined(separator: " AND "))")
      if let existing { condition += SQLFragment(" AND u.\(type.key.quoted) <> ?", [existing]) }
      return RowRule(
        condition: condition + SQLFragment(")"), column: unique.parts.first?.column ?? "",
        message: "has already been taken")
    }
  }

  private var foreignKeys: [RowRule] {
    type.toOnes.compactMap { relationship in
      guard let column = relationship.column, draft.values[column.name]?.isNull == false,
        let target = schema.types[relationship.type]
      else { return nil }
      let other = "SELECT 1 FROM \(target.quoted) AS f WHERE f.\(target.key.quoted) = c.\(column.quoted)"
      return RowRule(condition: SQLFragment("NOT EXISTS (\(other))"), column: column.name, message: "must exist")
    }
  }

  private var takenKey: [RowRule] {
    guard existing == nil, let key = draft.values[type.key.name] else { return [] }
    let other = "SELECT 1 FROM \(type.quoted) AS u WHERE u.\(type.key.quoted) = ?"
    return [
      RowRule(
        condition: SQLFragment("EXISTS (\(other))", [key]), column: type.key.name, message: "has already been taken")
    ]
  }

  /// Returns an error for each to-many relationship that refers to a missing row.
  ///
  /// Like jsonapi-resources, the service does not name the missing ids.
  private func danglingLinkages(_ database: Database) throws -> [ErrorInBothWordings] {
    var names = draft.danglingLinkages
    for (relationship, keys) in draft.linkages where !names.contains(relationship.name) {
      guard let target = schema.types[relationship.type] else { continue }
      let condition = SQLFragment("\(target.key.quoted) IN (SELECT value FROM json_each(?))", [SQLFragment.list(keys)])
      let count = try database.count(SQLFragment("SELECT count(*) FROM \(target.quoted) WHERE ") + condition)
      if count != keys.count { names.append(relationship.name) }
    }
    if schema.dialect.flavour == .carrot, !names.isEmpty { throw RequestRefusal(.notFound("unavailable")) }
    return names.map { .violation("must exist", member: $0, pointer: "/data/relationships/\($0)") }
  }
}
