extension JSONTape {
  /// Returns the byte range of an object that is alone on its line and is already in the compact form of the writer;
  /// nil for any other object.
  func compactLine(ofObject index: Int) -> Range<Int>? {
    guard let line = line(ofObject: index), compactLength(of: index) == line.count else { return nil }
    return line
  }

  /// Returns the length in bytes that a value has as compact JSON; nil if the writer would write different escapes in a
  /// string of the value.
  private func compactLength(of index: Int) -> Int? {
    let end = next(after: index)
    // Each entry except the first adds one byte for a comma or a colon. The first entry in a container has neither, so
    // a container adds only one more byte for its two brackets.
    var length = end - index - 1
    for index in index..<end {
      let entry = entry(index)
      if entry.isContainer {
        length += entry.extent > index + 1 ? 1 : 2
      } else if entry.kind == .string {
        if entry.hasEscape, !hasShortEscapes(entry) { return nil }
        length += entry.extent + 2
      } else {
        length += entry.extent
      }
    }
    return length
  }

  /// Whether a string has neither `\u` nor `\/` escapes; the writer writes `\u` only for some control characters, and
  /// `\/` never.
  private func hasShortEscapes(_ entry: TapeEntry) -> Bool {
    unsafe withText(entry) { text in
      var index = 0
      while index < text.count {
        if unsafe text[index] == UInt8(ascii: "\\") {
          index += 1
          let letter = unsafe text[index]
          if letter == UInt8(ascii: "u") || letter == UInt8(ascii: "/") { return false }
        }
        index += 1
      }
      return true
    }
  }
}
