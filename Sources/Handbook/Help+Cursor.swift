public import Language

extension Help {
  /// Returns the help of the word at a byte of a text, and the word's range.
  ///
  /// - Parameters:
  ///   - source: The text, which need not parse.
  ///   - offset: The byte: one of the word's bytes, or the byte directly after the word.
  ///
  /// - Returns: The page and the range; nil if the word has no page.
  public static func page(in source: SourceText, at offset: Int) -> (text: String, range: SourceRange)? {
    let parts = HighlightedPart.parts(of: source)
    let inside = parts.last { $0.range.lower <= offset && offset < $0.range.upper }
    guard let part = inside ?? parts.last(where: { $0.range.upper == offset }) else { return nil }
    switch part.kind {
    case .keyword, .command, .stage, .function, .lone, .option, .variable:
      return text([part.name.isEmpty ? source.text(part.range) : part.name]).map { ($0, part.range) }
    default: return nil
    }
  }

  /// Returns the help for the cursor in a text being typed: of the word there, or else of the call around the cursor.
  public static func page(of text: String, at cursor: Int) -> String? {
    if let (page, _) = page(in: SourceText(name: "", text: text), at: cursor) { return page }
    return CursorContext(of: text, at: cursor).target.flatMap { Help.text([$0.call.name]) }
  }
}
