extension JSONTape {
  /// Returns the byte range of an object whose text is already compact JSON; nil for any other object.
  ///
  /// The object must also be alone on its line. The writer can then copy the bytes of the line.
  func compactLine(ofObject index: Int) -> Range<Int>? {
    guard let line = line(ofObject: index), compactLength(of: index) == line.count else { return nil }
    return line
  }

  /// Returns the length in bytes that a value has as compact JSON.
  ///
  /// Returns nil if the writer would write an escape in a string of the value differently.
  private func compactLength(of index: Int) -> Int? {
    let end = next(after: index)
    // This number counts one byte for each entry except the first: the comma or colon before the entry. The first entry
    // in a container has no such byte. A container with entries therefore adds only one byte for its two brackets.
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

  /// Whether a string has neither `\u` nor `\/` escapes.
  ///
  /// The writer never writes `\/`. It writes `\u` only for some control characters.
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
