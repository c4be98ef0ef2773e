/// Turns text into a tape: one pass that validates everything and decodes nothing.
struct JSONParser {
  /// An open container: its entry, and the keys that may be duplicates.
  private struct Open {
    var entry: Int
    var isObject: Bool
    var keyBits: UInt64 = 0
    var mayRepeat = false
  }

  private var entries: [UInt64] = []
  private var open: [Open] = []
  private let depthLimit: Int
  /// A key that occurs twice in its object, and the offset of its text.
  typealias Duplicate = (key: String, offset: Int)

  /// The keys that occur twice in one object, in the order of the text.
  private(set) var duplicates: [Duplicate] = []

  init(depthLimit: Int, capacity: Int) {
    self.depthLimit = depthLimit
    entries.reserveCapacity(capacity)
    open.reserveCapacity(8)
  }

  /// Parses a text that is one value.
  static func parse(
    _ bytes: [UInt8], depthLimit: Int
  ) throws(JSONSyntaxError) -> (value: JSONValue, duplicates: [Duplicate]) {
    var parser = JSONParser(depthLimit: depthLimit, capacity: bytes.count / 12 + 16)
    guard bytes.count < TapeEntry.textLimit else {
      throw JSONSyntaxError("a text of more than 256 MiB", at: 0, in: [])
    }
    var fault: (message: String, offset: Int)?
    unsafe bytes.withUnsafeBytes { raw in
      var scanner = unsafe JSONScanner(raw)
      do throws(JSONScanner.Fault) {
        _ = try parser.value(&scanner)
        scanner.skipSpace()
        if !scanner.isAtEnd { throw JSONScanner.Fault(message: "something after the value") }
      } catch {
        fault = (error.message, scanner.offset)
      }
    }
    if let fault { throw JSONSyntaxError(fault.message, at: fault.offset, in: bytes) }
    let tape = JSONTape(bytes: bytes, entries: parser.entries)
    return (tape.value(at: 0), parser.duplicates)
  }

  /// Parses lines with one value each; blank lines are skipped.
  ///
  /// The values before the first fault are returned with the fault.
  static func lines(
    _ bytes: [UInt8], depthLimit: Int
  ) -> (values: [JSONValue], fault: JSONSyntaxError?, duplicates: [Duplicate]) {
    guard bytes.count < TapeEntry.textLimit else {
      return ([], JSONSyntaxError("lines of more than 256 MiB", at: 0, in: []), [])
    }
    var parser = JSONParser(depthLimit: depthLimit, capacity: bytes.count / 12 + 16)
    var roots: [Int] = []
    var fault: JSONSyntaxError?
    unsafe bytes.withUnsafeBytes { raw in
      var scanner = unsafe JSONScanner(raw)
      while true {
        scanner.skipSpace()
        if scanner.isAtEnd { break }
        let start = scanner.offset
        do throws(JSONScanner.Fault) {
          roots.append(try parser.value(&scanner))
          if scanner.holdsLineEnd(from: start) {
            throw JSONScanner.Fault(message: "a value of several lines; ndjson has a value on each line")
          }
          try scanner.endLine()
        } catch {
          parser.open = []
          fault = JSONSyntaxError(error.message, at: scanner.offset, in: bytes)
          break
        }
      }
    }
    let tape = JSONTape(bytes: bytes, entries: parser.entries, isLines: parser.duplicates.isEmpty)
    return (roots.map(tape.value(at:)), fault, parser.duplicates)
  }

  /// Parses one value, appends it to the tape and returns its index in the tape.
  private mutating func value(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Fault) -> Int {
    let root = entries.count
    repeat {
      scanner.skipSpace()
      try opening(&scanner)
      try closing(&scanner)
    } while !open.isEmpty
    return root
  }

  /// Reads a scalar, or opens containers up to the next value to read or an empty container.
  @inline(__always) private mutating func opening(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Fault) {
    let start = scanner.offset
    switch scanner.byte {
    case UInt8(ascii: "\""):
      scanner.advance()
      let hasEscape = try scanner.string()
      append(.string, offset: start + 1, extent: scanner.offset - start - 2, hasEscape: hasEscape)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try scanner.number()
      append(.number, offset: start, extent: scanner.offset - start)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try container(&scanner)
    case UInt8(ascii: "t"):
      try scanner.word("true")
      append(.yes, offset: start, extent: 4)
    case UInt8(ascii: "f"):
      try scanner.word("false")
      append(.no, offset: start, extent: 5)
    case UInt8(ascii: "n"):
      try scanner.word("null")
      append(.null, offset: start, extent: 4)
    default:
      throw JSONScanner.Fault(message: scanner.isAtEnd ? "the text ends where a value should be" : "expected a value")
    }
  }

  private mutating func container(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Fault) {
    guard open.count < depthLimit else {
      throw JSONScanner.Fault(message: "nested deeper than \(depthLimit) levels")
    }
    let isObject = scanner.byte == UInt8(ascii: "{")
    open.append(Open(entry: entries.count, isObject: isObject))
    append(isObject ? .object : .array, offset: scanner.offset, extent: 0)
    scanner.advance()
    scanner.skipSpace()
    if scanner.byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { return }
    if isObject { try key(&scanner) }
    scanner.skipSpace()
    try opening(&scanner)
  }

  /// Closes containers after a value, up to the comma before the next value or the end of the root.
  @inline(__always) private mutating func closing(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Fault) {
    while let last = open.last {
      scanner.skipSpace()
      switch scanner.byte {
      case UInt8(ascii: ","):
        scanner.advance()
        guard last.isObject else { return }
        scanner.skipSpace()
        return try key(&scanner)
      case UInt8(ascii: "}") where last.isObject, UInt8(ascii: "]") where !last.isObject:
        scanner.advance()
        if last.mayRepeat { voidDuplicates(of: last.entry, in: scanner) }
        entries[last.entry] |= UInt64(entries.count)
        open.removeLast()
      default:
        throw last.isObject
          ? JSONScanner.Fault(message: scanner.isAtEnd ? "the text ends inside an object" : "expected , or }")
          : JSONScanner.Fault(message: scanner.isAtEnd ? "the text ends inside an array" : "expected , or ]")
      }
    }
  }

  @inline(__always) private mutating func key(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Fault) {
    guard scanner.byte == UInt8(ascii: "\"") else { throw JSONScanner.Fault(message: "expected a key in quotes") }
    scanner.advance()
    let start = scanner.offset
    let hasEscape = try scanner.string()
    let length = scanner.offset - start - 1
    append(.string, offset: start, extent: length, hasEscape: hasEscape)
    let last = open.count - 1
    let bit = scanner.keyBit(from: start, count: length)
    if hasEscape || open[last].keyBits & bit != 0 { open[last].mayRepeat = true }
    open[last].keyBits |= bit
    scanner.skipSpace()
    guard scanner.byte == UInt8(ascii: ":") else { throw JSONScanner.Fault(message: "expected : after the key") }
    scanner.advance()
  }

  @inline(__always) private mutating func append(
    _ kind: TapeEntry.Kind, offset: Int, extent: Int, hasEscape: Bool = false
  ) {
    entries.append(TapeEntry(kind, offset: offset, extent: extent, hasEscape: hasEscape).bits)
  }

  /// Voids the earlier ones of equal keys, so that the last one is used.
  private mutating func voidDuplicates(of object: Int, in text: JSONScanner) {
    var seen: [CodePoints: Int] = [:]
    var index = object + 1
    while index < entries.count {
      let entry = TapeEntry(bits: entries[index])
      let key = text.string(entry)
      if let earlier = seen.updateValue(index, forKey: CodePoints(key)) {
        entries[earlier] = TapeEntry(bits: entries[earlier]).voided.bits
        if duplicates.count < 100 { duplicates.append((key, TapeEntry(bits: entries[index]).offset - 1)) }
      }
      let value = TapeEntry(bits: entries[index + 1])
      index = value.kind == .array || value.kind == .object ? value.extent : index + 2
    }
  }
}
