import Glibc

/// A validated text and its tape, which lists the positions of all values of the text.
///
/// All arrays and objects that were parsed from the text share the tape. A value is decoded only when it is read.
final class JSONTape: Sendable {
  let bytes: [UInt8]
  private let entries: TapeEntries
  /// Whether the text has one value on each line and no object with a duplicate key.
  private let isLines: Bool

  init(bytes: [UInt8], entries: consuming TapeEntries, isLines: Bool = false) {
    self.bytes = bytes
    self.entries = entries
    self.isLines = isLines
  }

  /// Returns the byte range from the start of an object to the end of its line.
  ///
  /// Returns nil if the object is not alone on its line.
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

  @inline(__always) func entry(_ index: Int) -> TapeEntry { entries[index] }

  /// Returns the index of the value that follows the value at `index`.
  @inline(__always) func next(after index: Int) -> Int { entries.next(after: index) }

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

  /// Calls `body` with the bytes of a number or a string, exactly as they are in the text.
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
    while let backslash = unsafe text[index...].firstIndex(of: UInt8(ascii: "\\")) {
      unsafe result.append(contentsOf: text[index..<backslash])
      index = backslash + 1
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
    unsafe result.append(contentsOf: text[index...])
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
