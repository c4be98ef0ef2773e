/// The syntactic context of a position in a text being typed, determined from the tokens before the position.
///
/// ```swift
/// let context = CursorContext(of: "count posts filter: {st", at: 23)
/// context.wanted  // .key
/// context.target?.place  // .option("filter")
/// ```
public struct CursorContext: Sendable {
  /// The kind of input that is expected at the position.
  public enum ExpectedInput: Sendable, Equatable {
    /// Nothing to complete: a new name, a comment, a pattern.
    case nothing
    /// The start of a statement.
    case statement
    /// The start of a pipeline.
    case head
    /// The name of a stage, after `|`.
    case stage
    /// An argument of the call in ``CursorContext/target``, or the name of one of its options.
    case argument
    /// A value for the argument in ``CursorContext/target``, or a part of such a value.
    case value
    /// A key of the record that is the target.
    case key
    /// A part of an expression.
    case operand
    /// An operator, or the end of an expression.
    case operation
    /// The name of a field of the value in a range of the text or, without a range, of the pipeline's element.
    case field(of: SourceRange?)
    /// An index or a key in brackets, after the value in a range.
    case element(of: SourceRange?)
    /// The next word of a `help` statement, after these words.
    case topic([String])
    /// One of several words.
    case words([String])
  }

  /// A call and its arguments before the position.
  public struct PartialCall: Sendable, Equatable {
    /// The word: a command or a stage.
    public var name: String
    /// Whether the word follows `|`.
    public var isStage: Bool
    /// The source ranges of the positional arguments.
    public var places: [SourceRange] = []
    /// The source range of each option's value, by the option's name.
    public var options: [String: SourceRange] = [:]
  }

  /// The argument of a call, or the part of an argument, to which a value belongs.
  public struct ArgumentTarget: Sendable, Equatable {
    /// An argument of a call: the index of a positional one, or the name of an option.
    public enum ArgumentPosition: Sendable, Equatable {
      case argument(Int)
      case option(String)
    }

    /// The call to which the argument belongs.
    public var call: PartialCall
    /// Which of the call's arguments it is.
    public var place: ArgumentPosition
    /// The record keys that lead from the argument to the part of it at the cursor; empty for the whole argument.
    public var path: [String] = []
  }

  /// A name that the text defines before the position, and that is visible at the position.
  public struct VisibleName: Sendable, Equatable {
    /// The source of a name's value.
    public enum NameOrigin: Sendable, Equatable {
      /// The name has the value of the pipeline at this source range.
      case value(SourceRange)
      /// The name has an element of the pipeline at this source range as its value.
      case element(SourceRange)
      /// An error that `rescue` caught.
      case error
      case number, parameter
    }

    /// The name as the text defines it.
    public var name: String
    /// The source of the name's value.
    public var origin: NameOrigin
    /// The pipelines around the name's definition, outermost first.
    public var flows: [SourceRange]
  }

  /// The kind of input that is expected at the position.
  public var wanted = ExpectedInput.nothing
  /// The part of the expected input that is already typed, without a string's opening quote.
  public var word = ""
  /// The source range of the typed part.
  public var range: SourceRange
  /// Whether the position is inside a string.
  public var isInString = false
  /// The argument, or the part of an argument, to which a value at the position belongs; nil outside of arguments.
  public var target: ArgumentTarget?
  /// The keys of the record, or the options of the call, that already stand before or after the position.
  public var given: [String] = []
  /// The left side of a comparison whose right side is expected at the position; nil elsewhere.
  public var compared: SourceRange?
  /// The enclosing pipelines, outermost first, each up to the last `|` before the position.
  public var flows: [SourceRange] = []
  /// The names that the text defines, the innermost last.
  public var names: [VisibleName] = []
  /// Whether a block may start at the position.
  public var mayOpenBlock = false
  /// Whether the text after the position continues the same word or string.
  public var isInside = false

  /// Determines the context at a UTF-8 offset of a text.
  public init(of text: String, at place: Int) {
    let bytes = Array(text.utf8)
    let place = max(0, min(place, bytes.count))
    range = SourceRange(place, place)
    let before = SourceText(name: "", text: String(decoding: bytes[..<place], as: UTF8.self))
    var lexer = Lexer(before, isTyped: true)
    lexer.run()
    if let comment = lexer.comments.last, comment.upper == place, lexer.byte(-1) != UInt8(ascii: "\n") { return }
    read(lexer.tokens.dropLast(), lexer, CursorScanner.OpenConstruct(.statements))
    let after = SourceText(name: "", text: String(decoding: bytes[place...], as: UTF8.self))
    isInside = isInString ? after.bytes.first == UInt8(ascii: "\"") : after.bytes.first.map(Lexer.isNameByte) ?? false
    given += Self.keys(after, isInString: isInString)
  }

  /// Reads the tokens before the position, from the text or from the interpolation that contains the position.
  private mutating func read(_ tokens: ArraySlice<Token>, _ lexer: Lexer, _ outermost: CursorScanner.OpenConstruct) {
    var tokens = tokens
    let string = tokens.last.flatMap { token in lexer.openStrings.first { $0.start == token.range.lower } }
    if let string, let token = tokens.last {
      tokens.removeLast()
      if string.isInInterpolation, case .string(let pieces) = token.kind, case .tokens(let inner)? = pieces.last {
        var scanner = CursorScanner(outermost)
        scanner.read(tokens)
        names += scanner.names
        var level = CursorScanner.OpenConstruct(.group)
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

  /// Removes from the tokens the word that ends at the position; returns false if nothing can be completed.
  private mutating func takeWord(_ tokens: inout ArraySlice<Token>, _ bytes: [UInt8]) -> Bool {
    if bytes.last == UInt8(ascii: "."), tokens.last?.range.upper ?? 0 < bytes.count || tokens.isEmpty {
      let dot = bytes.dropLast().last == UInt8(ascii: "?") ? bytes.count - 2 : bytes.count - 1
      wanted = .field(of: Self.operand(before: dot, tokens))
      return true
    }
    guard let last = tokens.last, last.range.upper == bytes.count else { return true }
    switch last.kind {
    case .symbol("-") where !last.hasSpaceBefore, .minus where !last.hasSpaceBefore:
      // The token is a hyphen inside a name that is being typed.
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

  /// Copies the findings of the scanner.
  private mutating func take(_ scanner: CursorScanner, _ tokens: ArraySlice<Token>) {
    names += scanner.names
    flows = scanner.flows
    target = scanner.target
    given = scanner.given
    mayOpenBlock = scanner.mayOpenBlock
    if case .field = wanted { return }
    wanted = scanner.wanted
    if scanner.level.kind == .index, scanner.level.last == nil, let bracket = tokens.last {
      return wanted = .element(of: Self.operand(before: bracket.range.lower, tokens.dropLast()))
    }
    guard let sign = scanner.level.last, [.operand, .value].contains(wanted),
      case .symbol(let symbol) = sign.kind, ["==", "!=", "<", "<=", ">", ">="].contains(symbol),
      let left = tokens.last(where: { $0.range.lower < sign.range.lower })
    else { return }
    compared = Self.operand(before: left.range.upper, tokens.prefix { $0.range.lower < sign.range.lower })
  }

  /// Returns the source range of the operand that ends at a position; nil without one.
  ///
  /// An operand starts after white space or an opening bracket.
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

  /// Returns the keys that follow the position in the same call or record.
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
  /// Whether the token belongs to the operand before it, provided that no space separates the two.
  fileprivate var touchesOperand: Bool {
    switch kind {
    case .field, .symbol("["), .symbol("?["), .symbol("("): true
    default: false
    }
  }
}
