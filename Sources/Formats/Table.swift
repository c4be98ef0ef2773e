import JSONText
import Language
package import Values
import Redaction

/// Rows under a heading, each column as wide as its widest cell.
package struct Table {
  private var names: [String] = []
  private var rows: [[String]] = []
  private var isRight: [Bool] = []
  private let isForTerminal: Bool
  /// The widest that a cell is shown.
  private static let cellLimit = 60

  /// Lays out rows; a column appears where the first row that has it does.
  ///
  /// A name or a cell is one line. For a terminal what would steer it is shown as escapes, which count as columns.
  package init(_ records: [Record], isForTerminal: Bool) {
    self.isForTerminal = isForTerminal
    var columns: [CodePoints: Int] = [:]
    for record in records {
      for name in record.names where columns[CodePoints(name)] == nil {
        columns[CodePoints(name)] = names.count
        names.append(Self.line(name, isForTerminal))
        isRight.append(true)
      }
    }
    for record in records {
      var row = [String](repeating: "", count: names.count)
      for (name, value) in record.fields {
        guard let column = columns[CodePoints(name)] else { continue }
        row[column] = Self.line(value.cell, isForTerminal)
        if !value.isNumber, !value.isNull { isRight[column] = false }
      }
      rows.append(row)
    }
  }

  private static func line(_ text: String, _ isForTerminal: Bool) -> String {
    isForTerminal ? TerminalText.line(text) : TerminalText.unbroken(text)
  }

  /// The lines of the table, and the names of columns that have no room in `width`.
  package func lines(width: Int?) -> (lines: [String], hidden: [String]) {
    guard !names.isEmpty else { return ([], []) }
    let limit = width == nil ? Int.max : Self.cellLimit
    let widths = names.indices.map { column in
      min(limit, ([names[column]] + rows.map { $0[column] }).map { Columns.width(of: $0) }.max() ?? 0)
    }
    var shown = 0
    var total = 0
    for columnWidth in widths {
      if let width, shown > 0, total + columnWidth > width { break }
      total += columnWidth + 2
      shown += 1
    }
    let heading = line(names, widths, shown, heading: true)
    let rule = widths.prefix(shown).map { String(repeating: "-", count: $0) }.joined(separator: "  ")
    return ([heading, rule] + rows.map { line($0, widths, shown, heading: false) }, Array(names.dropFirst(shown)))
  }

  private func line(_ cells: [String], _ widths: [Int], _ shown: Int, heading: Bool) -> String {
    var text = ""
    for column in 0..<shown {
      let cell = Self.cut(cells[column], widths[column])
      let space = String(repeating: " ", count: max(0, widths[column] - Columns.width(of: cell)))
      if column > 0 { text += "  " }
      text += isRight[column] ? space + cell : cell + (column < shown - 1 ? space : "")
    }
    return text
  }

  private static func cut(_ text: String, _ width: Int) -> String {
    guard Columns.width(of: text) > width else { return text }
    var result = ""
    var used = 0
    for character in text {
      used += Columns.width(of: character)
      if used >= width { break }
      result.append(character)
    }
    return result + "…"
  }
}
