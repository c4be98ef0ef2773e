import JSONText

/// A line of a journal: a JSON object that ends with a checksum.
enum JournalLine {
  /// The line of an object, with its line end.
  static func encoded(_ object: JSONObject) -> [UInt8] {
    var line = JSONValue.object(object).encoded()
    line.removeLast()
    let sum = checksum(line[...])
    line += Array(",\"sum\":\"\(sum)\"}\n".utf8)
    return line
  }

  /// The object of a line without its line end; nil if the line is damaged.
  static func decoded(_ line: ArraySlice<UInt8>) -> JSONObject? {
    let mark = Array(",\"sum\":\"".utf8)
    let tail = mark.count + 8 + 2
    guard line.count > tail else { return nil }
    let body = line.dropLast(tail)
    let rest = Array(line.suffix(tail))
    guard rest.starts(with: mark), rest.suffix(2) == Array("\"}".utf8)[...],
      Array(rest[mark.count..<(mark.count + 8)]) == Array(checksum(body).utf8)
    else { return nil }
    return (try? JSONValue(parsing: Array(body) + [UInt8(ascii: "}")]))?.objectValue
  }

  /// Eight hexadecimal digits of FNV-1a over bytes.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> String {
    var hash: UInt32 = 0x811C_9DC5
    for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
