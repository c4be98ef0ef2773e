import JSONText

extension String {
  /// The text quoted for a message: as JSON, at most 60 code points.
  package var quoted: String {
    let head = unicodeScalars.prefix(60)
    return JSONValue.string(String(head)).text + (head.endIndex < unicodeScalars.endIndex ? "..." : "")
  }
}
