import JSONText
import Language

/// Converts byte offsets in a text to positions of the language server protocol, and back.
///
/// A position is a line and a character in the line, both counted from 0.
struct PositionMap {
  /// The unit in which a position counts characters (LSP, "PositionEncodingKind").
  enum PositionEncoding: String, Sendable {
    case utf8 = "utf-8"
    case utf16 = "utf-16"
  }

  let source: SourceText
  let encoding: PositionEncoding

  /// Returns the byte offset of a position; nil for a value that is not a position.
  ///
  /// A position after the end of a line means the end of the line. A position after the last line means the end of the
  /// text.
  func offset(_ position: JSONValue?) -> Int? {
    guard let line = position?["line"]?.numberValue?.integer, line >= 0,
      let character = position?["character"]?.numberValue?.integer, character >= 0
    else { return nil }
    guard line < source.lineCount else { return source.bytes.count }
    let range = source.lineRange(line + 1)
    if encoding == .utf8 { return min(range.lower + character, range.upper) }
    var (offset, units) = (range.lower, 0)
    for scalar in source.text(range).unicodeScalars {
      if units >= character { break }
      units += UTF16.width(scalar)
      offset += UTF8.width(scalar)
    }
    return offset
  }

  /// Returns the position of the byte at an offset.
  func position(_ offset: Int) -> JSONValue {
    let offset = max(0, min(offset, source.bytes.count))
    let line = source.place(of: offset).line
    let range = source.lineRange(line)
    let end = max(range.lower, min(offset, range.upper))
    let before = SourceRange(range.lower, end)
    let character = encoding == .utf8 ? end - range.lower : source.text(before).utf16.count
    return ["line": .number(JSONNumber(line - 1)), "character": .number(JSONNumber(character))]
  }

  /// Returns a range as an object of the protocol, with a start and an end.
  func range(_ range: SourceRange) -> JSONValue {
    ["start": position(range.lower), "end": position(max(range.lower, range.upper))]
  }

  /// The range of the whole text.
  var whole: JSONValue { range(SourceRange(0, source.bytes.count)) }
}
