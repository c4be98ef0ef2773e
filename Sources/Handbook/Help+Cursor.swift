public import Language

extension Help {
  /// Returns the help of the word at an offset, and the range of the word.
  ///
  /// - Parameters:
  ///   - source: The text, which may have syntax errors.
  ///   - offset: The offset of a byte of the word, or of the byte directly after the word.
  ///   - columns: The width of the terminal that shows the page; nil for no terminal.
  /// - Returns: The page and the range; nil if the word has no page.
  public static func page(
    in source: SourceText, at offset: Int, columns: Int? = nil
  ) -> (text: String, range: SourceRange)? {
    let parts = HighlightedPart.parts(of: source)
    let inside = parts.last { $0.range.lower <= offset && offset < $0.range.upper }
    guard let part = inside ?? parts.last(where: { $0.range.upper == offset }) else { return nil }
    switch part.kind {
    case .keyword, .command, .stage, .function, .lone, .option, .variable:
      let word = part.name.isEmpty ? source.text(part.range) : part.name
      return text([word], columns: columns).map { ($0, part.range) }
    default: return nil
    }
  }

  /// Returns the help for the cursor in a text that the user is typing.
  ///
  /// The result is the page of the word at the cursor. If the word has no page, the result is the page of the call
  /// around the cursor. `columns` is the width of the terminal.
  public static func page(of text: String, at cursor: Int, columns: Int? = nil) -> String? {
    if let (page, _) = page(in: SourceText(name: "", text: text), at: cursor, columns: columns) { return page }
    return CursorContext(of: text, at: cursor).target.flatMap { Help.text([$0.call.name], columns: columns) }
  }
}
