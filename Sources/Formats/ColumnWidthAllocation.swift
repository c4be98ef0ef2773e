/// Divides the width of a terminal among the columns of a table.
struct ColumnWidthAllocation {
  /// The number of spaces between two cells.
  static let gap = 2
  /// The minimum width to which a column of texts shrinks.
  private static let shortest = 12
  /// The minimum width to which a column of numbers shrinks.
  private static let shortestNumber = 24

  /// The widths of the columns that fit on the line.
  ///
  /// The table omits all other columns.
  let widths: [Int]

  /// Divides the width of a line among the columns.
  ///
  /// If there is enough room, each column gets the width of its widest cell. Otherwise the widest columns shrink. If
  /// the columns still do not fit, the table omits its last columns.
  ///
  /// - Parameters:
  ///   - natural: The width of the widest cell of each column.
  ///   - isNumber: For each column, whether it contains only numbers.
  ///   - width: The width of the line; nil for no limit.
  init(natural: [Int], isNumber: [Bool], width: Int?) {
    guard let width, Self.total(natural) > width else {
      widths = natural
      return
    }
    let least = zip(natural, isNumber).map { min($0, $1 ? Self.shortestNumber : Self.shortest) }
    var shown = 1
    while shown < least.count, Self.total(least[...shown]) <= width { shown += 1 }
    guard shown > 1 else {
      widths = [min(natural[0], width)]
      return
    }
    let room = width - Self.gap * (shown - 1)
    widths = Self.shared(room, natural.prefix(shown), least.prefix(shown))
  }

  /// Returns the width of a line whose cells have the given widths, including the gaps between the cells.
  private static func total(_ widths: some Collection<Int>) -> Int {
    widths.reduce(0, +) + gap * max(0, widths.count - 1)
  }

  /// Divides a width of `room` among the columns.
  ///
  /// The function first shrinks the widest column to the width of the second widest column, then both of them, and so
  /// on.
  private static func shared(_ room: Int, _ natural: ArraySlice<Int>, _ least: ArraySlice<Int>) -> [Int] {
    func widths(_ level: Int) -> [Int] { zip(natural, least).map { min($0, max($1, level)) } }
    var (low, high) = (0, room)
    while low < high {
      let level = (low + high + 1) / 2
      if widths(level).reduce(0, +) <= room { low = level } else { high = level - 1 }
    }
    var result = widths(low)
    var spare = room - result.reduce(0, +)
    for column in result.indices where spare > 0 && result[column] == low && natural[column] > low {
      result[column] += 1
      spare -= 1
    }
    return result
  }
}
