import Glibc

/// One entry of a tape: the kind of the value at an offset of the text, and its end.
///
/// A scalar value is one entry. A container's entry contains the index after its last element, and is followed by the
/// entries of its elements; in an object, each member is a string entry and the entries of its value.
struct TapeEntry {
  enum Kind: UInt64 {
    case null, no, yes, number, string, array, object
    /// A member's key that a later duplicate voids.
    case voidKey
  }

  var bits: UInt64

  /// The maximum size of a text that a tape can describe, in bytes.
  static let textLimit = 1 << 28

  init(_ kind: Kind, offset: Int, extent: Int, hasEscape: Bool = false) {
    bits =
      kind.rawValue << 61 | (hasEscape ? 1 << 60 : 0) | UInt64(truncatingIfNeeded: offset) << 28
      | UInt64(truncatingIfNeeded: extent)
  }

  init(bits: UInt64) { self.bits = bits }

  var kind: Kind { Kind(rawValue: bits >> 61) ?? .null }
  var hasEscape: Bool { bits & 1 << 60 != 0 }
  /// The start of the text of a number or a string (after its quote).
  var offset: Int { Int(bits >> 28 & 0xFFFF_FFFF) }
  /// The length in bytes of a number or string; for a container, the index after its last entry.
  var extent: Int { Int(bits & 0xFFF_FFFF) }

  /// The same key as a void key.
  var voided: TapeEntry { TapeEntry(.voidKey, offset: offset, extent: extent, hasEscape: hasEscape) }
}

/// A validated text and its tape, shared by all values that were parsed from the text.
///
/// Values are decoded at their first access; until then a value is an index into the tape.
final class JSONTape: Sendable {
  let bytes: [UInt8]
  let entries: [UInt64]
  /// Whether each top-level value is on its own line and no key is repeated.
  private let isLines: Bool

  init(bytes: [UInt8], entries: [UInt64], isLines: Bool = false) {
    self.bytes = bytes
    self.entries = entries
    self.isLines = isLines
  }

  /// The bytes of the line of an object that is alone on its line; nil for other objects.
  func line(ofObject index: Int) -> Range<Int>? {
    guard isLines else { return nil }
    let start = entry(index).offset
    return unsafe bytes.withUnsafeBytes { all in
      var before = start
      while before > 0, case let byte = unsafe all[before - 1], byte == 0x20 || byte == 0x09 || byte == 0x0D {
        before -= 1
      }
      guard unsafe before == 0 || all[before - 1] == 0x0A, let base = all.baseAddress else { return nil }
      guard let end = unsafe memchr(base + start, 0x0A, all.count - start) else { return start..<all.count }
      return unsafe start..<UnsafeRawPointer(end) - base
    }
  }

  @inline(__always) func entry(_ index: Int) -> TapeEntry { TapeEntry(bits: entries[index]) }

  /// The index of the value after the one at `index`.
  @inline(__always) func next(after index: Int) -> Int {
    let entry = entry(index)
    return entry.kind == .array || entry.kind == .object ? entry.extent : index + 1
  }

  func value(at index: Int) -> JSONValue {
    let entry = entry(index)
    switch entry.kind {
    case .null, .voidKey: return .null
    case .no: return .bool(false)
    case .yes: return .bool(true)
    case .number: return .number(unsafe withText(entry) { unsafe JSONNumber(scanned: $0) })
    case .string: return .string(string(entry))
    case .array: return .array(JSONArray(tape: self, index: index))
    case .object: return .object(JSONObject(tape: self, index: index))
    }
  }

  /// Passes the bytes of a number or a string, unchanged from the text, to `body`.
  @inline(__always) func withText<Result>(_ entry: TapeEntry, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe bytes.withUnsafeBytes { all in
      unsafe body(UnsafeRawBufferPointer(rebasing: all[entry.offset..<entry.offset + entry.extent]))
    }
  }

  func string(_ entry: TapeEntry) -> String {
    unsafe withText(entry) { unsafe Self.decoded($0, hasEscape: entry.hasEscape) }
  }

  /// Decodes the bytes of a string that the scanner has validated.
  static func decoded(_ text: UnsafeRawBufferPointer, hasEscape: Bool) -> String {
    guard hasEscape else { return unsafe String(decoding: text, as: UTF8.self) }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let byte = unsafe text[index]
      index += 1
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      let letter = unsafe text[index]
      index += 1
      switch letter {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"): unsafe appendCharacter(of: text, at: &index, to: &result)
      default: result.append(letter)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func appendCharacter(of text: UnsafeRawBufferPointer, at index: inout Int, to result: inout [UInt8]) {
    var code = unsafe hex4(text, index)
    index += 4
    if code & 0xFC00 == 0xD800 {
      code = unsafe 0x10000 + (code & 0x3FF) << 10 + hex4(text, index + 2) & 0x3FF
      index += 6
    }
    let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
    result.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
  }

  private static func hex4(_ text: UnsafeRawBufferPointer, _ index: Int) -> UInt32 {
    unsafe text[index..<index + 4].reduce(0) { $0 << 4 | (JSONScanner.hexDigit($1) ?? 0) }
  }
}
