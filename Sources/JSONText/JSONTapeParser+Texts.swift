/// The two kinds of texts that a parser parses: one value, or one value on each line.
extension JSONTapeParser {
  /// Parses a text that consists of one value.
  ///
  /// The result also contains the keys that occur twice in one object.
  static func parse(
    _ bytes: [UInt8], depthLimit: Int
  ) throws(JSONSyntaxError) -> (value: JSONValue, duplicates: [DuplicateKey]) {
    guard bytes.count < TapeEntry.textLimit else {
      throw JSONSyntaxError("a text can have at most 256 MiB", at: 0, in: [])
    }
    typealias ParsedText = Result<(value: JSONValue, duplicates: [DuplicateKey]), JSONScanner.Fault>
    let parsed: ParsedText = unsafe bytes.withUnsafeBytes { raw in
      let text = unsafe JSONScanner(raw)
      var parser = JSONTapeParser(text, length: raw.count, depthLimit: depthLimit)
      do throws(JSONScanner.Fault) {
        let end = text.skipSpace(try parser.value(0))
        guard text.isEnd(end) else { throw JSONScanner.Fault("unexpected text after the value", at: end) }
      } catch { return .failure(error) }
      let duplicates = parser.duplicates
      return .success((parser.tape(of: bytes).value(at: 0), duplicates))
    }
    switch parsed {
    case .success(let parsed): return parsed
    case .failure(let fault): throw JSONSyntaxError(fault.message, at: fault.offset, in: bytes)
    }
  }

  /// Parses a text with one value on each line, and skips blank lines.
  ///
  /// The function stops at a fault, and returns the values before the fault together with the fault.
  static func lines(
    _ bytes: [UInt8], depthLimit: Int
  ) -> (values: [JSONValue], fault: JSONSyntaxError?, duplicates: [DuplicateKey]) {
    guard bytes.count < TapeEntry.textLimit else {
      return ([], JSONSyntaxError("lines of JSON can have at most 256 MiB in all", at: 0, in: []), [])
    }
    return unsafe bytes.withUnsafeBytes { raw in
      let text = unsafe JSONScanner(raw)
      var parser = JSONTapeParser(text, length: raw.count, depthLimit: depthLimit)
      var roots: [Int] = []
      var fault: JSONSyntaxError?
      do throws(JSONScanner.Fault) {
        var start = text.skipSpace(0)
        while !text.isEnd(start) {
          let root = parser.nextIndex
          let end = try parser.value(start)
          roots.append(root)
          if text.containsLineEnd(start..<end) {
            throw JSONScanner.Fault("the value has several lines, but ndjson has one value on each line", at: end)
          }
          start = text.skipSpace(try text.restOfLine(end))
        }
      } catch { fault = JSONSyntaxError(error.message, at: error.offset, in: bytes) }
      let duplicates = parser.duplicates
      let tape = parser.tape(of: bytes, isLines: duplicates.isEmpty)
      return (roots.map(tape.value(at:)), fault, duplicates)
    }
  }
}
