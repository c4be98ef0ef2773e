import Glibc
import SwiftOverlayShims  // owns timespec if it is loaded before Glibc

/// A point in time with a resolution of a nanosecond, in the years 0000 to 9999.
public struct Instant: Sendable, Hashable, Comparable {
  /// The time since 1970-01-01T00:00:00Z, without leap seconds.
  package let sinceEpoch: Duration

  /// Creates an instant from the time since 1970-01-01T00:00:00Z.
  ///
  /// - Throws: A `value` error if the instant is outside the years 0000 to 9999.
  package init(sinceEpoch: Duration) throws(Fault) {
    guard Self.earliest <= sinceEpoch, sinceEpoch < Self.end else {
      throw Fault(.value, "a time must be in the years 0000 to 9999")
    }
    self.init(unchecked: sinceEpoch)
  }

  private init(unchecked sinceEpoch: Duration) { self.sinceEpoch = sinceEpoch }

  /// The earliest instant, 0000-01-01T00:00:00Z.
  private static let earliest = Duration.seconds(-719_528 * 86400)
  /// The first instant after the year 9999.
  private static let end = Duration.seconds(2_932_897 * 86400)

  /// The current instant.
  package static var now: Instant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Instant(unchecked: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec))
  }

  /// Reads a date and time (RFC 3339 section 5.6).
  ///
  /// A date alone means midnight of that date. A time without an offset is in UTC. A space may replace the `T`. The
  /// reader drops the digits of a fraction after the ninth.
  ///
  /// - Throws: A `value` error with the quoted text and the reason.
  package init(parsing text: String) throws(Fault) {
    do throws(Fault) {
      var reader = TimeTextReader(text)
      var time = OffsetDateTime()
      try reader.date(into: &time)
      if !reader.isAtEnd { try reader.time(into: &time) }
      try reader.end()
      try self.init(sinceEpoch: time.sinceEpoch())
    } catch {
      throw error.about(text, "write 2026-01-31, or 2026-01-31T12:00:00Z")
    }
  }

  /// The instant in the format of RFC 3339, in UTC.
  ///
  /// The fraction of the second has 0, 3, 6 or 9 digits.
  package var text: String {
    let time = OffsetDateTime(self)
    func pad(_ number: Int, _ width: Int = 2) -> String { TimeFormat.digits(number, width) }
    let date = "\(pad(time.year, 4))-\(pad(time.month))-\(pad(time.day))"
    let seconds = "\(date)T\(pad(time.hour)):\(pad(time.minute)):\(pad(time.second))"
    guard time.nanosecond > 0 else { return seconds + "Z" }
    var (fraction, count) = (time.nanosecond, 9)
    while fraction % 1000 == 0 { (fraction, count) = (fraction / 1000, count - 3) }
    return "\(seconds).\(pad(fraction, count))Z"
  }

  /// Returns the instant that is `duration` later than this instant.
  ///
  /// - Throws: A `value` error if the result is outside the years 0000 to 9999.
  package func advanced(by duration: Duration) throws(Fault) -> Instant {
    try Instant(sinceEpoch: sinceEpoch + duration)
  }

  /// Whether `left` is before `right`.
  public static func < (left: Instant, right: Instant) -> Bool { left.sinceEpoch < right.sinceEpoch }
}

extension Fault {
  /// Returns this error with a message that says which text is not a time, and why.
  ///
  /// If the error has no next step, `example` becomes its next step.
  func about(_ text: String, _ example: String) -> Fault {
    Fault(kind, "\(text.quoted) is not a time: \(message)", nextStep: nextStep ?? example)
  }
}
