import JSONText

/// Finds an expression that converts a given text to a number or a time.
///
/// An error message proposes the expression as the next step, so the expression must work for exactly this text.
package enum TextConversionAdvice {
  /// Returns an expression that converts the text to a number, such as `number(trim(OPERAND))`.
  ///
  /// The expression calls only those functions that the text needs. The result is nil if the text has no number.
  package static func number(_ text: String, _ operand: String) -> String? {
    JSONNumber(text: text) == nil ? numeral(text, operand).map { "number(\($0))" } : "number(\(operand))"
  }

  /// Returns an expression whose value is the text of a number: `replace(x, ",", ".")` for the text `5,5`.
  ///
  /// The result is nil if the text has no number. The result is also nil for a text such as `5,500`: its comma may be a
  /// decimal comma or a separator of thousands.
  package static func numeral(_ text: String, _ operand: String) -> String? {
    let (digits, hasSpace) = (trimmed(text), trimmed(text) != text)
    let own = hasSpace ? "trim(\(operand))" : operand
    if hasSpace, JSONNumber(text: digits) != nil { return own }
    if digits.wholeMatch(of: #/-?\d{1,3}([ _']\d{3})+(\.\d+)?/#) != nil,
      let separator = digits.first(where: { " _'".contains($0) })
    {
      return "replace(\(own), \(String(separator).quoted), \"\")"
    }
    if digits.wholeMatch(of: #/-?\d{1,3}(,\d{3})+\.\d+|-?\d{1,3}(,\d{3}){2,}/#) != nil {
      return "replace(\(own), \",\", \"\")"
    }
    if digits.wholeMatch(of: #/-?\d{1,3}(\.\d{3})+,\d+/#) != nil {
      return "replace(replace(\(own), \".\", \"\"), \",\", \".\")"
    }
    let isDecimal =
      digits.wholeMatch(of: #/-?\d+,\d+/#) != nil && digits.wholeMatch(of: #/-?[1-9]\d{0,2},\d{3}/#) == nil
    if isDecimal { return "replace(\(own), \",\", \".\")" }
    return digits.wholeMatch(of: #/-?\d+(\.\d+)? ?[^\d.,\s]\D*/#) != nil
      ? "capture(\(operand), /(-?[0-9.]+)/)[0]" : nil
  }

  /// Returns an expression that converts the text to a time, such as `time(OPERAND, "%d.%m.%Y")`.
  ///
  /// If `time(OPERAND)` can read the text, the expression has no format. The result is nil if the text is not a time.
  package static func time(_ text: String, _ operand: String) -> String? {
    if (try? Instant(parsing: text)) != nil { return "time(\(operand))" }
    let form = forms.first { form in
      (try? TimeFormat(form)).flatMap { try? $0.instant(of: text) } != nil
    }
    return form.map { "time(\(operand), \($0.quoted))" }
  }

  /// Returns the message for a text that is not a time, with examples of texts that are times.
  package static func notTime(_ text: String) -> String {
    "\(text.quoted) is not a time; examples of times are time(\"2026-01-31\"), time(\"31.01.2026\", \"%d.%m.%Y\")"
  }

  /// Usual formats of times in which nobody can confuse the day with the month.
  private static let forms = [
    "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d", "%Y%m%d", "%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
  ]

  private static func trimmed(_ text: String) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
