/// A CHECK constraint of a table, parsed from the CREATE TABLE statement.
///
/// If a value violates the constraint, the error message is the name of the constraint. For example, the message of
/// `CONSTRAINT "can't be blank" CHECK (length(text) > 0)` is `can't be blank`. If the constraint has no name, the
/// message contains the expression. The error points to the first column in the expression
/// (https://www.sqlite.org/lang_createtable.html section 3.7).
struct CheckConstraint: Sendable {
  let message: String
  /// The text of the expression between the parentheses.
  let expression: String
  /// The names of the columns in the expression, in the order in which they occur.
  let columns: [String]

  /// Returns the CHECK constraints of a table and of its columns.
  static func all(inTable sql: String, columns: [String]) -> [CheckConstraint] {
    let tokens = SQLToken.all(in: sql)
    var checks: [CheckConstraint] = []
    var depth = 0
    for (index, token) in tokens.enumerated() {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      guard depth == 1, token.isWord("check"), index + 1 < tokens.count, tokens[index + 1].isSymbol("(") else {
        continue
      }
      let inside = SQLToken.parenthesized(in: tokens[(index + 1)...])
      let isNamed = index >= 2 && tokens[index - 2].isWord("constraint")
      let name = isNamed ? tokens[index - 1].text : nil
      checks.append(CheckConstraint(name: name, inside: inside, sql: sql, columns: columns))
    }
    return checks
  }

  private init(name: String?, inside: ArraySlice<SQLToken>, sql: String, columns: [String]) {
    let utf8 = Array(sql.utf8)
    let start = inside.first?.range.lowerBound ?? 0
    let end = inside.last?.range.upperBound ?? start
    expression = String(decoding: utf8[start..<end], as: UTF8.self)
    message = name ?? "must satisfy \(expression)"
    var named: [String] = []
    for (index, token) in zip(inside.indices, inside) where token.kind == .word || token.kind == .quoted {
      let isFunction = index + 1 < inside.endIndex && inside[index + 1].isSymbol("(")
      let column = columns.first { $0.lowercased() == token.text.lowercased() }
      if let column, !isFunction, !named.contains(column) { named.append(column) }
    }
    self.columns = named
  }
}
