import Language
import Redaction

/// Draws the output of each round of `watch` over the output of the previous round.
///
/// Characters that differ from the previous round appear in reverse video.
struct WatchScreen {
  private let output: ResultOutput
  private var before: [String]?

  init(_ output: ResultOutput) { self.output = output }

  /// Returns the control sequences and the text that draw the output of a round (ECMA-48: CUP, EL, ED, SGR).
  ///
  /// If not all lines fit on the screen, the last line of the text shows the number of hidden lines.
  mutating func frame(of bytes: [UInt8]) -> String {
    let (rows, columns) = (max(2, output.rows()), max(1, output.columns()))
    let text = TerminalSafeText.visible(String(decoding: bytes, as: UTF8.self))
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      Self.cut(DisplayWidth.expanded($0), columns)
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    if lines.count >= rows {
      let hidden = lines.count - rows + 2
      lines = lines.prefix(rows - 2) + ["... \(hidden) more lines"]
    }
    defer { before = lines }
    let isFirst = before == nil
    let drawn = lines.enumerated().map { index, line in
      isFirst ? line : Self.marked(line, before.flatMap { index < $0.count ? $0[index] : nil } ?? "")
    }
    return (isFirst ? "\u{1B}[H\u{1B}[2J" : "\u{1B}[H") + drawn.map { $0 + "\u{1B}[K\r\n" }.joined() + "\u{1B}[J"
  }

  private static func cut(_ line: String, _ columns: Int) -> String {
    var (kept, used) = ("", 0)
    for character in line {
      used += DisplayWidth.width(of: character)
      if used > columns { break }
      kept.append(character)
    }
    return kept
  }

  /// Returns a line with reverse video for the characters that differ from the earlier line.
  private static func marked(_ line: String, _ before: String) -> String {
    let old = Array(before)
    var (result, isMarked) = ("", false)
    for (index, character) in line.enumerated() {
      let isNew = index >= old.count || old[index] != character
      if isNew != isMarked { result += isNew ? "\u{1B}[7m" : "\u{1B}[0m" }
      isMarked = isNew
      result.append(character)
    }
    return isMarked ? result + "\u{1B}[0m" : result
  }
}
