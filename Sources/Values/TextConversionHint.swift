import JSONText

/// Finds an expression that converts a text to a number or a time, so that the next step of an error works for that
/// text.
package enum TextConversionHint {
  /// Returns `number(OPERAND)`, with `trim` if the text needs it; nil if the text is not a number.
  package static func number(_ text: String, _ operand: String) -> String? {
    JSONNumber(text: text) == nil
      ? JSONNumber(text: trimmed(text)).map { _ in "number(trim(\(operand)))" } : "number(\(operand))"
  }

  /// Returns `time(OPERAND)`, with a format if the text needs one; nil if the text is not a time.
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

  /// Usual formats of times, but only those in which day and month can't be confused.
  private static let forms = [
    "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d", "%Y%m%d", "%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
  ]

  private static func trimmed(_ text: String) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
