import JSONText
import Language
package import Values

/// A bar chart: of given numbers, or of counts of equal values.
package struct Chart {
  /// A bar: its label and its length.
  package struct Bar: Sendable {
    package var label: String
    package var length: Double
    /// The text of the length beside the bar.
    package var text: String

    package init(label: String, length: Double, text: String) {
      (self.label, self.length, self.text) = (label, length, text)
    }

    /// A bar of a count.
    init(_ label: String, count: Int) { self.init(label: label, length: Double(count), text: "\(count)") }
  }

  package var bars: [Bar]

  package init(_ bars: [Bar]) { self.bars = bars }

  /// The most bars of a histogram.
  private static let mostBins = 12
  /// The most bars of a count over time.
  private static let mostTimes = 40

  /// Draws the bars, each on a line that fits in a width.
  ///
  /// - Parameters:
  ///   - width: The largest number of columns of a line.
  ///   - isForTerminal: Whether to draw Unicode blocks, and to escape control characters.
  /// - Returns: The lines.
  package func lines(width: Int, isForTerminal: Bool) -> [String] {
    let labels = bars.map { Table.line($0.label, isForTerminal).cut(to: max(8, width / 3)) }
    let labelWidth = labels.map { Columns.width(of: $0) }.max() ?? 0
    let textWidth = bars.map(\.text.count).max() ?? 0
    let room = max(1, width - labelWidth - textWidth - 2 * ColumnWidths.gap)
    let longest = bars.map(\.length.magnitude).max() ?? 0
    return zip(labels, bars).map { label, bar in
      let space = String(repeating: " ", count: labelWidth - Columns.width(of: label) + ColumnWidths.gap)
      let number = String(repeating: " ", count: textWidth - bar.text.count) + bar.text
      let share = longest > 0 ? bar.length.magnitude / longest : 0
      let drawn = Self.bar(share * Double(room), isNegative: bar.length < 0, isForTerminal)
      return label + space + number + (drawn.isEmpty ? "" : "  " + drawn)
    }
  }

  /// A bar with a number of columns: in eighths at a terminal, of `#` elsewhere; a negative one is lighter.
  private static func bar(_ columns: Double, isNegative: Bool, _ isForTerminal: Bool) -> String {
    guard isForTerminal, !isNegative else {
      let mark = isNegative ? (isForTerminal ? "░" : "-") : "#"
      return String(repeating: mark, count: Int(columns.rounded()))
    }
    let eighths = Int((columns * 8).rounded())
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + rest
  }

  /// Counts numbers in ranges of one size, which is 1, 2 or 5 times a power of ten.
  package static func histogram(of numbers: [Double]) -> Chart {
    guard let least = numbers.min(), let most = numbers.max() else { return Chart([]) }
    let step = step(for: most - least)
    let first = (least / step).rounded(.down)
    var counts: [Int] = []
    for number in numbers {
      let index = max(0, Int(((number / step).rounded(.down) - first)))
      if index >= counts.count { counts += Array(repeating: 0, count: index + 1 - counts.count) }
      counts[index] += 1
    }
    return Chart(
      counts.enumerated().map { index, count in
        let lower = first + Double(index)
        return Bar("\(text(lower, step)) to \(text(lower + 1, step))", count: count)
      })
  }

  /// The smallest size of a range that does not give too many ranges.
  private static func step(for range: Double) -> Double {
    guard range > 0, range.isFinite else { return 1 }
    var power = 1.0
    while power * Double(mostBins) < range { power *= 10 }
    while power * Double(mostBins) / 10 >= range { power /= 10 }
    return [0.2, 0.5, 1].map { $0 * power }.first { $0 * Double(mostBins - 1) >= range } ?? power
  }

  private static func text(_ steps: Double, _ step: Double) -> String {
    let value = steps * step
    if step >= 1, value.magnitude < 1e15 { return "\(Int(value.rounded()))" }
    guard step < 1 else { return "\(value)" }
    var (digits, size) = (0, step)
    while size < 0.999, digits < 9 { (digits, size) = (digits + 1, size * 10) }
    let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
    let whole = (value * scale).rounded()
    guard whole.magnitude < 1e15 else { return "\(value)" }
    let all = String(Int(whole.magnitude))
    let padded = String(repeating: "0", count: max(0, digits + 1 - all.count)) + all
    return (whole < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
  }

  /// Counts equal values, the most frequent first.
  package static func counts(of labels: [String]) -> Chart {
    var places: [CodePoints: Int] = [:]
    var counts: [(label: String, count: Int)] = []
    for label in labels {
      if let place = places[CodePoints(label)] {
        counts[place].count += 1
      } else {
        places[CodePoints(label)] = counts.count
        counts.append((label, 1))
      }
    }
    let sorted = counts.enumerated().sorted {
      $0.element.count != $1.element.count ? $0.element.count > $1.element.count : $0.offset < $1.offset
    }
    return Chart(sorted.map { Bar($0.element.label, count: $0.element.count) })
  }

  /// Counts times in the smallest unit of seconds, minutes, hours, days, months and years that does not give too many
  /// bars; units without a time are shown too.
  package static func timeline(of times: [Instant]) -> Chart {
    guard let least = times.min(), let most = times.max() else { return Chart([]) }
    let unit = TimeUnit.allCases.first { $0.index(of: most) - $0.index(of: least) < mostTimes } ?? .year
    let first = unit.index(of: least)
    var counts = Array(repeating: 0, count: unit.index(of: most) - first + 1)
    for time in times { counts[unit.index(of: time) - first] += 1 }
    return Chart(counts.enumerated().map { Bar(unit.label(first + $0), count: $1) })
  }
}

/// A unit of time, numbered from its first.
private enum TimeUnit: CaseIterable {
  case second, minute, hour, day, month, year

  private var seconds: Int {
    switch self {
    case .second: 1
    case .minute: 60
    case .hour: 3600
    default: 86400
    }
  }

  /// The number of the unit that holds an instant.
  func index(of time: Instant) -> Int {
    let whole = Int(time.sinceEpoch.components.seconds) - (time.sinceEpoch.components.attoseconds < 0 ? 1 : 0)
    let number = whole.quotient(by: seconds)
    guard self == .month || self == .year else { return number }
    let date = Calendar.date(number)
    return self == .year ? date.year : date.year * 12 + date.month - 1
  }

  /// The text of a numbered unit: `2026-01-31 12:00`, `2026-01`.
  func label(_ index: Int) -> String {
    func pad(_ number: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
    }
    if self == .year { return pad(index, 4) }
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
  /// The quotient rounded down, also for negative numbers.
  fileprivate func quotient(by divisor: Int) -> Int {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }
}
