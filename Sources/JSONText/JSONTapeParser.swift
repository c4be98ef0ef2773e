/// A parser that converts JSON text to a tape, the list of the positions of all values.
///
/// The parser validates the whole text in one pass. It does not decode values.
struct JSONTapeParser: ~Copyable {
  /// An array or object whose closing bracket the parser has not read yet.
  ///
  /// `entry` is the index of its tape entry. `mayRepeat` is true if two keys of an object are possibly equal. The
  /// parser then compares all keys at the end of the object.
  private struct OpenContainer {
    var entry = 0
    var isObject = false
    var mayRepeat = false
    var keyBits: UInt64 = 0
  }

  /// A key that occurs twice in its object, and the offset of the second occurrence.
  typealias DuplicateKey = (key: String, offset: Int)

  private let text: JSONScanner
  private let depthLimit: Int
  private var entries: TapeEntries
  /// The number of arrays and objects whose closing bracket the parser has not read yet.
  private var depth = 0
  /// The innermost array or object whose closing bracket the parser has not read yet.
  ///
  /// `nearest` and `outer` store the arrays and objects around it, so that the parser can return to them. Only a deeply
  /// nested text needs `outer`, which allocates memory. The first element of `nearest` stands for the whole text.
  private var inner = OpenContainer()
  private var nearest = InlineArray<6, OpenContainer>(repeating: OpenContainer())
  private var outer: [OpenContainer] = []
  /// The keys that occur twice in one object, at most 100.
  private(set) var duplicates: [DuplicateKey] = []

  init(_ text: JSONScanner, length: Int, depthLimit: Int) {
    self.text = text
    self.depthLimit = depthLimit
    entries = TapeEntries(capacity: length / 8 + 16)
  }

  /// The tape index of the next value that the parser appends.
  var nextIndex: Int { entries.count }

  /// Returns the tape of the parsed values.
  consuming func tape(of bytes: [UInt8], isLines: Bool = false) -> JSONTape {
    JSONTape(bytes: bytes, entries: entries, isLines: isLines)
  }

  /// Parses the value at an offset, and appends its entries to the tape.
  ///
  /// White space before the value is skipped.
  ///
  /// - Parameters:
  ///   - start: The offset.
  ///   - base: The number of arrays and objects around the value.
  /// - Returns: The offset after the value.
  /// - Throws: The fault with its offset.
  mutating func value(_ start: Int, within base: Int = 0) throws(JSONScanner.Fault) -> Int {
    var offset = start
    while true {
      offset = text.skipSpace(offset)
      switch text.byte(offset) {
      case UInt8(ascii: "\""): offset = try string(offset).end
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        let end = try text.number(offset)
        entries.append(TapeEntry(.number, offset: offset, extent: end - offset))
        offset = end
      case UInt8(ascii: "{"):
        offset = text.skipSpace(try open(.object, offset))
        if text.byte(offset) != UInt8(ascii: "}") {
          offset = try key(offset)
          continue
        }
      case UInt8(ascii: "["):
        offset = text.skipSpace(try open(.array, offset))
        if text.byte(offset) != UInt8(ascii: "]") { continue }
      case UInt8(ascii: "t"): offset = try word("true", .yes, offset)
      case UInt8(ascii: "f"): offset = try word("false", .no, offset)
      case UInt8(ascii: "n"): offset = try word("null", .null, offset)
      default:
        throw JSONScanner.Fault(
          text.isEnd(offset) ? "the text ends where a value should be" : "expected a value", at: offset)
      }
      offset = close(offset, within: base)
      if depth == base { return offset }
      offset = try comma(offset)
    }
  }

  /// Validates the array at an offset.
  ///
  /// After each element is validated, the function removes it from the tape, so that a long array needs little memory.
  ///
  /// - Returns: The offset after the array.
  mutating func array(_ start: Int) throws(JSONScanner.Fault) -> Int {
    var offset = text.skipSpace(try open(.array, start))
    let isEmpty = text.byte(offset) == UInt8(ascii: "]")
    while !isEmpty {
      offset = try value(offset, within: 1)
      entries.removeAll()
      offset = text.skipSpace(offset)
      if text.byte(offset) == UInt8(ascii: "]") { break }
      offset = try comma(offset)
    }
    return offset + 1
  }

  @inline(__always) private mutating func string(
    _ start: Int
  ) throws(JSONScanner.Fault) -> (end: Int, hasEscape: Bool) {
    let string = try text.string(start + 1)
    entries.append(
      TapeEntry(.string, offset: start + 1, extent: string.end - start - 2, hasEscape: string.hasEscape))
    return string
  }

  private mutating func word(
    _ word: StaticString, _ kind: TapeEntry.Kind, _ start: Int
  ) throws(JSONScanner.Fault) -> Int {
    let end = try text.word(word, start)
    entries.append(TapeEntry(kind, offset: start, extent: end - start))
    return end
  }

  private mutating func open(_ kind: TapeEntry.Kind, _ start: Int) throws(JSONScanner.Fault) -> Int {
    guard depth < depthLimit else {
      throw JSONScanner.Fault("nested deeper than \(depthLimit) levels", at: start)
    }
    if depth < nearest.count { nearest[depth] = inner } else { outer.append(inner) }
    inner = OpenContainer(entry: entries.count, isObject: kind == .object)
    depth += 1
    entries.append(TapeEntry(kind, offset: start, extent: 0))
    return start + 1
  }

  /// Closes the arrays and objects that end directly after a value: `]}` closes an array and an object.
  ///
  /// Returns the offset after the last closing bracket.
  @inline(__always) private mutating func close(_ start: Int, within base: Int) -> Int {
    var offset = start
    while depth > base {
      offset = text.skipSpace(offset)
      guard text.byte(offset) == (inner.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { break }
      if inner.mayRepeat { voidDuplicates(of: inner.entry) }
      entries[inner.entry] = entries[inner.entry].ending(before: entries.count)
      depth -= 1
      inner = depth < nearest.count ? nearest[depth] : outer.removeLast()
      offset += 1
    }
    return offset
  }

  /// Reads the comma after an element or a member; in an object, also reads the next key.
  @inline(__always) private mutating func comma(_ start: Int) throws(JSONScanner.Fault) -> Int {
    guard text.byte(start) == UInt8(ascii: ",") else {
      if text.isEnd(start) {
        throw JSONScanner.Fault("the text ends inside an \(inner.isObject ? "object" : "array")", at: start)
      }
      throw JSONScanner.Fault("expected a comma or \(inner.isObject ? "}" : "]")", at: start)
    }
    return try inner.isObject ? key(text.skipSpace(start + 1)) : start + 1
  }

  @inline(__always) private mutating func key(_ start: Int) throws(JSONScanner.Fault) -> Int {
    guard text.byte(start) == UInt8(ascii: "\"") else {
      throw JSONScanner.Fault("expected a key in quotes", at: start)
    }
    let (end, hasEscape) = try string(start)
    let bit = text.keyBit(from: start + 1, count: end - start - 2)
    if hasEscape || inner.keyBits & bit != 0 { inner.mayRepeat = true }
    inner.keyBits |= bit
    let colon = text.skipSpace(end)
    guard text.byte(colon) == UInt8(ascii: ":") else {
      throw JSONScanner.Fault("expected a colon after the key", at: colon)
    }
    return colon + 1
  }
}

extension JSONTapeParser {
  /// Marks the earlier of two equal keys in an object as ignored, so that only the last value counts.
  private mutating func voidDuplicates(of object: Int) {
    guard mayContainDuplicates(object) else { return }
    var seen: [CodePointComparedString: Int] = [:]
    var index = object + 1
    while index < entries.count {
      let key = text.string(of: entries[index])
      if let earlier = seen.updateValue(index, forKey: CodePointComparedString(key)) {
        entries[earlier] = entries[earlier].voided
        if duplicates.count < 100 { duplicates.append((key, entries[index].offset - 1)) }
      }
      index = entries.next(after: index + 1)
    }
  }

  /// Whether an object may have equal keys.
  ///
  /// The function compares the bytes of the keys, which is faster than a hash table for a small object. It returns true
  /// without a complete comparison if the object has more than 32 members, or an escape in a key.
  private func mayContainDuplicates(_ object: Int) -> Bool {
    var keys: [TapeEntry] = []
    var index = object + 1
    while index < entries.count {
      let key = entries[index]
      guard keys.count < 32, !key.hasEscape, !keys.contains(where: { text.isSame($0, key) }) else { return true }
      keys.append(key)
      index = entries.next(after: index + 1)
    }
    return false
  }
}
