/// The elements of a JSON text: the elements of its array, or its only value if the value is not an array.
///
/// The initializer validates the whole text. `next` then parses the elements in groups. The positions of all values of
/// a large array are therefore never in memory at the same time.
package struct JSONElements: Sendable {
  private let bytes: [UInt8]
  /// The offset of the next element of the array.
  private var offset = 0
  /// The only value of a text that is not an array; nil after `next` has returned the value.
  private var single: JSONValue?

  /// Validates UTF-8 text.
  ///
  /// A key that occurs twice in an object is an error.
  ///
  /// - Throws: ``JSONSyntaxError`` with the position of the fault, or of the second occurrence of the key.
  package init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
    self.bytes = bytes
    guard let first = try JSONParser.validateArray(bytes, depthLimit: JSONValue.depthLimit) else {
      single = try JSONValue(parsingUnique: bytes)
      offset = bytes.count
      return
    }
    offset = first
  }

  /// Returns at most `count` of the next elements; nil if no element is left.
  package mutating func next(_ count: Int) -> [JSONValue]? {
    if let value = single {
      single = nil
      return [value]
    }
    let (elements, end) = JSONParser.elements(of: bytes, from: offset, count, depthLimit: JSONValue.depthLimit)
    offset = end
    return elements.isEmpty ? nil : elements
  }
}

extension JSONParser {
  /// Validates a text that is an array.
  ///
  /// - Returns: The offset after the array's opening bracket. Nil if the text does not begin with a bracket, or is too
  ///   long.
  fileprivate static func validateArray(_ bytes: [UInt8], depthLimit: Int) throws(JSONSyntaxError) -> Int? {
    typealias ValidatedArray = Result<(first: Int?, duplicate: DuplicateKey?), JSONScanner.Fault>
    let validated: ValidatedArray = unsafe bytes.withUnsafeBytes { raw in
      let text = unsafe JSONScanner(raw)
      let start = text.skipSpace(0)
      guard text.byte(start) == UInt8(ascii: "["), raw.count < TapeEntry.textLimit else { return .success((nil, nil)) }
      var parser = JSONParser(text, length: 0, depthLimit: depthLimit)
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

  /// Parses at most `count` elements of a validated array.
  ///
  /// `start` is the offset of an element. The result `end` is the offset of the next element.
  fileprivate static func elements(
    of bytes: [UInt8], from start: Int, _ count: Int, depthLimit: Int
  ) -> (elements: [JSONValue], end: Int) {
    unsafe bytes.withUnsafeBytes { raw in
      let text = unsafe JSONScanner(raw)
      var parser = JSONParser(text, length: 0, depthLimit: depthLimit)
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
