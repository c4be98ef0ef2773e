import JSONText
import SQLite

/// A condition of an `index` request, such as that the attribute `state` is `draft` or `spam`.
struct Filter {
  /// The member that the filter compares with the given values: the id, an attribute or a relationship.
  private enum FilteredMember {
    case key
    case attribute(Column)
    case relationship(Relationship, ResourceType)
  }

  private let subject: FilteredMember
  private let values: [String]

  /// Parses the parameter `filter`, such as `{"state": "draft,spam"}`.
  ///
  /// Each key is an attribute, a relationship or `id`. Each value is a string that lists the accepted values, separated
  /// by commas.
  static func parse(_ filter: JSONValue?, of type: ResourceType, in schema: Schema) throws(RequestRefusal) -> [Filter] {
    guard let filter else { return [] }
    guard let members = filter.objectValue else { throw RequestRefusal(.filterSyntax(filter)) }
    var filters: [Filter] = []
    var errors: [ErrorInBothWordings] = []
    for (name, value) in members {
      guard let subject = subject(name, of: type, in: schema) else {
        errors.append(.filterNotAllowed(name))
        continue
      }
      guard let text = value.stringValue, !text.utf8.contains(0) else {
        errors.append(.invalidFilterValue(value, of: name))
        continue
      }
      let values = text.parts(between: ",")
      filters.append(Filter(subject: subject, values: values))
    }
    guard errors.isEmpty else { throw RequestRefusal(errors) }
    return filters
  }

  private static func subject(_ name: String, of type: ResourceType, in schema: Schema) -> FilteredMember? {
    if name == "id" { return .key }
    if let column = type.attribute(name) {
      return column.kind == .json || column.kind == .blob ? nil : .attribute(column)
    }
    guard let relationship = type.relationship(name), let target = schema.types[relationship.type] else { return nil }
    return .relationship(relationship, target)
  }

  /// Returns the filter as an SQL condition on a row; `t` is the alias of the type's table.
  func condition(on type: ResourceType) -> SQLFragment {
    let key = "t.\(type.key.quoted)"
    switch subject {
    case .key: return SQLFragment(key, isOneOf: values.compactMap(type.key.stored))
    case .attribute(let column): return condition(on: column)
    case .relationship(let relationship, let target):
      let ids = values.compactMap(target.key.stored)
      switch relationship.storage {
      case .toOne(let column): return SQLFragment("t.\(column.quoted)", isOneOf: ids)
      case .reverse(let column, _):
        let owners = "SELECT \(column.quotedForSQL) FROM \(target.quoted) WHERE "
        return SQLFragment("\(key) IN (\(owners)") + SQLFragment(target.key.quoted, isOneOf: ids) + SQLFragment(")")
      case .join(let table, let own, let other):
        let owners = "SELECT \(own.quotedForSQL) FROM \(table.quotedForSQL) WHERE "
        return SQLFragment("\(key) IN (\(owners)") + SQLFragment(other.quotedForSQL, isOneOf: ids) + SQLFragment(")")
      }
    }
  }

  private func condition(on column: Column) -> SQLFragment {
    let name = "t.\(column.quoted)"
    switch column.kind {
    case .boolean:
      return SQLFragment(name, isOneOf: values.map { .text(["true": "1", "false": "0"][$0] ?? $0) })
    case .numberText:
      let numbers = values.filter { JSONNumber(text: $0) != nil }.compactMap { Double($0) }
      return SQLFragment("CAST(\(name) AS NUMERIC)", isOneOf: numbers.map { .real($0) })
    case .untyped:
      let integers = values.filter { JSONNumber(text: $0) != nil }.compactMap { Int64($0).map { SQLValue.integer($0) } }
      return SQLFragment(name, isOneOf: values.map { .text($0) } + integers)
    default: return SQLFragment(name, isOneOf: values.map { .text($0) })
    }
  }
}
