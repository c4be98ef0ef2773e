/// Calculates with days of the Gregorian calendar, in the years 0000 to 9999.
///
/// RFC 3339 allows the same years. The calendar is proleptic: it also applies to years before 1582.
package enum Calendar {
  /// The years that a time can have.
  package static let years = 0...9999
  private static let names = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// Returns the number of days of a month.
  ///
  /// - Parameters:
  ///   - month: The month, from 1 to 12.
  ///   - year: The year, which determines the length of February.
  /// - Returns: A number from 28 to 31.
  package static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Returns the number of days from 1970-01-01 to a date.
  ///
  /// The number is negative for a date before 1970.
  ///
  /// - Throws: A `value` error if the day does not exist.
  package static func day(_ year: Int, _ month: Int, _ day: Int) throws(Fault) -> Int {
    guard years.contains(year) else { throw Fault(.value, "the year \(year) is not between 0000 and 9999") }
    guard 1...12 ~= month else { throw Fault(.value, "there is no month \(month)") }
    let count = days(in: month, of: year)
    guard 1...count ~= day else {
      throw Fault(.value, "there is no day \(day) in \(names[month - 1]) \(year), which has \(count) days")
    }
    // The calculation lets the year begin in March, so that a leap day is the last day of the year.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Returns the date that is `number` days after 1970-01-01.
  package static func date(_ number: Int) -> (year: Int, month: Int, day: Int) {
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

/// A date, a time of day and an offset from UTC: the parts of a text such as `2026-01-31T12:00:00+02:00`.
struct OffsetDateTime {
  var year = 0
  var month = 1
  var day = 1
  var hour = 0
  var minute = 0
  var second = 0
  var nanosecond = 0
  /// The offset in seconds east of UTC: 7200 for `+02:00`.
  var offset = 0

  init() {}

  /// Creates the date and the time of day, in UTC, of an instant.
  init(_ instant: Instant) {
    let (seconds, attoseconds) = instant.sinceEpoch.components
    var (whole, rest) = (Int(seconds), Int(attoseconds / 1_000_000_000))
    if rest < 0 { (whole, rest) = (whole - 1, rest + 1_000_000_000) }
    let number = whole >= 0 ? whole / 86400 : (whole - 86399) / 86400
    let time = whole - number * 86400
    (year, month, day) = Calendar.date(number)
    (hour, minute, second, nanosecond) = (time / 3600, time / 60 % 60, time % 60, rest)
  }

  /// Returns the time from 1970-01-01T00:00:00Z to this date and time.
  ///
  /// The result is negative for a time before 1970.
  ///
  /// - Throws: A `value` error for a day or a time of day that does not exist.
  func sinceEpoch() throws(Fault) -> Duration {
    let number = try Calendar.day(year, month, day)
    guard hour < 24 else { throw Fault(.value, "there is no hour \(hour): the hours are 0 to 23") }
    guard minute < 60 else { throw Fault(.value, "there is no minute \(minute)") }
    guard second < 60 else {
      throw Fault(.value, "there is no second \(second)", nextStep: "write a leap second as 59")
    }
    return .seconds(number * 86400 + hour * 3600 + minute * 60 + second - offset) + .nanoseconds(nanosecond)
  }
}
