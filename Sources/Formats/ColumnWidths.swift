/// Shares the width of a terminal among the columns of a table.
struct ColumnWidths {
  /// The columns of space between two cells.
  static let gap = 2
  /// What a text that has to be shortened keeps at least.
  private static let shortest = 12
  /// What a number keeps at least: cut digits would be another number.
  private static let shortestNumber = 24

  /// The widths of the columns that have room, from the first on.
  let widths: [Int]

  /// Shares a width: each column gets what its widest cell needs while there is room.
  ///
  /// Where there is not, texts are shortened, the longest first; where even short ones have no room, the last columns
  /// are left out.
  ///
  /// - Parameters:
  ///   - natural: What the widest cell of each column needs.
  ///   - isNumber: Whether each column holds numbers only.
  ///   - width: The width; nil for any.
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

  /// The columns that cells of some widths take side by side.
  private static func total(_ widths: some Collection<Int>) -> Int {
    widths.reduce(0, +) + gap * max(0, widths.count - 1)
  }

  /// The widths that fill the room: no column is cut while a wider one is not.
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
