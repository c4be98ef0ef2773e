import Formats
import Language
import Values

/// Writes tables and cards.
extension ResultPrinter {
  /// The maximum number of lines that cards can have.
  ///
  /// A table that is wider than the screen becomes cards only if the cards do not exceed this limit.
  private static let cardLimit = 100
  /// The number of additional character cells in each column, because later rows can contain wider values.
  private static let spare = 2

  /// Writes a table.
  ///
  /// Rows that are wider than the screen become cards, unless the user has requested a table. At a terminal, the
  /// function writes the first screen of rows before it reads the other rows.
  mutating func table(_ elements: inout ElementStream) async throws(Fault) {
    var table = TextTable(isForTerminal: output.isTerminal)
    var rows: [Record] = []
    var hasBegun = false
    var isCut = false
    while let page = try await elements.next() {
      var records = page.map(\.shownRow)
      if output.isTerminal, count + records.count > Self.rowLimit {
        isCut = true
        records.removeLast(count + records.count - Self.rowLimit)
        elements.close()
      }
      count += records.count
      table.add(records)
      guard output.isTerminal else { continue }
      rows += records
      if !isCut, hasBegun || count > output.rows() && !isForCards(table) {
        hasBegun = true
        try put(table.take(width: output.columns(), spare: Self.spare))
      }
    }
    if !hasBegun, isForCards(table) { try cards(rows, after: 0) } else { try finish(&table, hasBegun) }
    if isCut { notes.append(Self.cut(of: elements.total?())) }
  }

  private mutating func finish(_ table: inout TextTable, _ hasBegun: Bool) throws(Fault) {
    if table.columnCount == 0 { for _ in 0..<count { try output.put(line: "{}") } }
    let width = output.isTerminal ? output.columns() : nil
    try put(table.take(width: width, spare: hasBegun ? Self.spare : 0))
    guard let width, case let hidden = table.hidden(in: width), !hidden.isEmpty else { return }
    notes.append(Self.hidden(hidden, width))
  }

  /// Returns whether the printer shows the rows as cards.
  ///
  /// The rows must be wider than the screen, and the cards must not have more than `cardLimit` lines.
  private func isForCards(_ table: TextTable) -> Bool {
    guard isAutomatic, output.isTerminal, table.count * (table.columnCount + 1) <= Self.cardLimit else { return false }
    return table.hiddenCount(in: output.columns()) > 0
  }

  private static func cut(of total: Int?) -> String {
    let rows = total.map { "\(rowLimit) of \($0) rows" } ?? "the first \(rowLimit) rows"
    return "\(rows); for all rows, use | csv or | write \"FILE\"; for fewer rows, use | take N"
  }

  /// Returns a note about columns that do not fit on the screen.
  ///
  /// The note contains the number of these columns, and as many of their names as fit on a line.
  private static func hidden(_ names: [String], _ width: Int) -> String {
    var (list, room) = ("", max(20, width - 80))
    for name in names {
      room -= DisplayWidth.width(of: name) + 1
      guard room >= 0 else {
        list += list.isEmpty ? "" : " ..."
        break
      }
      list += " " + name
    }
    let columns = names.count == 1 ? "1 more column does" : "\(names.count) more columns do"
    return "\(columns) not fit\(list.isEmpty ? "" : ":")\(list); | card shows all, | select .a .b chooses columns"
  }

  /// Writes each element as a card.
  mutating func cards(_ elements: inout ElementStream) async throws(Fault) {
    while let page = try await elements.next() {
      try cards(page.map(\.shownRow), after: count)
      count += page.count
      try output.showAtTerminal()
    }
  }

  /// Writes one record as a card.
  func card(_ record: Record) throws(Fault) { try cards([record], after: 0) }

  /// Writes cards with an empty line between them.
  private func cards(_ records: [Record], after count: Int) throws(Fault) {
    for (index, record) in records.enumerated() {
      if count + index > 0 { try output.put(line: "") }
      if record.names.isEmpty { try output.put(line: "{}") }
      let card = RecordCard(record, isForTerminal: output.isTerminal)
      for line in card.lines(width: output.isTerminal ? output.columns() : nil) { try output.put(line: line) }
    }
  }

  private func put(_ lines: [String]) throws(Fault) {
    for line in lines { try output.put(line: line) }
    try output.showAtTerminal()
  }
}
