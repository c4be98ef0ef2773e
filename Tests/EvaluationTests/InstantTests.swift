import Testing
import Values

/// Tests of reading times in the form of RFC 3339 or in a form with the letters of strftime, such as `%Y-%m-%d`.
@Suite struct InstantTests {
  private func text(_ text: String) -> String {
    do throws(Fault) { return try Instant(parsing: text).text } catch { return error.message }
  }

  private func text(_ text: String, _ form: String) -> String {
    do throws(Fault) { return try TimeFormat(form).instant(of: text).text } catch { return error.message }
  }

  @Test(arguments: [
    ("2026-01-31", "2026-01-31T00:00:00Z"),
    ("2026-01-31T12:00:00", "2026-01-31T12:00:00Z"),
    ("2026-01-31 12:00:00Z", "2026-01-31T12:00:00Z"),
    ("2026-01-31t12:00:00z", "2026-01-31T12:00:00Z"),
    ("2026-01-31T12:00:00+05:30", "2026-01-31T06:30:00Z"),
    ("2026-12-31T23:59:59-23:59", "2027-01-01T23:58:59Z"),
    ("2026-01-31T12:00:00-00:00", "2026-01-31T12:00:00Z"),
    ("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500Z"),
    ("2026-01-31T12:00:00.1234Z", "2026-01-31T12:00:00.123400Z"),
    ("2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.123456789Z"),
    ("2026-01-31T12:00:00.0000000019Z", "2026-01-31T12:00:00.000000001Z"),
    ("2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00Z"),
    ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
    ("2024-02-29", "2024-02-29T00:00:00Z"), ("2000-02-29", "2000-02-29T00:00:00Z"),
    ("0000-01-01", "0000-01-01T00:00:00Z"), ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
  ])
  func readsRFC3339(_ input: String, _ expected: String) { #expect(text(input) == expected) }

  @Test(arguments: [
    ("2026-02-30", "there is no day 30 in February 2026, which has 28 days"),
    ("2023-02-29", "there is no day 29 in February 2023, which has 28 days"),
    ("1900-02-29", "there is no day 29 in February 1900, which has 28 days"),
    ("2026-04-31", "there is no day 31 in April 2026, which has 30 days"),
    ("2026-13-01", "there is no month 13"), ("2026-00-01", "there is no month 0"),
    ("2026-01-00", "there is no day 0 in January 2026, which has 31 days"),
    ("2026-01-31T24:00:00Z", "there is no hour 24: the hours are 0 to 23"),
    ("2026-01-31T12:60:00Z", "there is no minute 60"),
    ("2026-12-31T23:59:60Z", "there is no second 60"), ("2026-12-31T23:59:61Z", "there is no second 61"),
    ("2026-01-31T12:00:00+99:00", "an offset is at most 23:59"),
    ("2026-01-31T12:00:00+02:60", "an offset is at most 23:59"),
    ("2026-01-31T12:00:00+0200", "expected : in the offset"),
    ("2026-01-31T12:00:00 Z", "expected Z or an offset such as +02:00"),
    ("2026-01-31T12:00:00.Z", "expected digits after the point"),
    ("2026-01-31T12:00Z", #"expected ":""#), ("2026-01-31T", "expected 2 digits of the hour"),
    ("2026-1-31", "expected 2 digits of the month"), ("10000-01-01", #"expected "-""#),
    ("+2026-01-31", "expected 4 digits of the year"), ("２０２６-01-31", "expected 4 digits of the year"),
    (" 2026-01-31", "expected 4 digits of the year"), ("2026-01-31\n", "expected T after the date"),
    ("2026-01-31T12:00:00Z ", #"unexpected text at the end: " ""#), ("", "expected 4 digits of the year"),
    ("0000-01-01T00:00:00+00:01", "a time must be in the years 0000 to 9999"),
    ("9999-12-31T23:59:59-00:01", "a time must be in the years 0000 to 9999"),
  ])
  func refusesInvalidTimes(_ input: String, _ reason: String) {
    #expect(text(input).hasSuffix(" is not a time: \(reason)") || text(input) == reason, "\(text(input))")
  }

  @Test(arguments: [
    ("31.01.2026", "%d.%m.%Y", "2026-01-31T00:00:00Z"), ("1.2.2026", "%d.%m.%Y", "2026-02-01T00:00:00Z"),
    ("20260131123456", "%Y%m%d%H%M%S", "2026-01-31T12:34:56Z"),
    ("31/01/2026 08:15 +0200", "%d/%m/%Y %H:%M %z", "2026-01-31T06:15:00Z"),
    ("2026", "%Y", "2026-01-01T00:00:00Z"), ("100% 2026-05", "100%% %Y-%m", "2026-05-01T00:00:00Z"),
    ("le 1 é 2 2026", "le %d é %m %Y", "2026-02-01T00:00:00Z"),
  ])
  func readsForms(_ input: String, _ form: String, _ expected: String) { #expect(text(input, form) == expected) }

  @Test(
    arguments: [
      ("31.02.2026", "%d.%m.%Y", "there is no day 31 in February 2026, which has 28 days"),
      ("1.2.26", "%d.%m.%Y", "expected 4 digits of the year"),
      ("2026013", "%Y%m%d", nil), ("202613", "%Y%m", "there is no month 13"),
      ("20261", "%Y%m%d", "expected 2 digits of the month"),
      ("31-01-2026", "%d.%m.%Y", #"expected ".""#), ("31.01.2026x", "%d.%m.%Y", #"unexpected text at the end: "x""#),
      ("31.01", "%d.%m", #"the format "%d.%m" has no %Y: a time needs its year"#),
      ("31.2026", "%d.%Y", #"the format "%d.%Y" has %d but no %m"#),
      ("x", "%y", "%y is not a letter of time formats"), ("x", "%", "the time format ends in %"),
      ("x", "%Y %Y", "%Y occurs twice in the time format"),
    ] as [(String, String, String?)])
  func refusesOtherText(_ input: String, _ form: String, _ reason: String?) {
    guard let reason else {
      #expect(text(input, form) == "2026-01-03T00:00:00Z")
      return
    }
    #expect(
      text(input, form).hasSuffix(" is not a time: \(reason)") || text(input, form) == reason, "\(text(input, form))")
  }

  @Test func writesForms() throws {
    let instant = try Instant(parsing: "0987-06-05T04:03:02.1Z")
    #expect(try TimeFormat("%d.%m.%Y %H:%M:%S %z 100%%").text(of: instant) == "05.06.0987 04:03:02 +0000 100%")
  }

  /// Each date has the number of the previous date plus 1, and the number converts back to the same date.
  @Test func everyDayIsReadAsItIsWritten() throws {
    var number = try Calendar.day(0, 1, 1)
    for year in Calendar.years {
      for month in 1...12 {
        for day in 1...Calendar.days(in: month, of: year) {
          let date = Calendar.date(number)
          guard date == (year, month, day), try Calendar.day(year, month, day) == number else {
            Issue.record("\(date) is no \(year)-\(month)-\(day)")
            return
          }
          number += 1
        }
      }
    }
    #expect(number == 2_932_897)
  }
}
