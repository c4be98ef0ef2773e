extension JSONTape {
  /// Returns the byte range of an object that is alone on its line and already compact JSON.
  ///
  /// The writer can copy these bytes instead of encoding the object. Returns nil for any other object.
  func compactLine(ofObject index: Int) -> Range<Int>? {
    guard let line = line(ofObject: index), compactLength(of: index) == line.count else { return nil }
    return line
  }

  /// Returns the length of a value as compact JSON, in bytes.
  ///
  /// Returns nil if a string of the value contains an escape that the writer does not write, such as `\/`.
  private func compactLength(of index: Int) -> Int? {
    let end = next(after: index)
    // An entry counts one byte for the comma or colon before it. The first entry in an array or object has no such
    // byte. To compensate, an array or object with entries counts only one byte for its two brackets.
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

  /// Whether all escapes of a string are short forms that the writer also writes, such as `\n`.
  ///
  /// The result is false for `\/` and `\u`. The writer never writes `\/`, and writes `\u` only for some control
  /// characters.
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
