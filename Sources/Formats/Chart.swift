import JSONText
import Language
import Values

/// A bar chart of numbers or counts.
package struct Chart {
  /// A bar: its label and its length.
  package struct Bar: Sendable {
    package var label: String
    package var length: Double
    /// The text beside the bar, such as the length as a number.
    package var text: String

    package init(label: String, length: Double, text: String) {
      (self.label, self.length, self.text) = (label, length, text)
    }

    /// Creates a bar whose length is a count.
    init(_ label: String, count: Int) { self.init(label: label, length: Double(count), text: "\(count)") }
  }

  package var bars: [Bar]

  package init(_ bars: [Bar]) { self.bars = bars }

  /// Draws each bar on one line.
  ///
  /// - Parameters:
  ///   - width: The maximum number of columns of a line.
  ///   - isForTerminal: Whether the function draws the bars with Unicode blocks, and escapes control characters.
  /// - Returns: The lines.
  package func lines(width: Int, isForTerminal: Bool) -> [String] {
    let labels = bars.map { TextTable.line($0.label, isForTerminal).cut(to: max(8, width / 3)) }
    let labelWidth = labels.map { DisplayWidth.width(of: $0) }.max() ?? 0
    let textWidth = bars.map(\.text.count).max() ?? 0
    let room = max(1, width - labelWidth - textWidth - 2 * ColumnWidthAllocation.gap)
    let longest = bars.map(\.length.magnitude).max() ?? 0
    return zip(labels, bars).map { label, bar in
      let space = String(repeating: " ", count: labelWidth - DisplayWidth.width(of: label) + ColumnWidthAllocation.gap)
      let number = String(repeating: " ", count: textWidth - bar.text.count) + bar.text
      // The length is infinite if a number exceeds the range of binary floats.
      let share = bar.length.isInfinite ? 1 : longest > 0 ? bar.length.magnitude / longest : 0
      let drawn = Self.bar(share * Double(room), isNegative: bar.length < 0, isForTerminal)
      return label + space + number + (drawn.isEmpty ? "" : "  " + drawn)
    }
  }

  /// Draws a bar with a length in columns.
  ///
  /// On a terminal, the length is exact to an eighth of a column. Otherwise the bar consists of `#` characters. A bar
  /// for a negative number consists of `░` on a terminal, and otherwise of `-`.
  private static func bar(_ columns: Double, isNegative: Bool, _ isForTerminal: Bool) -> String {
    guard isForTerminal, !isNegative else {
      let mark = isNegative ? (isForTerminal ? "░" : "-") : "#"
      return String(repeating: mark, count: Int(columns.rounded()))
    }
    let eighths = Int((columns * 8).rounded())
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + rest
  }

  /// Returns a chart with one bar for each different label, which shows how often the label occurs in `labels`.
  ///
  /// The longest bar comes first.
  package static func counts(of labels: [String]) -> Chart {
    var places: [CodePointComparedString: Int] = [:]
    var counts: [(label: String, count: Int)] = []
    for label in labels {
      if let place = places[CodePointComparedString(label)] {
        counts[place].count += 1
      } else {
        places[CodePointComparedString(label)] = counts.count
        counts.append((label, 1))
      }
    }
    let sorted = counts.enumerated().sorted {
      $0.element.count != $1.element.count ? $0.element.count > $1.element.count : $0.offset < $1.offset
    }
    return Chart(sorted.map { Bar($0.element.label, count: $0.element.count) })
  }
}
