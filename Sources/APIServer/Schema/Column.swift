import JSONText

/// A column of a served table, and the JSON type of its values.
///
/// The JSON type follows from the type that CREATE TABLE declares for the column. The rules are those of SQLite's
/// affinity (https://www.sqlite.org/datatype3.html section 3.1), with additional rules for booleans, decimals and JSON:
///
/// | declared type | JSON |
/// |---|---|
/// | has `BOOL` | true or false, stored as 1 or 0 |
/// | TEXT affinity with `NUMBER`, `NUMERIC` or `DECIMAL`, such as `NUMBER_TEXT` | a number, stored as text to keep its digits |
/// | begins with `JSON` | any value, stored as JSON text |
/// | INTEGER affinity | an integer of 64 bits |
/// | REAL affinity | a number, with the shortest digits that identify it |
/// | `NUMERIC`, `DECIMAL`, `NUMBER` without TEXT | a number |
/// | TEXT affinity | a string |
/// | `BLOB` | a string in Base64 |
/// | anything else, such as `DATE` or none | a string or a number |
struct Column: Sendable {
  /// The kind of a column's values, such as booleans or texts.
  enum Kind: Sendable {
    case boolean, integer, real, decimal, numberText, text, json, blob, untyped
  }

  /// The name in SQL.
  let name: String
  /// The name in requests and replies, with `-` instead of `_`.
  let member: String
  let kind: Kind
  /// Whether the column refuses NULL.
  let isRequired: Bool
  /// The SQL expression of the default value; nil if the column has no default value.
  let defaultExpression: String?
  /// Whether SQLite computes the column's values.
  ///
  /// A request can't write such a column.
  let isGenerated: Bool
  /// The name as a JSON key with its colon, such as `"inserted-at":`.
  let label: [UInt8]

  init(
    name: String, declaredType: String, isRequired: Bool = false, defaultExpression: String? = nil,
    isGenerated: Bool = false
  ) {
    self.name = name
    member = Self.member(name)
    kind = Self.kind(ofDeclaredType: declaredType.uppercased())
    self.isRequired = isRequired
    self.defaultExpression = defaultExpression
    self.isGenerated = isGenerated
    label = Self.label(member)
  }

  /// The name, quoted for SQL.
  var quoted: String { name.quotedForSQL }

  /// Converts the name of a column in SQL to the name in requests and replies.
  static func member(_ name: String) -> String { String(name.map { $0 == "_" ? "-" : $0 }) }

  /// Returns the name of a member as a JSON key with its colon, such as `"inserted-at":`.
  static func label(_ member: String) -> [UInt8] {
    var label: [UInt8] = []
    label.append(jsonString: member)
    label.append(UInt8(ascii: ":"))
    return label
  }

  private static func kind(ofDeclaredType type: String) -> Kind {
    if type.contains("BOOL") { return .boolean }
    if type.hasPrefix("JSON") { return .json }
    let isNumber = ["NUMBER", "NUMERIC", "DECIMAL"].contains { type.contains($0) }
    if type.contains("INT") { return .integer }
    if ["CHAR", "CLOB", "TEXT"].contains(where: { type.contains($0) }) { return isNumber ? .numberText : .text }
    if type.contains("BLOB") { return .blob }
    if ["REAL", "FLOA", "DOUB"].contains(where: { type.contains($0) }) { return .real }
    return isNumber ? .decimal : .untyped
  }
}

extension String {
  /// The text as an SQL identifier in double quotes.
  var quotedForSQL: String {
    var result = "\""
    for character in self { result += character == "\"" ? "\"\"" : String(character) }
    return result + "\""
  }
}
