/// Lines of comma- or tab-separated values (RFC 4180).
package enum CSV {
  /// A line without its end; what holds the separator, a quote or a line's end is quoted.
  package static func line(_ cells: [String], separator: Character = ",") -> String {
    cells.map { cell in
      let needsQuotes = cell.contains { $0 == separator || $0 == "\"" || $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
      return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }.joined(separator: String(separator))
  }
}
