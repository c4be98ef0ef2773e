/// An expression of the language, such as `.views + 1`, and its source range.
public struct Expr: Sendable, Equatable {
  /// The form of the expression, with its content.
  public var kind: Kind
  /// The source range of the expression.
  public var range: SourceRange

  /// The forms of an expression, such as a number or a call.
  public indirect enum Kind: Sendable, Equatable {
    case number(String)
    case duration(String, unit: String)
    case string([StringPart])
    case regex(String, flags: String)
    case bool(Bool)
    case null
    case it
    case name(String)
    /// A call of a function or of a `def`, with arguments in parentheses. Only a call of a `def` can have options.
    case call(String, SourceRange, [Argument])
    case elementField(String, SourceRange, isOptional: Bool)
    case field(Expr, String, SourceRange, isOptional: Bool)
    case index(Expr, Expr, isOptional: Bool)
    /// A slice of a list or a text, such as `list[0..1]`, which includes the elements at both indices.
    case cut(Expr, Expr, Expr)
    case binary(BinaryOperator, SourceRange, Expr, Expr)
    case not(Expr)
    case negate(Expr)
    case range(Expr, Expr)
    case list([Expr])
    case record([RecordEntry])
    case group(ValuedConstruct)
  }

  package init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}

/// An operator between two operands; the raw value is its text in the language.
public enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case `in` = "in"
  case matches = "=~"
  case and = "and"
  case or = "or"
  case otherwise = "??"
}

/// A piece of a string: text, or a pipeline in `\(...)`.
public enum StringPart: Sendable, Equatable {
  case literal(String)
  case interpolation(Pipeline)
}

/// A key and a value of a record.
public struct RecordEntry: Sendable, Equatable {
  /// The key of the entry.
  public var key: RecordKeyExpr
  /// The source range of the key.
  public var keyRange: SourceRange
  /// The value of the entry.
  public var value: Expr

  /// A key in a record: a name or text, or an expression in brackets.
  public enum RecordKeyExpr: Sendable, Equatable {
    case name(String)
    case computed(Expr)
  }

  /// The key as text; nil for a computed key.
  public var name: String? { if case .name(let name) = key { name } else { nil } }
}
