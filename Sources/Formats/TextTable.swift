import JSONText
import Language
package import Values
import Redaction

/// A table of rows under a heading, in which each column is as wide as its widest cell.
///
/// A caller can output some rows, and then add more. A column becomes wider if a new cell needs more width and the line
/// has room.
package struct TextTable {
  private let isForTerminal: Bool
  private var columns: [CodePointComparedString: Int] = [:]
  private var names: [String] = []
  private var natural: [Int] = []
  private var isRight: [Bool] = []
  /// The rows that ``take(width:spare:)`` has not yet returned.
  private var rows: [[String]] = []
  /// The number of added rows.
  package private(set) var count = 0
  /// The number of columns, including the columns that do not fit on the terminal.
  package var columnCount: Int { names.count }

  /// Creates a table without rows.
  ///
  /// Each name and each cell becomes one line. If the table is for a terminal, control characters become escapes, and
  /// the width of a column includes the escapes.
  package init(isForTerminal: Bool) { self.isForTerminal = isForTerminal }

  /// Adds rows.
  ///
  /// The columns are in the order in which their names first appear.
  package mutating func add(_ records: some Sequence<Record>) {
    for record in records {
      var row = [String](repeating: "", count: names.count)
      for (name, value) in record.fields {
        let column = column(name)
        if column >= row.count { row += Array(repeating: "", count: column + 1 - row.count) }
        row[column] = Self.line(value.shownCell, isForTerminal)
        natural[column] = max(natural[column], DisplayWidth.width(of: row[column]))
        if !value.isNumber, !value.isNull { isRight[column] = false }
      }
      rows.append(row)
      count += 1
    }
  }

  private mutating func column(_ name: String) -> Int {
    let key = CodePointComparedString(name)
    if let column = columns[key] { return column }
    columns[key] = names.count
    names.append(Self.line(name, isForTerminal))
    natural.append(DisplayWidth.width(of: names[names.count - 1]))
    isRight.append(true)
    return names.count - 1
  }

  /// Converts a name or a cell to one line of text.
  static func line(_ text: String, _ isForTerminal: Bool) -> String {
    isForTerminal ? TerminalSafeText.line(text) : TerminalSafeText.unbroken(text)
  }

  /// Returns the number of columns that do not fit in a line of the given width.
  package func hiddenCount(in width: Int) -> Int { names.count - layout(width, spare: 0).count }

  /// Returns the names of the columns that do not fit in a line of the given width.
  package func hidden(in width: Int) -> [String] { Array(names.dropFirst(layout(width, spare: 0).count)) }

  private func layout(_ width: Int?, spare: Int) -> [Int] {
    let roomy = natural.map { $0 + spare }
    let wide = ColumnWidthAllocation(natural: roomy, isNumber: isRight, width: width).widths
    return wide == roomy ? wide : ColumnWidthAllocation(natural: natural, isNumber: isRight, width: width).widths
  }

  /// Removes and returns the rows added since the last call, as lines.
  ///
  /// The first call puts the heading before the rows.
  ///
  /// - Parameters:
  ///   - width: The width of the terminal; nil for no limit.
  ///   - spare: The additional width of each column of the table, for wider values in later rows.
  /// - Returns: The lines, without line ends.
  package mutating func take(width: Int?, spare: Int = 0) -> [String] {
    guard !names.isEmpty else { return [] }
    let widths = layout(width, spare: spare)
    var lines: [String] = []
    if rows.count == count {
      lines = [line(names, widths), widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")]
    }
    lines += rows.map { line($0, widths) }
    rows = []
    return lines
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for (column, width) in widths.enumerated() {
      let cell = column < cells.count ? cells[column].cut(to: width) : ""
      let space = String(repeating: " ", count: max(0, width - DisplayWidth.width(of: cell)))
      if column > 0 { text += "  " }
      text += isRight[column] ? space + cell : cell + (column < widths.count - 1 ? space : "")
    }
    return text
  }
}

extension String {
  /// Returns the text, cut to a number of columns; an ellipsis replaces the end of a longer text.
  func cut(to width: Int) -> String {
    guard DisplayWidth.width(of: self) > width else { return self }
    var result = ""
    var used = 0
    for character in self {
      used += DisplayWidth.width(of: character)
      if used >= width { break }
      result.append(character)
    }
    return result + "…"
  }
}
