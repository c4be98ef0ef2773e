/// A reader that parses a JSON array a few elements at a time, so that a large array needs little memory.
///
/// The initializer validates the whole text. `next` then parses the elements. If the text is not an array, its value is
/// the only element.
package struct JSONArrayElementParser: Sendable {
  private let bytes: [UInt8]
  /// The offset of the next element of the array.
  private var offset = 0
  /// The value of a text that is not an array; nil for an array, and after `next` has returned the value.
  private var single: JSONValue?

  /// Validates a JSON text in UTF-8, so that `next` can parse its elements.
  ///
  /// A key that occurs twice in an object is an error.
  ///
  /// - Throws: ``JSONSyntaxError`` with the position of the fault, or of the second occurrence of the key.
  package init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
    self.bytes = bytes
    guard let first = try JSONTapeParser.validateArray(bytes, depthLimit: JSONValue.depthLimit) else {
      single = try JSONValue(parsingUnique: bytes)
      offset = bytes.count
      return
    }
    offset = first
  }

  /// Parses and returns the next elements, at most `count` of them; nil after the last element.
  package mutating func next(_ count: Int) -> [JSONValue]? {
    if let value = single {
      single = nil
      return [value]
    }
    let (elements, end) = JSONTapeParser.elements(of: bytes, from: offset, count, depthLimit: JSONValue.depthLimit)
    offset = end
    return elements.isEmpty ? nil : elements
  }
}

extension JSONTapeParser {
  /// Validates a text if it is an array, and does nothing for any other text.
  ///
  /// - Returns: The offset after the array's opening bracket; nil for a text that is not an array, or that is 256 MiB
  ///   or longer.
  fileprivate static func validateArray(_ bytes: [UInt8], depthLimit: Int) throws(JSONSyntaxError) -> Int? {
    typealias ValidatedArray = Result<(first: Int?, duplicate: DuplicateKey?), JSONScanner.Fault>
    let validated: ValidatedArray = unsafe bytes.withUnsafeBytes { raw in
      let text = unsafe JSONScanner(raw)
      let start = text.skipSpace(0)
      guard text.byte(start) == UInt8(ascii: "["), raw.count < TapeEntry.textLimit else { return .success((nil, nil)) }
      var parser = JSONTapeParser(text, length: 0, depthLimit: depthLimit)
      do throws(JSONScanner.Fault) {
        let end = text.skipSpace(try parser.array(start))
        guard text.isEnd(end) else { throw JSONScanner.Fault("unexpected text after the value", at: end) }
        return .success((start + 1, parser.duplicates.first))
      } catch { return .failure(error) }
    }
    switch validated {
    case .success((_, let duplicate?)): throw JSONSyntaxError(duplicate, in: bytes)
    case .success((let first, nil)): return first
    case .failure(let fault): throw JSONSyntaxError(fault.message, at: fault.offset, in: bytes)
    }
  }

  /// Parses the next elements of a validated array, at most `count` of them.
  ///
  /// - Parameters:
  ///   - bytes: The text of the array.
  ///   - start: The offset of the first element to parse.
  ///   - count: The maximum number of elements.
  ///   - depthLimit: The maximum nesting depth.
  /// - Returns: The elements, and the offset of the element after them.
  fileprivate static func elements(
    of bytes: [UInt8], from start: Int, _ count: Int, depthLimit: Int
  ) -> (elements: [JSONValue], end: Int) {
    unsafe bytes.withUnsafeBytes { raw in
      let text = unsafe JSONScanner(raw)
      var parser = JSONTapeParser(text, length: 0, depthLimit: depthLimit)
      var (roots, offset) = ([Int](), text.skipSpace(start))
      while roots.count < count, !text.isEnd(offset), text.byte(offset) != UInt8(ascii: "]") {
        let root = parser.nextIndex
        guard let end = try? parser.value(offset) else { break }
        roots.append(root)
        offset = text.skipSpace(end)
        if text.byte(offset) == UInt8(ascii: ",") { offset = text.skipSpace(offset + 1) }
      }
      let tape = parser.tape(of: bytes)
      return (roots.map(tape.value(at:)), offset)
    }
  }
}
