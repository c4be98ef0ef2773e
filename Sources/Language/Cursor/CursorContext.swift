/// What can stand at a place of a text that is being typed, by the lexer's tokens before the place.
///
/// ```swift
/// let context = CursorContext(of: "count posts filter: {st", at: 23)
/// context.wanted  // .key
/// context.target?.place  // .option("filter")
/// ```
public struct CursorContext: Sendable {
  /// The kinds of what can stand at the place.
  public enum Wanted: Sendable, Equatable {
    /// Nothing that is known: a new name, a comment, a pattern.
    case nothing
    /// A statement begins.
    case statement
    /// A pipeline begins.
    case head
    /// The name of a stage, after `|`.
    case stage
    /// An argument of the target's call, or the name of one of its options.
    case argument
    /// A value, or a part of one, that goes to the target.
    case value
    /// A key of the record that goes to the target.
    case key
    /// A part of an expression.
    case operand
    /// What joins expressions, or ends one.
    case operation
    /// The name of a field: of the expression in a range, or of the element that flows where there is none.
    case field(of: SourceRange?)
    /// A word that `help` explains, after other words.
    case topic([String])
    /// One of some words.
    case words([String])
  }

  /// A call with what stands before the place.
  public struct Call: Sendable, Equatable {
    /// The word.
    public var name: String
    /// Whether it stands after `|`.
    public var isStage: Bool
    /// What stands in its places.
    public var places: [SourceRange] = []
    /// The options that are given, with their values.
    public var options: [String: SourceRange] = [:]
  }

  /// Where a value goes: to an argument of a call, or to a part of it.
  public struct Target: Sendable, Equatable {
    /// The arguments of a call.
    public enum Place: Sendable, Equatable {
      case argument(Int)
      case option(String)
    }

    /// The call.
    public var call: Call
    /// The argument.
    public var place: Place
    /// The keys of records on the way to the part.
    public var path: [String] = []
  }

  /// A name that the text makes before the place, and that is visible there.
  public struct Name: Sendable, Equatable {
    /// What makes it.
    public enum Origin: Sendable, Equatable {
      /// It has the value of the pipeline in a range.
      case value(SourceRange)
      /// It is an element of the pipeline in a range.
      case element(SourceRange)
      /// It is an error that was rescued.
      case error
      case number, parameter
    }

    /// The name.
    public var name: String
    /// What makes it.
    public var origin: Origin
    /// The pipelines whose elements flow where it is made, from the outermost inwards.
    public var flows: [SourceRange]
  }

  /// What can stand there.
  public var wanted = Wanted.nothing
  /// What is typed of it, without the quote where it is text.
  public var word = ""
  /// The bytes of what is typed of it.
  public var range: SourceRange
  /// Whether the place is inside a string.
  public var isInString = false
  /// Where a value there goes.
  public var target: Target?
  /// The keys of the record, and the options of the call, that stand before or after the place.
  public var given: [String] = []
  /// What the operand there is compared with.
  public var compared: SourceRange?
  /// The pipelines whose elements flow there, from the outermost inwards, each up to the last `|` before the place.
  public var flows: [SourceRange] = []
  /// The names that the text makes, the innermost last.
  public var names: [Name] = []
  /// Whether a block may be opened there.
  public var mayOpenBlock = false
  /// Whether what follows is the rest of the same word or string.
  public var isInside = false

  /// Finds what can stand at a place of a text, counted in bytes of UTF-8.
  public init(of text: String, at place: Int) {
    let bytes = Array(text.utf8)
    let place = max(0, min(place, bytes.count))
    range = SourceRange(place, place)
    let before = SourceText(name: "", text: String(decoding: bytes[..<place], as: UTF8.self))
    var lexer = Lexer(before, isTyped: true)
    lexer.run()
    if let comment = lexer.comments.last, comment.upper == place, lexer.byte(-1) != UInt8(ascii: "\n") { return }
    read(lexer.tokens.dropLast(), lexer, CursorScanner.Level(.statements))
    let after = SourceText(name: "", text: String(decoding: bytes[place...], as: UTF8.self))
    isInside = isInString ? after.bytes.first == UInt8(ascii: "\"") : after.bytes.first.map(Lexer.isNameByte) ?? false
    given += Self.keys(after, isInString: isInString)
  }

  /// Reads the tokens before the place: of the text, or of the interpolation that the place is in.
  private mutating func read(_ tokens: ArraySlice<Token>, _ lexer: Lexer, _ outermost: CursorScanner.Level) {
    var tokens = tokens
    let string = tokens.last.flatMap { token in lexer.openStrings.first { $0.start == token.range.lower } }
    if let string, let token = tokens.last {
      tokens.removeLast()
      if string.isInInterpolation, case .string(let pieces) = token.kind, case .tokens(let inner)? = pieces.last {
        var scanner = CursorScanner(outermost)
        scanner.read(tokens)
        names += scanner.names
        var level = CursorScanner.Level(.group)
        level.flows = scanner.flows
        return read(inner.dropLast(), lexer, level)
      }
      isInString = true
      range.lower = token.range.lower + 1
      word = String(decoding: lexer.bytes[range.lower..<range.upper], as: UTF8.self)
    } else if !takeWord(&tokens, lexer.bytes) {
      return
    }
    var scanner = CursorScanner(outermost)
    scanner.read(tokens)
    take(scanner, tokens)
  }

  /// Takes the word that ends at the place from the tokens; false where nothing can stand there.
  private mutating func takeWord(_ tokens: inout ArraySlice<Token>, _ bytes: [UInt8]) -> Bool {
    if bytes.last == UInt8(ascii: "."), tokens.last?.range.upper ?? 0 < bytes.count || tokens.isEmpty {
      let dot = bytes.dropLast().last == UInt8(ascii: "?") ? bytes.count - 2 : bytes.count - 1
      wanted = .field(of: Self.operand(before: dot, tokens))
      return true
    }
    guard let last = tokens.last, last.range.upper == bytes.count else { return true }
    switch last.kind {
    case .symbol("-") where !last.hasSpaceBefore, .minus where !last.hasSpaceBefore:
      // The hyphen of a name that is being typed.
      guard let name = tokens.dropLast().last, name.range.upper == last.range.lower else { return true }
      tokens.removeLast()
      return takeWord(name, &tokens, bytes)
    default: return takeWord(last, &tokens, bytes)
    }
  }

  private mutating func takeWord(_ token: Token, _ tokens: inout ArraySlice<Token>, _ bytes: [UInt8]) -> Bool {
    switch token.kind {
    case .name, .keyword, .number, .duration:
      tokens.removeLast()
      range.lower = token.range.lower
    case .field(_, let isOptional):
      tokens.removeLast()
      range.lower = token.range.lower + (isOptional ? 2 : 1)
      wanted = .field(of: token.hasSpaceBefore ? nil : Self.operand(before: token.range.lower, tokens))
    case .regex, .string: return false
    case .key, .symbol, .minus, .newline, .semicolon, .end: return true
    }
    word = String(decoding: bytes[range.lower..<range.upper], as: UTF8.self)
    return true
  }

  /// Takes what the scanner has found.
  private mutating func take(_ scanner: CursorScanner, _ tokens: ArraySlice<Token>) {
    names += scanner.names
    flows = scanner.flows
    target = scanner.target
    given = scanner.given
    mayOpenBlock = scanner.mayOpenBlock
    if case .field = wanted { return }
    wanted = scanner.wanted
    guard let sign = scanner.level.last, [.operand, .value].contains(wanted),
      case .symbol(let symbol) = sign.kind, ["==", "!=", "<", "<=", ">", ">="].contains(symbol),
      let left = tokens.last(where: { $0.range.lower < sign.range.lower })
    else { return }
    compared = Self.operand(before: left.range.upper, tokens.prefix { $0.range.lower < sign.range.lower })
  }

  /// The operand that ends at a place: its first token is the one before which white space or an opening stands.
  private static func operand(before place: Int, _ tokens: ArraySlice<Token>) -> SourceRange? {
    guard let last = tokens.last, last.range.upper == place, !last.opensOperand else { return nil }
    var index = tokens.endIndex - 1
    var depth = 0
    while true {
      if case .symbol(let symbol) = tokens[index].kind {
        if [")", "]", "}"].contains(symbol) { depth += 1 }
        if ["(", "[", "?[", "{"].contains(symbol) { depth -= 1 }
        if depth < 0 { return SourceRange(tokens[index].range.upper, place) }
      }
      guard index > tokens.startIndex, depth > 0 || !tokens[index].hasSpaceBefore else { break }
      if depth == 0, tokens[index - 1].opensOperand, !tokens[index].touchesOperand { break }
      index -= 1
    }
    return SourceRange(tokens[index].range.lower, place)
  }

  /// The keys that follow the place in the same call or record.
  private static func keys(_ after: SourceText, isInString: Bool) -> [String] {
    var text = String(decoding: after.bytes, as: UTF8.self)
    if isInString { text = String(text.drop { $0 != "\"" }.dropFirst()) }
    var lexer = Lexer(SourceText(name: "", text: text), isTyped: true)
    lexer.run()
    var (keys, depth): ([String], Int) = ([], 0)
    for token in lexer.tokens {
      switch token.kind {
      case .symbol("("), .symbol("["), .symbol("?["), .symbol("{"): depth += 1
      case .symbol(")"), .symbol("]"), .symbol("}"): depth -= 1
      case .symbol("|") where depth == 0, .newline, .semicolon, .end: return keys
      case .key(let key) where depth == 0: keys.append(key)
      default: break
      }
      if depth < 0 { return keys }
    }
    return keys
  }
}

extension Token {
  /// Whether it belongs to the operand before it, where it touches that.
  fileprivate var touchesOperand: Bool {
    switch kind {
    case .field, .symbol("["), .symbol("?["), .symbol("("): true
    default: false
    }
  }
}
