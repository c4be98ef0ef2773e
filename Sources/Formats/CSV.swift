import JSONText

/// Lines of comma- or tab-separated values (RFC 4180).
package enum CSV {
  /// A line without its line end; a cell is quoted if it could not be read back otherwise.
  ///
  /// This applies to the separator, a quote, a line end, a byte order mark at the beginning, and a single empty cell.
  package static func line(_ cells: [String], separator: Unicode.Scalar = ",") -> String {
    let line = cells.map { cell in
      let needsQuotes = cell.unicodeScalars.contains {
        $0 == separator || $0 == "\"" || $0 == "\n" || $0 == "\r" || $0 == "\u{FEFF}"
      }
      return needsQuotes ? "\"" + cell.replacing(each: "\"", with: "\"\"") + "\"" : cell
    }.joined(separator: String(separator))
    return line.isEmpty ? "\"\"" : line
  }
}
