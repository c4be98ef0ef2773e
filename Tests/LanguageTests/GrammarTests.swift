import Language
import Testing

/// Tests of the grammar in Grammar.md: the precedence of operators, and syntax errors.
@Suite struct GrammarTests {
  @Test(arguments: [
    ("x[0..n - 1]", "cut(x 0 (n - 1))"), ("x[a + 1..b ?? 2]", "cut(x (a + 1) (b ?? 2))"),
    ("x[(1..2)]", "at(x (1 .. 2))"),
    ("1..n - 1", "((1 .. n) - 1)"), ("x[f(1..2)..3]", "cut(x f((1 .. 2)) 3)"),
    ("x[[1..2][0]..3]", "cut(x at([(1 .. 2)] 0) 3)"),
    ("x[-3..-1]", "cut(x -3 -1)"), ("x[y[0..1]..2]", "cut(x cut(y 0 1) 2)"), ("a ?? 0 > 3", "((a ?? 0) > 3)"),
    ("x[0..1][2]", "at(cut(x 0 1) 2)"),
  ])
  func operatorsBindByPrecedence(_ text: String, _ expected: String) throws {
    let parsed = Parser.parse(SourceText(name: "t", text: text))
    #expect(parsed.diagnostics == [])
    guard case .pipeline(let pipeline)? = parsed.program.statements.first?.kind,
      case .expression(let expression) = pipeline.head
    else { throw NoExpression() }
    #expect(expression.form == expected)
  }

  private struct NoExpression: Error {}

  @Test(arguments: [
    "{[a + \"b\"]: 1, c: 2, \"d e\": 3, [f(1)]: [4],}", "r[k]", "r?[k]?.x", "x[-3..-1]", "x[0..9][1]", "x[3]",
    "for x, n in [1] do print n end", "stream posts | as p | map p.id",
    "def f(a, m: 1) do return if a do m else 2 end end",
    "f(1, m: 2)", "f(m: 2)", "1..3 | print", "1..3 | print it | print", "print (if a do 1 else 2 end)",
    "watch 2s do print 1 end", "let watch = 1; watch + 1",
    "print 1\r\n# c\r\nprint -1\r\n", "print 1\r", "let a = 5 -\n  a", "let a = -5", "[-a, -(a)]",
    "watch (1s * 2) do break end", "let as = 1; as + 1",
    "{as: 1, watch: 2}.as", "warn 1 + 1", "help é", "help .é aé", "help née; print 1",
  ])
  func parses(_ text: String) {
    #expect(Parser.parse(SourceText(name: "t", text: text)).diagnostics == [])
  }

  @Test(arguments: [
    ("x[1..", "expected a value, not the end of the text"), ("x[..2]", "a part [a..b] needs both ends"),
    ("x?[0..1]", "a part [a..b] needs no ?, because its end can be beyond the last element"),
    ("x[1..2..3]", "expected ] after the index, not .."),
    ("{[a] 1}", "expected a colon after the key, not 1"), ("{[a: 1}", "expected a value, not a:"),
    ("for x, in y do end", "the word `in` belongs to the language and can't be a name"),
    ("1 | as", "expected a name after the word `as`, not the end of the text"),
    ("1 | as a.b", "expected the end of the statement, not .b"),
    ("watch 2s print 1", "expected the word `do` after `watch ...`, not print"),
    ("watch 2s do", "the block of this `watch` has no `end`"),
    ("| count", "a line can't begin with |"),
    ("let a = 5\n  - a", "a line can't begin with a minus that subtracts"),
    ("- 5", "a minus between spaces subtracts"), ("[1, - 5]", "a minus between spaces subtracts"),
    ("let a = - 5", "a minus between spaces subtracts"),
    ("# c\rprint 1\r", "a line can't end in CR alone; it must end in LF or CRLF"),
    ("print 1\rprint 2", "a line can't end in CR alone; it must end in LF or CRLF"),
    ("print \"a\rb\"", "a line can't end in CR alone; it must end in LF or CRLF"),
  ])
  func refuses(_ text: String, _ message: String) {
    #expect(Parser.parse(SourceText(name: "t", text: text), isTyped: true).diagnostics.first?.message == message)
  }
}

extension Expr {
  /// The expression with parentheses around each operator: `1..n - 1` is `((1 .. n) - 1)`.
  fileprivate var form: String {
    switch kind {
    case .number(let digits): digits
    case .name(let name): name
    case .binary(let symbol, _, let left, let right): "(\(left.form) \(symbol.rawValue) \(right.form))"
    case .range(let lower, let upper): "(\(lower.form) .. \(upper.form))"
    case .cut(let base, let lower, let upper): "cut(\(base.form) \(lower.form) \(upper.form))"
    case .index(let base, let index, _): "at(\(base.form) \(index.form))"
    case .list(let elements): "[\(elements.map(\.form).joined(separator: " "))]"
    case .call(let name, _, let arguments): "\(name)(\(arguments.map(\.expression.form).joined(separator: " ")))"
    case .group(.pipeline(let pipeline)):
      if case .expression(let inner) = pipeline.head { inner.form } else { "?" }
    default: "?"
    }
  }
}
