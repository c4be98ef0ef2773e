import JSONText
import Language
import Values

extension BuiltInFunction {
  static let text: [BuiltInFunction] = [
    BuiltInFunction("lower(text)", "The text in lower case.", takes: 1...1, #"lower("Ab")"#, "\"ab\"") {
      values throws(Fault) in
      .string(try string(values, 0, "lower").lowercased())
    },
    BuiltInFunction("upper(text)", "The text in upper case.", takes: 1...1, #"upper("Ab")"#, "\"AB\"") {
      values throws(Fault) in
      .string(try string(values, 0, "upper").uppercased())
    },
    BuiltInFunction(
      "trim(text)", "The text without white space at its ends.", takes: 1...1, #"trim(" a b ")"#, "\"a b\""
    ) {
      values throws(Fault) in
      .string(try string(values, 0, "trim").trimmed)
    },
    BuiltInFunction(
      "split(text, separator)",
      """
      Splits a text at each separator, and returns the list of the parts. The separator is a string or a pattern.
      """,
      takes: 2...2, of: [.text, .textOrPattern],
      #"split("a,b", ",")"#,
      "\"a\"\n\"b\""
    ) { values throws(Fault) in
      let text = try string(values, 0, "split")
      if case .pattern(let pattern) = values[1] { return .list(try pattern.split(text).map { .string($0) }) }
      let separator = try string(values, 1, "split")
      let parts = separator.isEmpty ? text.unicodeScalars.map(String.init) : text.parts(between: separator)
      try SizeLimits.check(elements: parts.count)
      return .list(parts.map { .string($0) })
    },
    BuiltInFunction(
      "join(list, separator)",
      """
      Joins the elements of a list to one text. Between two elements, the text has the separator (default: ""). The \
      function string converts the elements that are not strings.
      """, takes: 1...2,
      of: [.any, .text],
      #"join(["a", "b"], "-")"#, "\"a-b\""
    ) { values throws(Fault) in
      let separator = values.count > 1 ? try string(values, 1, "join") : ""
      var text = ""
      for (index, element) in try list(values, 0, "join").enumerated() {
        if index > 0 { text += separator }
        text += try element.exactText()
        try SizeLimits.check(text: text.utf8.count)
      }
      return .string(text)
    },
    BuiltInFunction(
      "replace(text, what, by)",
      """
      Replaces each occurrence of a string or a pattern in a text. If the second argument is a pattern, $1 to $9 in \
      the last argument mean the groups of the match, and $$ means the character $.
      """,
      takes: 3...3, of: [.text, .textOrPattern, .text], #"replace("a-b", "-", "+")"#, "\"a+b\""
    ) { values throws(Fault) in
      let (text, by) = (try string(values, 0, "replace"), try string(values, 2, "replace"))
      if case .pattern(let pattern) = values[1] { return .string(try pattern.replacing(in: text, with: by)) }
      return .string(try replaced(text, try string(values, 1, "replace"), by))
    },
    BuiltInFunction(
      "matches(text, pattern)",
      """
      Whether a pattern matches a part of a text: true or false.
      """, takes: 2...2, of: [.text, .pattern],
      #"matches("draft", /^d/)"#,
      "true"
    ) { values throws(Fault) in
      .bool(try pattern(values, 1, "matches").matches(try string(values, 0, "matches")))
    },
    BuiltInFunction(
      "capture(text, pattern)",
      """
      The list of the groups of the first match, or null if nothing matches. A group that matched nothing is null. A \
      pattern without groups is an error.
      """,
      takes: 2...2, of: [.text, .pattern],
      #"capture("2026-05", /(\d+)-(\d+)/)"#, "\"2026\"\n\"05\""
    ) { values throws(Fault) in
      let pattern = try pattern(values, 1, "capture")
      let text = try string(values, 0, "capture")
      guard pattern.groupCount > 0 else {
        throw Fault(.value, "\(pattern.description) has no group", nextStep: "put a group in parentheses: /(...)/")
      }
      guard let groups = try pattern.groups(in: text) else { return .null }
      return .list(groups.map { $0.map { .string($0) } ?? .null })
    },
    BuiltInFunction(
      "contains(text or list, part)",
      """
      Whether a text contains another text, or a list contains an element: true or false.
      """, takes: 2...2,
      #"contains("draft", "raf")"#, "true"
    ) { values throws(Fault) in
      if case .string(let text) = values[0] { return .bool(text.holds(try string(values, 1, "contains"))) }
      switch values[0] {
      case .record, .resource:
        throw Fault(
          .type, "contains needs a string or a list, not \(values[0].typeWithArticle)",
          nextStep:
            "to test whether it has a field, write contains(keys(.field), \((try? values[1].json().text) ?? values[1].label))"
        )
      default: break
      }
      for element in try list(values, 0, "contains") where try Comparison.equal(element, values[1]) {
        return .bool(true)
      }
      return .bool(false)
    },
    BuiltInFunction(
      "starts-with(text, part)",
      "Whether a text begins with another text: true or false.", takes: 2...2, of: [.text, .text],
      #"starts-with("draft", "dr")"#,
      "true"
    ) { values throws(Fault) in
      .bool(try string(values, 0, "starts-with").begins(with: try string(values, 1, "starts-with")))
    },
    BuiltInFunction(
      "ends-with(text, part)",
      "Whether a text ends with another text: true or false.", takes: 2...2, of: [.text, .text],
      #"ends-with("draft", "ft")"#, "true"
    ) { values throws(Fault) in
      .bool(try string(values, 0, "ends-with").ends(with: try string(values, 1, "ends-with")))
    },
    BuiltInFunction(
      "string(value)",
      """
      The value as text. A string stays unchanged. A time, a duration or a pattern becomes its text, such as 10s. Most \
      other values become JSON.
      """,
      takes: 1...1, "string(1.10)",
      "\"1.10\""
    ) { values throws(Fault) in
      .string(try values[0].exactText())
    },
    BuiltInFunction("json(value)", "The value as JSON text.", takes: 1...1, "json({a: 1})", #""{\"a\":1}""#) {
      values throws(Fault) in
      .string(try values[0].json().text)
    },
    BuiltInFunction(
      "parse-json(text)", "The value that a JSON text describes.", takes: 1...1,
      ##"parse-json("{\"price\": 1.10}")"##, #"{"price":1.10}"#
    ) {
      values throws(Fault) in
      let text = try string(values, 0, "parse-json")
      do throws(JSONSyntaxError) { return Value(try JSONValue(parsingUnique: Array(text.utf8))) } catch {
        throw Fault(
          .value,
          text.trimmed.isEmpty
            ? "not JSON: the text is empty"
            : "not JSON: \(error.message), at line \(error.line), column \(error.column)",
          nextStep: #"an example of JSON text: parse-json("{\"a\": [1, null, true]}")"#)
      }
    },
  ]
  /// Returns a text in which `by` replaces each occurrence of `what`.
  ///
  /// An empty `what` occurs before the first code point and after each code point.
  private static func replaced(_ text: String, _ what: String, _ by: String) throws(Fault) -> String {
    let count = what.isEmpty ? text.unicodeScalars.count + 1 : text.places(of: what).count
    let (added, isOver) = count.multipliedReportingOverflow(by: by.utf8.count)
    try SizeLimits.check(
      text: isOver ? .max : text.utf8.count - count * what.utf8.count + Swift.min(added, SizeLimits.text + 1))
    guard what.isEmpty else { return text.replacing(each: what, with: by) }
    return by + text.unicodeScalars.map { String($0) + by }.joined()
  }
}
