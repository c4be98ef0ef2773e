import Language
package import Values

extension Chart {
  /// The maximum number of bars of a timeline.
  private static let mostTimes = 40

  /// Returns a chart that shows how many points in time are in each period, such as each day.
  ///
  /// A period is between a second and a thousand years long. The function chooses the shortest length for which the
  /// chart has at most 40 bars. A period without points in time has an empty bar.
  package static func timeline(of times: [Instant]) -> Chart {
    guard let least = times.min(), let most = times.max() else { return Chart([]) }
    let unit = TimelinePeriodLength.all.first { $0.index(of: most) - $0.index(of: least) < mostTimes } ?? .years(1000)
    let first = unit.index(of: least)
    var counts = Array(repeating: 0, count: unit.index(of: most) - first + 1)
    for time in times { counts[unit.index(of: time) - first] += 1 }
    return Chart(counts.enumerated().map { Bar(unit.label(first + $0), count: $1) })
  }
}

/// The length of each period in a timeline, such as a day or ten years.
///
/// The periods are numbered. For example, day 0 is 1970-01-01.
private enum TimelinePeriodLength: Equatable {
  case second, minute, hour, day, month
  case years(Int)

  /// All lengths, from the shortest to the longest.
  static let all: [TimelinePeriodLength] =
    [.second, .minute, .hour, .day, .month] + [1, 10, 100, 1000].map { .years($0) }

  private var seconds: Int {
    switch self {
    case .second: 1
    case .minute: 60
    case .hour: 3600
    default: 86400
    }
  }

  /// Returns the number of the period that contains an instant.
  func index(of time: Instant) -> Int {
    let whole = Int(time.sinceEpoch.components.seconds) - (time.sinceEpoch.components.attoseconds < 0 ? 1 : 0)
    let number = whole.quotient(by: seconds)
    switch self {
    case .month:
      let date = Calendar.date(number)
      return date.year * 12 + date.month - 1
    case .years(let count): return Calendar.date(number).year.quotient(by: count)
    default: return number
    }
  }

  /// Returns the text for a period, such as `2026-01-31 12:00`, `2026-01` or `2020 to 2029`.
  ///
  /// `index` is the number of the period.
  func label(_ index: Int) -> String {
    func pad(_ number: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
    }
    if case .years(let count) = self {
      let first = index * count
      return pad(first, 4) + (count > 1 ? " to \(pad(first + count - 1, 4))" : "")
    }
    if self == .month { return "\(pad(index / 12, 4))-\(pad(index % 12 + 1, 2))" }
    let start = index * seconds
    let day = start.quotient(by: 86400)
    let date = Calendar.date(day)
    let text = "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))"
    guard self != .day else { return text }
    let second = start - day * 86400
    let clock = "\(text) \(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2))"
    return self == .second ? "\(clock):\(pad(second % 60, 2))" : clock
  }
}

extension Int {
  /// Returns the quotient, rounded down; for example, -1 divided by 10 gives -1.
  fileprivate func quotient(by divisor: Int) -> Int {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }
}
