/// The brackets, pipelines and blocks of a text, and which of them take several lines.
struct LayoutShape {
  /// The kind of a bracket, such as a list or the parentheses of a call.
  enum BracketRole {
    case list, record, call, group, index
  }

  /// The kind of each bracket; the key is the index of the opening bracket.
  private(set) var brackets: [Int: BracketRole] = [:]
  /// The index of each closing bracket; the key is the index of the opening bracket.
  private(set) var closings: [Int: Int] = [:]
  /// The index of the first `|` of a pipeline; the key is the index of any `|` of the same pipeline.
  private(set) var pipelines: [Int: Int] = [:]
  /// The index of the first `do` of an `if`; the key is the index of any `do` of the same `if`.
  ///
  /// The two indices differ only for the `do` of an `else if`. For any other `do`, they are the same.
  private(set) var blocks: [Int: Int] = [:]
  /// The numbers of the parts that take several lines.
  ///
  /// The number of a part is the index of its opening bracket, its first `|` or its first `do`.
  var broken: Set<Int> = []

  private struct ShapeFrame {
    var opening: Int?
    var block: Int?
    var pipeline: Int?
    /// The number of the block that an `else if` continues; nil except between the `else if` and its `do`.
    var pending: Int?
  }

  private var frames = [ShapeFrame()]

  init(_ tokens: [TokenWithTrivia]) {
    for index in tokens.indices { take(index, tokens) }
  }

  private mutating func take(_ index: Int, _ tokens: [TokenWithTrivia]) {
    let word = tokens[index]
    if word.separator != .none { frames[frames.count - 1].pipeline = nil }
    switch word.token.kind {
    case .symbol("|"): bar(index, tokens)
    case .symbol(","):
      if let opening = frames[frames.count - 1].opening, tokens[index + 1].breaksBefore { split(opening) }
    case .symbol where word.token.isOpening:
      brackets[index] = Self.bracket(index, tokens)
      frames.append(ShapeFrame(opening: index))
      let next = tokens[index + 1]
      if next.breaksBefore, !next.token.isClosing || !next.comments.isEmpty { split(index) }
    case .symbol where word.token.isClosing: close(index, tokens)
    case .keyword("do"):
      let block = frames[frames.count - 1].pending ?? index
      frames[frames.count - 1].pending = nil
      blocks[index] = block
      frames.append(ShapeFrame(block: block))
      if breaks(after: index, tokens) { broken.insert(block) }
    case .keyword("else"): otherwise(index, tokens)
    case .keyword("end"):
      if frames.count > 1 { frames.removeLast() }
    default: break
    }
    markBlock(index, tokens)
  }

  /// Marks all blocks around a token as blocks of several lines, if a line end precedes the token.
  private mutating func markBlock(_ index: Int, _ tokens: [TokenWithTrivia]) {
    guard tokens[index].breaksBefore, index > 0 else { return }
    for frame in frames { if let block = frame.block, block < index { broken.insert(block) } }
  }

  private func breaks(after index: Int, _ tokens: [TokenWithTrivia]) -> Bool {
    index + 1 < tokens.count && tokens[index + 1].breaksBefore
  }

  private mutating func bar(_ index: Int, _ tokens: [TokenWithTrivia]) {
    let first = frames[frames.count - 1].pipeline ?? index
    frames[frames.count - 1].pipeline = first
    pipelines[index] = first
    if tokens[index].breaksBefore { broken.insert(first) }
  }

  private mutating func close(_ index: Int, _ tokens: [TokenWithTrivia]) {
    guard frames.count > 1, let opening = frames.removeLast().opening else { return }
    closings[opening] = index
    if index + 1 < tokens.count, tokens[index + 1].token.isSymbol(":") {
      // These are the brackets of a computed key, as in `{[x]: 1}`. A computed key gets no comma and no separate line.
      brackets[opening] = .index
      broken.remove(opening)
    }
    if tokens[index].breaksBefore, opening + 1 < index { split(opening) }
  }

  private mutating func split(_ opening: Int) {
    if brackets[opening] != .index { broken.insert(opening) }
  }

  /// Handles an `else`.
  ///
  /// An `else if` continues the block of the `if`. If a line end or a semicolon separates `else` and `if`, the second
  /// `if` is a separate statement inside the `else`.
  private mutating func otherwise(_ index: Int, _ tokens: [TokenWithTrivia]) {
    guard index + 1 < tokens.count, tokens[index + 1].token.isKeyword("if") else { return }
    guard tokens[index + 1].separator == .none else {
      if let block = frames[frames.count - 1].block { broken.insert(block) }
      return
    }
    guard frames.count > 1, let block = frames.removeLast().block else { return }
    frames[frames.count - 1].pending = block
  }

  private static func bracket(_ index: Int, _ tokens: [TokenWithTrivia]) -> BracketRole {
    let token = tokens[index].token
    let begins = index == 0 || tokens[index].separator != .none
    let touches = !begins && !token.hasSpaceBefore && !tokens[index - 1].token.opensOperand
    switch token.kind {
    case .symbol("{"): return .record
    case .symbol("("): return touches ? .call : .group
    case .symbol("["): return touches ? .index : .list
    default: return .index
    }
  }
}
