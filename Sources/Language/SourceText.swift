/// A text of statements, with a name for messages.
///
/// The name is the path of a file, `prompt` or `-c`.
public final class SourceText: Sendable {
  /// The name of the text in messages.
  public let name: String
  /// The text in UTF-8.
  public let bytes: [UInt8]
  private let lineStarts: [Int]

  /// Creates a text.
  public init(name: String, text: String) {
    self.name = name
    let bytes = Array(text.utf8)
    self.bytes = bytes
    lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
  }

  /// The number of lines.
  public var lineCount: Int { lineStarts.count }

  /// Returns the line and column of a byte.
  public func place(of offset: Int) -> SourcePosition {
    let line = lineIndex(of: offset)
    let start = lineStarts[line]
    let before = String(decoding: bytes[start..<max(start, min(offset, bytes.count))], as: UTF8.self)
    return SourcePosition(line: line + 1, column: before.count + 1)
  }

  /// Returns the text of a line without its line end; the first line has the number 1.
  public func line(_ number: Int) -> String {
    let range = lineRange(number)
    return String(decoding: bytes[range.lower..<range.upper], as: UTF8.self)
  }

  /// Returns the source range of a line without its line end; the first line has the number 1.
  public func lineRange(_ number: Int) -> SourceRange {
    guard lineStarts.indices.contains(number - 1) else { return SourceRange(bytes.count, bytes.count) }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return SourceRange(start, max(start, end))
  }

  /// Returns the text of a range.
  public func text(_ range: SourceRange) -> String {
    let upper = min(range.upper, bytes.count)
    return String(decoding: bytes[min(range.lower, upper)..<upper], as: UTF8.self)
  }

  private func lineIndex(of offset: Int) -> Int {
    var (low, high) = (0, lineStarts.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

/// A range of bytes of a text, from `lower` up to but not including `upper`.
public struct SourceRange: Sendable, Hashable {
  /// The offset of the first byte.
  public var lower: Int
  /// The offset after the last byte.
  public var upper: Int

  /// Creates a range.
  public init(_ lower: Int, _ upper: Int) {
    self.lower = lower
    self.upper = upper
  }

  /// Returns the range from the beginning of this range to the end of another range.
  public func through(_ other: SourceRange) -> SourceRange { SourceRange(lower, max(upper, other.upper)) }
}

/// A position in a text; lines and columns are counted from 1, and a column is one character.
public struct SourcePosition: Sendable, Hashable {
  /// The number of the line.
  public var line: Int
  /// The number of the column.
  public var column: Int
}
