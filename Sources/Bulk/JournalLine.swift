import JSONText

/// A line of a journal: a JSON object that ends with a checksum.
enum JournalLine {
  /// The line of an object, with its line end.
  static func encoded(_ object: JSONObject) -> [UInt8] {
    var lines: [UInt8] = []
    append(to: &lines) { line in
      object.encode(into: &line)
      line.removeLast()
    }
    return lines
  }

  /// Appends a line; `write` appends its object without the closing brace.
  static func append(to lines: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
    let start = lines.count
    write(&lines)
    let sum = checksum(lines, from: start)
    lines += ",\"sum\":\"".utf8
    append(sum, to: &lines)
    lines += "\"}\n".utf8
  }

  /// The object of a line without its line end; nil if the line is damaged.
  static func decoded(_ line: ArraySlice<UInt8>) -> JSONObject? {
    let mark = Array(",\"sum\":\"".utf8)
    let tail = mark.count + 8 + 2
    guard line.count > tail else { return nil }
    var body = Array(line.dropLast(tail))
    var expected = mark
    append(checksum(body, from: 0), to: &expected)
    guard line.suffix(tail).elementsEqual(expected + "\"}".utf8) else { return nil }
    body.append(UInt8(ascii: "}"))
    return (try? JSONValue(parsing: body))?.objectValue
  }

  /// FNV-1a over the bytes from an index on.
  private static func checksum(_ bytes: [UInt8], from start: Int) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    for index in start..<bytes.count { hash = (hash ^ UInt32(bytes[index])) &* 0x0100_0193 }
    return hash
  }

  /// Appends a checksum as eight hexadecimal digits.
  private static func append(_ sum: UInt32, to bytes: inout [UInt8]) {
    for shift in stride(from: 28, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: sum >> shift & 15)
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}
