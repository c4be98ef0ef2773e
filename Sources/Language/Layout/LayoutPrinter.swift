/// Writes tokens as lines in a given shape, and records which parts to break when a line is too long.
///
/// A part is a block, a pipeline or a bracket. A broken part takes several lines.
struct LayoutPrinter {
  private let tokens: [TokenWithTrivia]
  private let shape: LayoutShape
  private var lines: [String] = []
  private var line = ""
  /// The indentation of the current line.
  private var indent = 0
  private var frames = [IndentationFrame()]
  /// The parts that begin on the current line and that the printer can break into several lines.
  private var candidates: [BreakablePart] = []
  /// The numbers of the parts to break, because a line is too long; ``LayoutShape/broken`` explains the numbers.
  private(set) var breaks: Set<Int> = []

  /// A block or a bracket around the current token.
  private struct IndentationFrame {
    /// The indentation of the statements or entries in the block or bracket.
    var base = 0
    /// The indentation of the closing token.
    var close = 0
    var opening: Int?
    var isBlock = true
    var isBroken = true
    /// Whether the next `do` belongs to an `each`.
    var isEach = false
  }

  /// A part that the printer can break into several lines if its line is too long.
  private struct BreakablePart {
    /// The number that identifies the part in ``LayoutShape/broken``.
    var id: Int
    var depth: Int
    /// The order in which the printer breaks parts of the same depth: 0 for a block, 1 for a pipeline, 2 for a bracket.
    var rank: Int
    /// The number of columns of a bracket with its content.
    ///
    /// Until the printer writes the closing token, the value is the negative column of the opening token.
    var length: Int
  }

  /// The minimum number of columns of a bracket that the printer breaks into several lines.
  private static let leastBracket = 40

  /// The text or line end that the printer writes before a token.
  private enum TokenSeparator {
    case text(String)
    /// A line end. The first value is the indentation of the next line. `comments` is the indentation of comments
    /// before the next line.
    case line(Int, comments: Int)
    /// A line end inside a statement, with a backslash if `backslash` is true. The first value is the indentation of
    /// the next line.
    case soft(Int, backslash: Bool)
  }

  init(_ tokens: [TokenWithTrivia], _ shape: LayoutShape) {
    self.tokens = tokens
    self.shape = shape
  }

  /// The whole text in its new layout.
  var text: String { lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n" }

  mutating func run() {
    for index in tokens.indices {
      if isDropped(index) { continue }
      let joint = index == 0 ? .line(0, comments: 0) : joint(index)
      closeEntry(index)
      write(joint, index)
      line += tokens[index].text.trimmedEnd
      follow(index)
    }
    finishLine()
  }

  private var top: IndentationFrame { frames[frames.count - 1] }

  /// Whether the printer omits a token: a comma before the closing bracket of a list or record on one line.
  private func isDropped(_ index: Int) -> Bool {
    tokens[index].token.isSymbol(",") && tokens[index + 1].token.isClosing && !top.isBroken
  }

  /// Writes a comma after the last entry of a list or record that takes several lines.
  private mutating func closeEntry(_ index: Int) {
    guard let opening = top.opening, top.isBroken, shape.closings[opening] == index, opening + 1 < index,
      !tokens[index - 1].token.isSymbol(","), [.list, .record].contains(shape.brackets[opening])
    else { return }
    line += ","
  }

  private func joint(_ index: Int) -> TokenSeparator {
    let (word, before) = (tokens[index], tokens[index - 1])
    if let opening = top.opening, top.isBroken {
      if shape.closings[opening] == index { return .line(top.close, comments: top.base) }
      if index - 1 == opening || before.token.isSymbol(",") { return .line(top.base, comments: top.base) }
    }
    if top.isBlock, let joint = statementJoint(index) { return joint }
    if let pipeline = shape.pipelines[index], shape.broken.contains(pipeline) {
      return .line(top.base + 2, comments: top.base + 2)
    }
    let isTight = before.token.isOpening || word.token.isClosing || word.token.isSymbol(",")
    guard word.breaksBefore, !isTight || !word.comments.isEmpty else {
      return .text(TokenSpacing.between(before.token, word.token))
    }
    return .soft(top.base + 2, backslash: top.isBlock && !before.token.continues)
  }

  /// Returns the separator before a token that begins a statement or ends a block; nil for other tokens.
  private func statementJoint(_ index: Int) -> TokenSeparator? {
    let (word, before) = (tokens[index], tokens[index - 1])
    if word.token.kind == .end { return .line(0, comments: 0) }
    if ["end", "else", "rescue"].contains(where: { word.token.isKeyword($0) }) {
      return top.isBroken ? .line(top.close, comments: top.base) : .text(" ")
    }
    let afterElse = before.token.isKeyword("else")
    let isElseIf = afterElse && word.token.isKeyword("if") && word.separator == .none
    let afterRescue = index > 1 && tokens[index - 2].token.isKeyword("rescue")
    let opens = before.token.isKeyword("do") || afterElse
    guard !isElseIf, word.separator != .none || opens || afterRescue else { return nil }
    if top.isBroken { return .line(top.base, comments: top.base) }
    return .text(opens || word.separator == .none ? " " : "; ")
  }

  private mutating func write(_ joint: TokenSeparator, _ index: Int) {
    switch joint {
    case .text(let text): line += text
    case .line(let indent, let comments): newLine(index, indent, comments)
    case .soft(let indent, let backslash): newLine(index, indent, indent, backslash: backslash)
    }
  }

  private mutating func newLine(_ index: Int, _ indent: Int, _ commentIndent: Int, backslash: Bool = false) {
    let word = tokens[index]
    let isStatement = top.isBlock && !backslash && shape.pipelines[index] == nil
    var comments = word.comments[...]
    noteWidth()
    if backslash { line += " \\" }
    if let first = comments.first, !first.isOwnLine || backslash, index > 0 {
      line += (backslash ? " " : "  ") + first.text
      comments = comments.dropFirst()
    }
    finishLine()
    for comment in comments {
      if isStatement, comment.hasBlankBefore { blank(index) }
      lines.append(String(repeating: " ", count: commentIndent) + (backslash ? "\\ " : "") + comment.text)
    }
    let closes = ["end", "else", "rescue"].contains { word.token.isKeyword($0) } || word.token.kind == .end
    if isStatement, word.hasBlankBefore, !closes { blank(index) }
    self.indent = indent
    line = String(repeating: " ", count: indent)
  }

  /// Writes an empty line, but not at the beginning of a text or a block.
  private mutating func blank(_ index: Int) {
    guard let last = lines.last, !last.isEmpty else { return }
    let isFirst = index > 0 && ["do", "else"].contains { tokens[index - 1].token.isKeyword($0) }
    let afterRescue = index > 1 && tokens[index - 2].token.isKeyword("rescue")
    if (isFirst || afterRescue) && !last.drop(while: { $0 == " " }).hasPrefix("#") { return }
    lines.append("")
  }

  private mutating func finishLine() {
    let text = line.trimmedEnd
    if !text.isEmpty { lines.append(text) }
    line = ""
  }

  /// Records the outermost part that the printer can break, if the current line is too long.
  private mutating func noteWidth() {
    defer { candidates = [] }
    guard DisplayWidth.width(of: line) > Formatter.width else { return }
    let wide = candidates.filter { $0.rank < 2 || $0.length >= Self.leastBracket }
    let first = wide.min { ($0.depth, $0.rank, -$0.length) < ($1.depth, $1.rank, -$1.length) }
    if let first { breaks.insert(first.id) }
  }

  /// Updates the enclosing blocks and brackets after a token.
  private mutating func follow(_ index: Int) {
    let token = tokens[index].token
    switch token.kind {
    case .symbol("|"):
      let id = shape.pipelines[index] ?? index
      if !shape.broken.contains(id) { record(id, rank: 1, length: 0) }
    case .symbol where token.isOpening: open(index)
    case .symbol where token.isClosing: close()
    case .keyword("do"): openBlock(index)
    case .keyword("else"):
      let next = tokens[index + 1]
      if next.token.isKeyword("if"), next.separator == .none { leave() }
    case .keyword("end"): leave()
    case .name("each"):
      if index == 0 || tokens[index].separator != .none || tokens[index - 1].token.opensOperand {
        frames[frames.count - 1].isEach = true
      }
    default: break
    }
  }

  private mutating func record(_ id: Int, rank: Int, length: Int) {
    candidates.append(BreakablePart(id: id, depth: frames.count, rank: rank, length: length))
  }

  private mutating func leave() { if frames.count > 1 { frames.removeLast() } }

  private mutating func open(_ index: Int) {
    let isBroken = shape.broken.contains(index)
    if !isBroken, shape.brackets[index] != .index, shape.brackets[index] != .group {
      record(index, rank: 2, length: -line.count)
    }
    frames.append(
      IndentationFrame(
        base: isBroken ? indent + 2 : indent, close: indent, opening: index, isBlock: false, isBroken: isBroken))
  }

  private mutating func close() {
    if let index = candidates.firstIndex(where: { $0.id == top.opening }) { candidates[index].length += line.count }
    leave()
  }

  private mutating func openBlock(_ index: Int) {
    let id = shape.blocks[index] ?? index
    let isBroken = shape.broken.contains(id)
    if !isBroken { record(id, rank: 0, length: 0) }
    let close = top.isEach ? indent : top.base
    frames[frames.count - 1].isEach = false
    frames.append(IndentationFrame(base: isBroken ? close + 2 : close, close: close, isBroken: isBroken))
  }
}
