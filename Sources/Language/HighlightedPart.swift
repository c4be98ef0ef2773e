/// A part of a text that has its own colour at the prompt.
///
/// The text can contain syntax errors.
public struct HighlightedPart: Sendable, Equatable {
  /// The kind of a part, such as a keyword or a comment.
  public enum Kind: Sendable, Equatable {
    case keyword, field, option, string, number, pattern, comment
    /// `command` is the name of a command, and `stage` is the name of a stage. `lone` is a bare name, which is a
    /// variable or a command.
    case command, stage, lone
    /// `function` is a name that the text calls. `variable` is a name that the text reads. `definition` is a name that
    /// the text defines.
    case function, variable, definition
    /// A bracket. The value is the index of the matching bracket in the list of parts; nil if no bracket matches.
    case opening(closedBy: Int?), closing(openedBy: Int?)
  }

  /// The source range of the part.
  public var range: SourceRange
  /// The kind of the part, which determines its colour.
  public var kind: Kind
  /// The name; empty for a part that is not a name.
  public var name = ""

  /// Splits a text into parts.
  ///
  /// The parts of an interpolation follow the string that contains the interpolation. Comments are the last parts.
  public static func parts(of source: SourceText) -> [HighlightedPart] {
    var lexer = Lexer(source, isTyped: false)
    lexer.run()
    var classifier = HighlightClassifier()
    classifier.read(lexer.tokens)
    return classifier.parts + lexer.comments.map { HighlightedPart(range: $0, kind: .comment) }
  }
}

/// Decides the kind of each token from the tokens around it.
private struct HighlightClassifier {
  var parts: [HighlightedPart] = []
  private var open: [(symbol: String, part: Int)] = []
  /// Whether the current token is an argument of `help`.
  private var isInHelp = false
  /// Whether the current token is a parameter between the parentheses of a `def`.
  private var isInHead = false

  mutating func read(_ tokens: [Token]) {
    for index in tokens.indices { read(tokens[index], at: index, in: tokens) }
  }

  private mutating func add(_ token: Token, _ kind: HighlightedPart.Kind, _ name: String = "") {
    parts.append(HighlightedPart(range: token.range, kind: kind, name: name))
  }

  private mutating func read(_ token: Token, at index: Int, in tokens: [Token]) {
    if token.kind == .newline || token.kind == .semicolon { isInHelp = false }
    guard !isInHelp else { return }
    switch token.kind {
    case .keyword(let word):
      add(token, .keyword)
      isInHelp = word == "help"
    case .name(let name): add(token, kind(of: index, in: tokens), name)
    case .key(let name): add(token, isInHead ? .definition : .option, name)
    case .field: add(token, .field)
    case .number, .duration: add(token, .number)
    case .regex: add(token, .pattern)
    case .string(let pieces):
      add(token, .string)
      for case .tokens(let inner) in pieces {
        var classifier = HighlightClassifier()
        classifier.read(inner)
        parts += classifier.parts.map { $0.moved(by: parts.count) }
      }
    case .symbol(let symbol): bracket(symbol, token, index, tokens)
    case .minus, .newline, .semicolon, .end: break
    }
  }

  private mutating func bracket(_ symbol: String, _ token: Token, _ index: Int, _ tokens: [Token]) {
    if ["(", "[", "{", "?["].contains(symbol) {
      open.append((symbol, parts.count))
      if symbol == "(", index > 1, tokens[index - 2].isKeyword("def") { isInHead = true }
      return add(token, .opening(closedBy: nil))
    }
    guard let wanted = [")": "(", "]": "[", "}": "{"][symbol] else { return }
    isInHead = false
    guard let last = open.last, last.symbol.hasSuffix(wanted) else { return add(token, .closing(openedBy: nil)) }
    open.removeLast()
    parts[last.part].kind = .opening(closedBy: parts.count)
    add(token, .closing(openedBy: last.part))
  }

  /// Returns the kind of the name at an index, from the tokens around the name.
  private func kind(of index: Int, in tokens: [Token]) -> HighlightedPart.Kind {
    let before = tokens[..<index]
    if definesNext(before) { return .definition }
    let next = index + 1 < tokens.count ? tokens[index + 1] : nil
    let touches = next.map { !$0.hasSpaceBefore } ?? false
    if touches, next?.isSymbol("(") ?? false { return .function }
    if before.last?.isSymbol("|") ?? false { return .stage }
    guard beginsPipeline(after: before), let next else { return .variable }
    switch next.kind {
    case .newline, .semicolon, .end: return .lone
    case .symbol(let symbol):
      if [")", "|", "]", "}", ","].contains(symbol) { return .lone }
      return !touches && ["(", "[", "{"].contains(symbol) ? .command : .variable
    case .field: return touches ? .variable : .command
    case .keyword(let word): return ["do", "and", "or", "in", "else", "end"].contains(word) ? .lone : .command
    default: return .command
    }
  }

  private func beginsPipeline(after tokens: ArraySlice<Token>) -> Bool {
    if Lexer.beginsStatement(after: tokens) { return true }
    switch tokens.last?.kind {
    case .symbol(let symbol)?: return symbol == "(" || symbol == "="
    case .keyword(let word)?: return word == "in" || word == "return"
    default: return false
    }
  }

  private func definesNext(_ before: ArraySlice<Token>) -> Bool {
    switch before.last?.kind {
    case .keyword(let word)?: return ["let", "for", "def", "rescue"].contains(word)
    case .name("as")?: return before.dropLast().last?.isSymbol("|") ?? false
    case .symbol("(")?: return isInHead
    case .symbol(",")?: return isInHead || before.dropLast(2).last?.isKeyword("for") ?? false
    default: return false
    }
  }
}

extension HighlightedPart {
  /// Returns a copy in which the index of the matching bracket is larger by `count`.
  ///
  /// The classifier counts the parts of an interpolation from 0. In the whole list, `count` parts precede the parts of
  /// the interpolation.
  fileprivate func moved(by count: Int) -> HighlightedPart {
    var part = self
    switch kind {
    case .opening(let partner?): part.kind = .opening(closedBy: partner + count)
    case .closing(let partner?): part.kind = .closing(openedBy: partner + count)
    default: break
    }
    return part
  }
}
