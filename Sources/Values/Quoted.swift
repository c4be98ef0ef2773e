import JSONText

extension String {
  /// The text in quotes, for a message: a JSON string of at most 60 code points.
  ///
  /// If the text is longer, `...` follows the quotes.
  package var quoted: String {
    let head = unicodeScalars.prefix(60)
    return JSONValue.string(String(head)).text + (head.endIndex < unicodeScalars.endIndex ? "..." : "")
  }
}
