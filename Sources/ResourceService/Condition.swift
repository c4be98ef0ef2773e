import GRDB

/// A piece of SQL with its arguments.
struct Condition {
  var sql: String
  var arguments: [DatabaseValue]

  /// What a filter demands of rows of the table named `t`.
  static func filter(_ name: String, _ values: [String], _ type: ResourceType, _ schema: Schema) -> Condition {
    if name == "id" { return keys("t.\(type.key.quoted)", values, type) }
    if let column = type.attribute(name) { return attribute(column, values) }
    guard let relationship = type.relationship(name), let other = schema.types[relationship.type] else {
      return Condition(sql: "0", arguments: [])
    }
    switch relationship.storage {
    case .toOne(let column): return keys("t.\(column.quoted)", values, other)
    case .reverse(let column, _):
      let wanted = keys("o.\(other.key.quoted)", values, other)
      return Condition(
        sql:
          "EXISTS (SELECT 1 FROM \(other.quoted) o WHERE o.\(column.quotedForSQL) = t.\(type.key.quoted) AND \(wanted.sql))",
        arguments: wanted.arguments)
    case .join(let table, let own, let far):
      let wanted = keys("j.\(far.quotedForSQL)", values, other)
      return Condition(
        sql:
          "EXISTS (SELECT 1 FROM \(table.quotedForSQL) j WHERE j.\(own.quotedForSQL) = t.\(type.key.quoted) AND \(wanted.sql))",
        arguments: wanted.arguments)
    }
  }

  private static func keys(_ operand: String, _ ids: [String], _ type: ResourceType) -> Condition {
    let values = ids.compactMap(type.key.stored)
    let places = values.map { _ in "?" }.joined(separator: ", ")
    return Condition(sql: "\(operand) IN (\(places))", arguments: values)
  }

  private static func attribute(_ column: Column, _ values: [String]) -> Condition {
    switch column.kind {
    case .boolean:
      let flags = values.compactMap { ["true": 1, "1": 1, "false": 0, "0": 0][$0] }
      return Condition(
        sql: "t.\(column.quoted) IN (\(flags.map { _ in "?" }.joined(separator: ", ")))",
        arguments: flags.map(\.databaseValue))
    case .numberText:
      let places = values.map { _ in "CAST(? AS NUMERIC)" }.joined(separator: ", ")
      return Condition(
        sql: "CAST(t.\(column.quoted) AS NUMERIC) IN (\(places))", arguments: values.map(\.databaseValue))
    default:
      let places = values.map { _ in "?" }.joined(separator: ", ")
      return Condition(sql: "t.\(column.quoted) IN (\(places))", arguments: values.map(\.databaseValue))
    }
  }
}
