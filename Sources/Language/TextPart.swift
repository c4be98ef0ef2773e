/// A part of a text as a prompt shows it in colours, whether the text parses or not.
public struct TextPart: Sendable, Equatable {
  /// What a part is.
  public enum Kind: Sendable, Equatable {
    case keyword, field, option, string, number, pattern, comment
    /// A name that can be nothing but a command; one that can be nothing but a stage; one that stands alone, and is a variable or
    /// a command.
    case command, stage, lone
    /// A name that is called; one that is read; one that the text itself makes.
    case function, variable, definition
    /// A bracket, with the place of its partner in the list of parts; nil where there is none yet.
    case opening(closedBy: Int?), closing(openedBy: Int?)
  }

  /// Its bytes.
  public var range: SourceRange
  /// What it is.
  public var kind: Kind
  /// Its words, of a name.
  public var name = ""

  /// Cuts a text into its parts; what stands in an interpolation comes after the string that holds it.
  public static func parts(of source: SourceText) -> [TextPart] {
    var lexer = Lexer(source, isTyped: false)
    lexer.run()
    var reader = PartReader()
    reader.read(lexer.tokens)
    return reader.parts + lexer.comments.map { TextPart(range: $0, kind: .comment) }
  }
}

/// Goes through tokens and tells what each is, by what stands around it.
private struct PartReader {
  var parts: [TextPart] = []
  private var open: [(symbol: String, part: Int)] = []
  /// Whether the cursor is in the words of a `help`, or in the parentheses of a def's head.
  private var isInHelp = false
  private var isInHead = false

  mutating func read(_ tokens: [Token]) {
    for index in tokens.indices { read(tokens[index], at: index, in: tokens) }
  }

  private mutating func add(_ token: Token, _ kind: TextPart.Kind, _ name: String = "") {
    parts.append(TextPart(range: token.range, kind: kind, name: name))
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
        var reader = PartReader()
        reader.read(inner)
        parts += reader.parts.map { $0.moved(by: parts.count) }
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

  /// What a name is.
  private func kind(of index: Int, in tokens: [Token]) -> TextPart.Kind {
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

extension TextPart {
  /// The part with its partner's place moved.
  fileprivate func moved(by count: Int) -> TextPart {
    var part = self
    switch kind {
    case .opening(let partner?): part.kind = .opening(closedBy: partner + count)
    case .closing(let partner?): part.kind = .closing(openedBy: partner + count)
    default: break
    }
    return part
  }
}
