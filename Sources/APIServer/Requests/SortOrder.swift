import JSONText
import SQLite

/// The order of the rows of an `index` request.
///
/// The last term is always the key, so that the order of any two rows is defined.
struct SortOrder {
  /// An SQL expression by which the service sorts rows, such as a column, and the sort direction.
  struct SortTerm {
    let expression: String
    let isDescending: Bool
    let isNullable: Bool
  }

  private(set) var terms: [SortTerm] = []
  /// The SQL joins that the expressions of the terms need.
  private(set) var joins = ""
  private var joinCount = 0

  /// The maximum number of terms.
  static let maximumTerms = 16

  /// Parses `sort`, such as `-views,author.name`.
  ///
  /// Each name is an attribute, `id`, or a path of to-one relationships that ends with an attribute.
  static func parse(_ sort: JSONValue?, of type: ResourceType, in schema: Schema) throws(RequestRefusal) -> SortOrder {
    var order = SortOrder()
    if let sort, sort != "" {
      guard let names = sort.stringValue else { throw RequestRefusal(.invalidSort(sort.text, of: type.name)) }
      var errors: [ErrorInBothWordings] = []
      for name in names.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
        if !order.add(name, of: type, in: schema) {
          errors.append(.invalidSort(name.hasPrefix("-") ? String(name.dropFirst()) : name, of: type.name))
        }
      }
      guard errors.isEmpty else { throw RequestRefusal(errors) }
    }
    order.end(by: "t.\(type.key.quoted)")
    return order
  }

  /// Adds a term to the order.
  ///
  /// - Returns: False if the path does not exist, or if the order already has the maximum number of terms.
  private mutating func add(_ name: String, of type: ResourceType, in schema: Schema) -> Bool {
    let isDescending = name.hasPrefix("-")
    var steps = (isDescending ? name.dropFirst() : name[...]).split(separator: ".", omittingEmptySubsequences: false)
    guard let member = steps.popLast().map(String.init), terms.count < Self.maximumTerms else { return false }
    var (type, alias, newJoins) = (type, "t", "")
    for step in steps {
      guard let relationship = type.relationship(String(step)), let column = relationship.column,
        let target = schema.types[relationship.type]
      else { return false }
      joinCount += 1
      let next = "s\(joinCount)"
      newJoins += " LEFT JOIN \(target.quoted) AS \(next) ON \(next).\(target.key.quoted) = \(alias).\(column.quoted)"
      (type, alias) = (target, next)
    }
    guard let expression = Self.expression(member, of: type, alias) else { return false }
    let isRequired = steps.isEmpty && (member == "id" || type.attribute(member)?.isRequired == true)
    terms.append(SortTerm(expression: expression, isDescending: isDescending, isNullable: !isRequired))
    joins += newJoins
    return true
  }

  private static func expression(_ member: String, of type: ResourceType, _ alias: String) -> String? {
    if member == "id" { return "\(alias).\(type.key.quoted)" }
    guard let column = type.attribute(member) else { return nil }
    return column.kind == .numberText ? "CAST(\(alias).\(column.quoted) AS NUMERIC)" : "\(alias).\(column.quoted)"
  }

  /// Makes the key the last term of the order.
  ///
  /// If the key is missing, the function adds the key. Terms after the key have no effect, so the function removes
  /// them.
  private mutating func end(by key: String) {
    if let position = terms.firstIndex(where: { $0.expression == key }) {
      terms.removeLast(terms.count - position - 1)
    } else {
      terms.append(SortTerm(expression: key, isDescending: false, isNullable: false))
    }
  }

  /// The terms as SQL for ORDER BY.
  var sql: String { terms.map { $0.expression + ($0.isDescending ? " DESC" : "") }.joined(separator: ", ") }

  /// Returns a condition that selects the rows after a given row in this order.
  ///
  /// `position` contains the values of the terms in the given row. NULL is the least value, as in SQLite. The condition
  /// also contains a redundant bound on the first term, such as `t."views" >= ?`. SQLite can use an index for this
  /// bound.
  func condition(after position: [SQLValue]) -> SQLFragment {
    var alternatives: [SQLFragment] = []
    for (index, term) in terms.enumerated() {
      guard var alternative = Self.after(term, position[index], orEqual: false) else { continue }
      for (earlier, value) in zip(terms, position).prefix(index) {
        alternative += SQLFragment(" AND \(earlier.expression) IS ?", [value])
      }
      alternatives.append(SQLFragment("(") + alternative + SQLFragment(")"))
    }
    var condition = SQLFragment("(")
    for (index, alternative) in alternatives.enumerated() {
      condition += (index == 0 ? SQLFragment("") : SQLFragment(" OR ")) + alternative
    }
    condition += SQLFragment(alternatives.isEmpty ? "0)" : ")")
    guard terms.count > 1, let bound = Self.after(terms[0], position[0], orEqual: true) else { return condition }
    return bound + SQLFragment(" AND ") + condition
  }

  /// Returns an SQL condition for the rows in which the value of a term comes after a given value.
  ///
  /// If `orEqual` is true, rows with an equal value match, too, and nil means that all rows match. If `orEqual` is
  /// false, nil means that no row matches.
  private static func after(_ term: SortTerm, _ value: SQLValue, orEqual: Bool) -> SQLFragment? {
    let expression = term.expression
    switch (term.isDescending, value.isNull) {
    case (false, true): return orEqual ? nil : SQLFragment("\(expression) IS NOT NULL")
    case (false, false): return SQLFragment("\(expression) \(orEqual ? ">=" : ">") ?", [value])
    case (true, true): return orEqual ? SQLFragment("\(expression) IS NULL") : nil
    case (true, false):
      let below = SQLFragment("\(expression) \(orEqual ? "<=" : "<") ?", [value])
      return term.isNullable ? SQLFragment("(") + below + SQLFragment(" OR \(expression) IS NULL)") : below
    }
  }
}
