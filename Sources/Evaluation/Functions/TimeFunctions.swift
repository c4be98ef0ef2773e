import JSONText
import Language
import Values

extension BuiltInFunction {
  static let times: [BuiltInFunction] = [
    BuiltInFunction("now()", "The current time.", takes: 0...0, #"now() > time("2026-01-01")"#, "true") {
      _, _ throws(Fault) in
      .time(Instant.now)
    },
    BuiltInFunction(
      "ago(duration)", "The current time minus a duration.", takes: 1...1, of: [.duration], "ago(1d) < now()",
      "true"
    ) {
      values, _ throws(Fault) in
      .time(try Instant.now.advanced(by: .zero - duration(values, 0, "ago")))
    },
    BuiltInFunction(
      "age(time)", "The duration from a time until now.", takes: 1...1,
      #"age(time("2026-01-01T00:00:00Z")) > 1d"#, "true"
    ) { values, _ throws(Fault) in
      .duration(Instant.now.sinceEpoch - (try time(values, 0, "age")).sinceEpoch)
    },
    BuiltInFunction(
      "time(text, format)",
      """
      The time that a text describes. Without the argument format, the text must have the format RFC 3339, such as \
      "2026-01-31T12:00:00Z". Without an offset, the time is in UTC. The argument format is a text such as "%d.%m.%Y". \
      In a format, %Y is the year, %m the month, %d the day, %H the hour, %M the minute, %S the second, %z the offset \
      from UTC, and %% a percent sign.
      """,
      takes: 1...2, of: [.text, .timeFormat],
      #"time("31.01.2026", "%d.%m.%Y")"#, "\"2026-01-31T00:00:00Z\""
    ) { values throws(Fault) in
      guard case .string(let text) = values[0] else {
        throw Fault(.type, "time needs a string, not \(values[0].typeWithArticle)", nextStep: wayToTime(values[0]))
      }
      guard values.count > 1 else { return .time(try Instant(parsing: text)) }
      return .time(try TimeFormat(try string(values, 1, "time")).instant(of: text))
    },
    BuiltInFunction(
      "date(time, format)",
      """
      The day of a time in UTC, as text such as "2026-01-31". With the argument format, the function returns the time \
      in this format. For the letters of a format, see help time.
      """,
      takes: 1...2, of: [.any, .timeFormat],
      #"date(time("2026-01-31T12:30:00Z"))"#, "\"2026-01-31\""
    ) { values throws(Fault) in
      let form = values.count > 1 ? try string(values, 1, "date") : "%Y-%m-%d"
      return .string(try TimeFormat(form).text(of: try time(values, 0, "date")))
    },
  ]

  /// Returns the argument at the given index if it is a time; otherwise throws an error.
  private static func time(_ values: [Value], _ index: Int, _ name: String) throws(Fault) -> Instant {
    guard case .time(let time) = values[index] else {
      throw Fault(
        .type, "\(name) needs a time, not \(values[index].typeWithArticle)",
        nextStep: wayToTime(values[index], name))
    }
    return time
  }

  /// Returns the suggestion for the error that a function needs a time.
  ///
  /// The suggestion is an expression that converts the value to a time.
  private static func wayToTime(_ value: Value, _ function: String = "time") -> String? {
    switch value {
    case .string(let text):
      return TextConversionAdvice.time(text, ".field").map { "convert the text: \(function)(\($0))" }
        ?? TextConversionAdvice.notTime(text)
    case .null: return "to omit the elements with null: | where .field != null"
    case .time: return "the value is a time already: use .field"
    case .duration: return "to subtract the duration from now, write ago(.field)"
    case .number(let number) where number.integer != nil:
      let isInMilliseconds = (number.integer ?? 0).magnitude >= 100_000_000_000
      let unit = isInMilliseconds ? "milliseconds" : "seconds"
      return "for \(number) \(unit) since 1970, write time(\"1970-01-01\") + \(number)\(isInMilliseconds ? "ms" : "s")"
    default: return nil
    }
  }
}
