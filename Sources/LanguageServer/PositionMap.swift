import JSONText
import Language

/// Converts byte offsets of a text to positions of the protocol, and back.
///
/// A position is a line and a character in the line, both counted from 0.
struct PositionMap {
  /// The unit in which the characters of a position are counted (LSP, "PositionEncodingKind").
  enum PositionEncoding: String, Sendable {
    case utf8 = "utf-8"
    case utf16 = "utf-16"
  }

  let source: SourceText
  let encoding: PositionEncoding

  /// Returns the offset of a position; nil for a value that is not a position.
  ///
  /// A position beyond the end of a line or of the text means that end.
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

  /// Returns the position of a byte.
  func position(_ offset: Int) -> JSONValue {
    let offset = max(0, min(offset, source.bytes.count))
    let line = source.place(of: offset).line
    let range = source.lineRange(line)
    let end = max(range.lower, min(offset, range.upper))
    let before = SourceRange(range.lower, end)
    let character = encoding == .utf8 ? end - range.lower : source.text(before).utf16.count
    return ["line": .number(JSONNumber(line - 1)), "character": .number(JSONNumber(character))]
  }

  /// Returns a range as the protocol writes it.
  func range(_ range: SourceRange) -> JSONValue {
    ["start": position(range.lower), "end": position(max(range.lower, range.upper))]
  }

  /// The whole text.
  var whole: JSONValue { range(SourceRange(0, source.bytes.count)) }
}
