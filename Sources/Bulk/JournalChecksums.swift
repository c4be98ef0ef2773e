import Glibc
import JSONText

/// Computes and checks the checksums of a journal's lines.
///
/// The lines must be passed in their order in the file, because a checksum can also cover the previous checksum.
struct JournalChecksums: Sendable {
  /// The form of the checksum at the end of a line.
  enum ChecksumChaining: Sendable {
    /// Versions 1 and 2 of the journal's format: eight hexadecimal digits, the checksum of this line alone.
    case separate
    /// Since version 3 of the format: the checksum of the previous line, followed by the checksum of this line.
    ///
    /// Each checksum has eight hexadecimal digits. The second checksum also covers the first. If only the first
    /// checksum is wrong, lines before this line were removed, moved or added.
    case chained

    /// The last bytes of a line, with zeros instead of the checksum.
    ///
    /// ``seal(_:)`` later replaces the zeros with the checksum.
    var blank: StaticString {
      switch self {
      case .separate: ",\"sum\":\"00000000\"}\n"
      case .chained: ",\"sum\":\"0000000000000000\"}\n"
      }
    }

    /// The number of digits at the end of a line: 16 for two checksums, 8 for one.
    fileprivate var digits: Int { self == .chained ? 16 : 8 }
  }

  /// The result of reading a line and checking its checksum.
  enum CheckedLine {
    /// The line is undamaged, and comes directly after the previous line; the value is its object without the checksum.
    case whole(JSONObject)
    /// The line is undamaged, but lines before this line were removed, moved or added.
    case displaced
    /// The line differs from the line that was written.
    case damaged
  }

  /// The form of the checksums.
  let format: ChecksumChaining
  /// The checksum of the last line that was read or written; 0 before the first line.
  private var last: UInt32 = 0
  /// The bytes before the digits of a line's checksum.
  private static let mark = Array(",\"sum\":\"".utf8)

  /// Creates the state before the first line of a file.
  init(_ format: ChecksumChaining) { self.format = format }

  /// Writes the checksums into lines that the caller will append to the file.
  mutating func seal(_ lines: inout [UInt8]) {
    let digits = format.digits
    unsafe lines.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      var start = 0
      while start < bytes.count, let end = unsafe memchr(base + start, 0x0A, bytes.count - start) {
        let next = unsafe UnsafeMutableRawPointer(end) - base + 1
        let place = next - 3 - digits
        let body = unsafe UnsafeRawBufferPointer(start: base + start, count: place - Self.mark.count - start)
        if format == .chained { unsafe Self.write(last, at: base + place) }
        unsafe last = sum(body, after: last)
        unsafe Self.write(last, at: base + place + digits - 8)
        start = next
      }
    }
  }

  /// Reads and checks the next line of the file.
  ///
  /// `line` is the line without its line end.
  mutating func read(_ line: ArraySlice<UInt8>) -> CheckedLine {
    let length = line.count - Self.mark.count - format.digits - 2
    guard length > 0 else { return .damaged }
    var body = Array(line.prefix(length))
    let before = format == .chained ? Self.number(line.dropFirst(length + Self.mark.count).prefix(8)) : last
    guard let before else { return .damaged }
    let own = unsafe body.withUnsafeBytes { unsafe sum($0, after: before) }
    var sealed = Self.mark + (format == .chained ? Self.text(before) : []) + Self.text(own)
    sealed += "\"}".utf8
    guard line.dropFirst(length).elementsEqual(sealed) else { return .damaged }
    guard before == last else { return .displaced }
    body.append(UInt8(ascii: "}"))
    guard let object = (try? JSONValue(parsing: body))?.objectValue else { return .damaged }
    last = own
    return .whole(object)
  }

  private func sum(_ body: UnsafeRawBufferPointer, after before: UInt32) -> UInt32 {
    unsafe format == .chained ? Self.chained(body, before) : Self.separate(body)
  }

  /// Returns the FNV-1a hash of a line's bytes.
  private static func separate(_ body: UnsafeRawBufferPointer) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    for place in 0..<body.count { hash = unsafe (hash ^ UInt32(body[place])) &* 0x0100_0193 }
    return hash
  }

  /// Returns the checksum of a line's bytes and the previous checksum.
  ///
  /// The function hashes words of eight bytes. Each step is reversible, so two lines that differ in only one word
  /// always lead to different 64-bit states. The result is the lower half of the state.
  private static func chained(_ body: UnsafeRawBufferPointer, _ before: UInt32) -> UInt32 {
    var hash = UInt64(before) << 32 | UInt64(truncatingIfNeeded: body.count)
    var place = 0
    func mix(_ word: UInt64) {
      hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    while place + 8 <= body.count {
      mix(UInt64(littleEndian: unsafe body.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
      place += 8
    }
    var rest: UInt64 = 0
    while place < body.count {
      rest = unsafe rest << 8 | UInt64(body[place])
      place += 1
    }
    mix(rest)
    mix(hash >> 29)
    return UInt32(truncatingIfNeeded: hash)
  }

  private static func write(_ sum: UInt32, at place: UnsafeMutableRawPointer) {
    for index in 0..<8 {
      unsafe place.storeBytes(of: digit(sum, index), toByteOffset: index, as: UInt8.self)
    }
  }

  /// Returns a checksum as eight hexadecimal digits.
  private static func text(_ sum: UInt32) -> [UInt8] { (0..<8).map { digit(sum, $0) } }

  private static func digit(_ sum: UInt32, _ index: Int) -> UInt8 {
    let digit = UInt8(truncatingIfNeeded: sum >> (28 - 4 * index) & 15)
    return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }

  /// Parses the digits of a checksum; returns nil if the digits are not hexadecimal.
  private static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
    UInt32(digits: String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
