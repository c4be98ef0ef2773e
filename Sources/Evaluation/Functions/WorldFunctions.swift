import Glibc
import JSONText
import Language
import Values

extension Function {
  static let world: [Function] = [
    Function("now()", "The time in UTC as text.", takes: 0...0, #"now() > "2026""#, "true") { _, _ throws(Fault) in
      .string(Timestamp.text(Timestamp.now))
    },
    Function(
      "ago(duration)", "The time a duration before now, in UTC as text.", takes: 1...1, "ago(1d) < now()", "true"
    ) { values, _ throws(Fault) in
      guard case .duration(let duration) = values[0] else {
        throw Fault(.type, "ago needs a duration, not \(values[0].typeWithArticle)", nextStep: "ago(7d)")
      }
      return .string(Timestamp.text(Timestamp.now - duration / .seconds(1)))
    },
    Function(
      "age(time)", "How long ago a time is, as a duration.", takes: 1...1, #"age("2026-01-01T00:00:00Z") > 1d"#, "true"
    ) { values, _ throws(Fault) in
      let text = try string(values, 0, "age")
      guard let seconds = Timestamp.seconds(text) else {
        throw Fault(.value, "age: \"\(values[0].label)\" is no time", nextStep: "2026-01-31, or 2026-01-31T12:00:00Z")
      }
      return .duration(.milliseconds(Int64(((Timestamp.now - seconds) * 1000).rounded())))
    },
    Function("uuid()", "A new UUID (version 4).", takes: 0...0, "length(uuid())", "36") { _, _ throws(Fault) in
      .string(UUIDText.random())
    },
    Function(
      "env(name, default)", "A variable of the environment.", takes: 1...2, #"env("NO_SUCH_NAME", "none")"#, "\"none\""
    ) { values, run throws(Fault) in
      let name = try string(values, 0, "env")
      if let text = run.session.options.environment[name] { return .string(text) }
      guard values.count > 1 else {
        throw Fault(
          .value, "\(name) is not set in the environment", nextStep: "give a default: env(\"\(name)\", \"...\")")
      }
      return values[1]
    },
    Function("var(name, default)", "What --var NAME=VALUE gave.", takes: 1...2, #"var("limit", "100")"#, "\"100\"") {
      values, run throws(Fault) in
      let name = try string(values, 0, "var")
      if let text = run.session.options.variables[name] { return .string(text) }
      guard values.count > 1 else {
        throw Fault(.value, "no value was given for \(name)", nextStep: "run with --var \(name)=...")
      }
      return values[1]
    },
  ]
}

/// Times as text, in UTC: `2026-01-31T12:00:00.000Z` (RFC 3339).
enum Timestamp {
  /// Seconds since 1970.
  static var now: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static func text(_ seconds: Double) -> String {
    let milliseconds = Int((seconds * 1000).rounded(.down))
    let day = milliseconds >= 0 ? milliseconds / 86_400_000 : (milliseconds - 86_399_999) / 86_400_000
    let rest = milliseconds - day * 86_400_000
    let (year, month, dayOfMonth) = civil(day)
    let pad = { (value: Int, width: Int) in
      String(repeating: "0", count: max(0, width - "\(value)".count)) + "\(value)"
    }
    let date = [pad(year, 4), pad(month, 2), pad(dayOfMonth, 2)].joined(separator: "-")
    let time = [rest / 3_600_000, rest / 60000 % 60, rest / 1000 % 60].map { pad($0, 2) }.joined(separator: ":")
    return "\(date)T\(time).\(pad(rest % 1000, 3))Z"
  }

  /// Seconds since 1970 of a date or a time with a zone; nil where it is none.
  static func seconds(_ text: String) -> Double? {
    let form = /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?/
    guard let match = text.wholeMatch(of: form), let year = Int(match.1), let month = Int(match.2),
      let day = Int(match.3), 1...12 ~= month, 1...31 ~= day
    else { return nil }
    let (hour, minute, second) = (
      match.4.flatMap { Int($0) } ?? 0, match.5.flatMap { Int($0) } ?? 0, match.6.flatMap { Int($0) } ?? 0
    )
    guard hour < 25, minute < 60, second < 61 else { return nil }
    let whole = ((dayNumber(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    let seconds = Double(whole) + (match.7.flatMap { Double("0\($0)") } ?? 0)
    guard let zone = match.8, zone != "Z" else { return seconds }
    let digits = zone.filter(\.isNumber)
    let offset = (Double(digits.prefix(2)) ?? 0) * 3600 + (Double(digits.suffix(2)) ?? 0) * 60
    return zone.hasPrefix("-") ? seconds + offset : seconds - offset
  }

  /// The number of a day since 1970-01-01, in the Gregorian calendar.
  private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The date of a day's number.
  private static func civil(_ number: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = number + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
  }
}

/// Random UUIDs as text (RFC 9562, version 4).
enum UUIDText {
  static func random() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }.joined(separator: "-")
  }
}
