import JSONText
package import Values

/// Writes lines of comma- or tab-separated values (RFC 4180).
package enum CSVWriter {
  /// Appends a line without its line end, and puts a cell in quotes where necessary.
  ///
  /// A cell needs quotes if it contains a separator, a quote, a line end or a byte order mark. An empty cell needs
  /// quotes if it is the only cell of its line.
  package static func append(_ cells: [String], separator: UInt8 = UInt8(ascii: ","), to line: inout [UInt8]) {
    let start = line.count
    for (index, cell) in cells.enumerated() {
      if index > 0 { line.append(separator) }
      append(cell, separator, to: &line)
    }
    if line.count == start { line += "\"\"".utf8 }
  }

  private static func append(_ cell: String, _ separator: UInt8, to line: inout [UInt8]) {
    var cell = cell
    cell.withUTF8 { bytes in
      guard unsafe needsQuotes(bytes, separator) else { return unsafe line.append(contentsOf: bytes) }
      line.append(UInt8(ascii: "\""))
      for index in bytes.indices {
        let byte = unsafe bytes[index]
        if byte == UInt8(ascii: "\"") { line.append(byte) }
        line.append(byte)
      }
      line.append(UInt8(ascii: "\""))
    }
  }

  private static func needsQuotes(_ cell: UnsafeBufferPointer<UInt8>, _ separator: UInt8) -> Bool {
    for index in cell.indices {
      switch unsafe cell[index] {
      case separator, UInt8(ascii: "\""), 0x0A, 0x0D: return true
      case 0xEF where unsafe cell[index...].starts(with: [0xEF, 0xBB, 0xBF]): return true
      default: break
      }
    }
    return false
  }
}

extension Record {
  /// Returns the cells of a record in the order of the columns.
  ///
  /// If the record has no field for a column, the cell is empty.
  ///
  /// - Parameter names: The names of the columns, without duplicates.
  /// - Returns: The cells, and the name of the first field without a column; the name is nil if each field has a
  ///   column.
  package func cells(under names: [String]) -> (cells: [String], extra: String?) {
    let fields = fields
    if fields.count == names.count, zip(fields, names).allSatisfy({ $0.name.isSame(as: $1) }) {
      return (fields.map(\.value.cell), nil)
    }
    return (names.map { self[$0]?.cell ?? "" }, fields.first { !names.has($0.name) }?.name)
  }
}
