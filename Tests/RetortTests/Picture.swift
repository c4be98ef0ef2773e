import Foundation

/// An SVG picture (SVG 1.1) of a terminal's screen down to the line of the cursor, in the colours of a dark terminal.
struct Picture {
  private static let cell = (width: 8, height: 18)
  private static let margin = 12

  /// The text of the SVG document.
  let text: String

  init(of screen: ScreenCells, title: String) {
    let rows = screen.cells.prefix(screen.cursor.row + 1)
    let width = (rows.first?.count ?? 0) * Self.cell.width + 2 * Self.margin
    let height = rows.count * Self.cell.height + 2 * Self.margin
    let pieces = rows.enumerated().flatMap { row, cells in Self.pieces(of: cells, row: row) }
    text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
      font-family="monospace" font-size="13">
      <title>\(Self.escaped(title))</title>
      <rect width="100%" height="100%" rx="6" fill="#1e1e1e"/>
      \(pieces.joined(separator: "\n"))
      </svg>

      """
  }

  /// Returns SVG elements for the text of a row: one element for each sequence of cells with the same style.
  ///
  /// The picture omits sequences that consist only of spaces.
  private static func pieces(of cells: [ScreenCells.Cell], row: Int) -> [String] {
    var pieces: [String] = []
    var start = 0
    while start < cells.count {
      let look = cells[start].look
      let end = cells[start...].firstIndex { $0.look != look } ?? cells.count
      let words = cells[start..<end].map(\.text).joined()
      if words.contains(where: { $0 != " " }) {
        pieces.append(piece(words, look: look, column: start, row: row))
      }
      start = end
    }
    return pieces
  }

  private static func piece(_ words: String, look: String, column: Int, row: Int) -> String {
    let trimmed = words.trimmingCharacters(in: .whitespaces)
    let place = column + words.prefix { $0 == " " }.count
    let (x, y) = (margin + place * cell.width, margin + row * cell.height)
    let numbers = look.split(separator: ";").compactMap { Int($0) }
    let isInverse = numbers.contains(7)
    let colour = isInverse ? "#1e1e1e" : numbers.compactMap { colours[$0] }.first ?? "#d4d4d4"
    let behind =
      isInverse
      ? "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(trimmed.count * cell.width)\" height=\"\(cell.height)\" fill=\"#d4d4d4\"/>"
      : ""
    let weight = numbers.contains(1) ? " font-weight=\"bold\"" : ""
    return behind
      + "<text x=\"\(x)\" y=\"\(y + 14)\" textLength=\"\(trimmed.count * cell.width)\" fill=\"\(colour)\"\(weight) "
      + "xml:space=\"preserve\">\(escaped(trimmed))</text>"
  }

  /// The SVG colour of each SGR parameter that the prompt uses (ECMA-48 8.3.117).
  private static let colours = [
    31: "#f14c4c", 32: "#6fbf73", 33: "#d7ba7d", 34: "#6796e6", 35: "#c586c0", 36: "#4ec9b0", 90: "#8a8a8a",
    94: "#9cdcfe",
  ]

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
