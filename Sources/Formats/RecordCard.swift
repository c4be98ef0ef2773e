import Language
package import Values

/// The layout of a record for display, with each field on a line of its own.
package struct RecordCard {
  private let fields: [(name: String, text: String)]

  /// Creates the card of a record.
  ///
  /// Each name and each value becomes text without line breaks.
  ///
  /// If the card is for a terminal, control characters become escapes.
  package init(_ record: Record, isForTerminal: Bool) {
    fields = record.fields.map {
      (TextTable.line($0.name, isForTerminal), TextTable.line($0.value.shownCell, isForTerminal))
    }
  }

  /// Returns the lines of the card.
  ///
  /// A value that is too long for a line of `width` columns continues on the next line.
  package func lines(width: Int?) -> [String] {
    let most = width.map { max(1, $0 / 3) } ?? Int.max
    let nameWidth = min(fields.map { DisplayWidth.width(of: $0.name) }.max() ?? 0, most)
    let room = width.map { max(1, $0 - nameWidth - ColumnWidthAllocation.gap) }
    let margin = String(repeating: " ", count: nameWidth + ColumnWidthAllocation.gap)
    return fields.flatMap { name, text in
      let name = name.cut(to: nameWidth)
      let head = name + margin.dropFirst(DisplayWidth.width(of: name))
      let parts = room.map { text.parts(of: $0) } ?? [text[...]]
      return parts.enumerated().map { index, part in (index == 0 ? head : margin) + part }
    }
  }
}

extension String {
  /// Splits the text into parts that are at most `width` columns wide.
  ///
  /// The result has at least one part.
  fileprivate func parts(of width: Int) -> [Substring] {
    var parts: [Substring] = []
    var (start, used) = (startIndex, 0)
    for index in indices {
      let columns = DisplayWidth.width(of: self[index])
      if used + columns > width, index > start {
        parts.append(self[start..<index])
        (start, used) = (index, 0)
      }
      used += columns
    }
    return parts + [self[start...]]
  }
}
