/// The syntactic context of a position in an unfinished text, for completion at the prompt.
///
/// The tokens before the position determine the context.
///
/// ```swift
/// let context = CursorContext(of: "count posts filter: {st", at: 23)
/// context.wanted  // .key
/// context.target?.place  // .option("filter")
/// ```
public struct CursorContext: Sendable {
  /// The kind of input that can stand at the position.
  public enum ExpectedInput: Sendable, Equatable {
    /// There is nothing to complete, as in a new name, a comment or a pattern.
    case nothing
    /// The start of a statement.
    case statement
    /// The start of a pipeline.
    case head
    /// The name of a stage, after `|`.
    case stage
    /// An argument or an option of the call in ``CursorContext/target``.
    case argument
    /// A value for the argument in ``CursorContext/target``, or a part of such a value.
    case value
    /// A key of a record; ``CursorContext/target`` is the argument that contains the record.
    case key
    /// A part of an expression.
    case operand
    /// An operator, or the end of an expression.
    case operation
    /// The name of a field, after a dot.
    ///
    /// `of` is the range of the value before the dot. It is nil for a field of the pipeline's element, such as `.id`.
    case field(of: SourceRange?)
    /// An index or a key in brackets. The range contains the value before the brackets.
    case element(of: SourceRange?)
    /// The next word of a `help` statement. The array has the words before it.
    case topic([String])
    /// One of the words in the array, such as `in` after `for x`.
    case words([String])
  }

  /// A call of a command or a stage, with the arguments before the position.
  public struct PartialCall: Sendable, Equatable {
    /// The name of the command or stage.
    public var name: String
    /// Whether the name follows `|`.
    public var isStage: Bool
    /// The source ranges of the positional arguments.
    public var places: [SourceRange] = []
    /// The source range of each option's value, by the option's name.
    public var options: [String: SourceRange] = [:]
  }

  /// The place of a value in a call: an argument, or a part of an argument.
  public struct ArgumentTarget: Sendable, Equatable {
    /// The index of a positional argument, or the name of an option.
    public enum IndexOrOptionName: Sendable, Equatable {
      case argument(Int)
      case option(String)
    }

    /// The call that has the argument.
    public var call: PartialCall
    /// The position of the argument in the call.
    public var place: IndexOrOptionName
    /// The record keys that lead from the argument to the value; empty if the value is the whole argument.
    ///
    /// For the value `x` in `{a: {b: x}}`, the keys are `a` and `b`.
    public var path: [String] = []
  }

  /// A name that the text defines before the position, and that is visible at the position.
  public struct VisibleVariable: Sendable, Equatable {
    /// The source of a name's value.
    public enum ValueOrigin: Sendable, Equatable {
      /// The value of the name is the value of the pipeline at this source range.
      case value(SourceRange)
      /// The value of the name is one element of the pipeline at this source range.
      case element(SourceRange)
      /// The value of the name is the error that `rescue` caught.
      case error
      case number, parameter
    }

    /// The name as the text defines it.
    public var name: String
    /// The source of the name's value.
    public var origin: ValueOrigin
    /// The source ranges of the pipelines around the definition of the name; the outermost is first.
    public var flows: [SourceRange]
  }

  /// The kind of input that can stand at the position.
  public var wanted = ExpectedInput.nothing
  /// The part of the input that the user has already typed, without the opening quote of a string.
  public var word = ""
  /// The source range of `word`.
  public var range: SourceRange
  /// Whether the position is inside a string.
  public var isInString = false
  /// The argument that a value at the position belongs to; nil outside calls.
  ///
  /// The target can be a part of the argument, such as the value of the key `a` in `filter: {a: ...}`.
  public var target: ArgumentTarget?
  /// The keys of the record at the position; outside records, the options of the call at the position.
  ///
  /// The list includes keys and options after the position.
  public var given: [String] = []
  /// The source range of the left operand, when the position is at the right operand of a comparison; nil elsewhere.
  public var compared: SourceRange?
  /// The source ranges of the enclosing pipelines; the outermost is first.
  ///
  /// Each range ends at the last `|` before the position.
  public var flows: [SourceRange] = []
  /// The names that are visible at the position; the innermost is last.
  public var names: [VisibleVariable] = []
  /// Whether a block can begin at the position, with `do`.
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
    read(lexer.tokens.dropLast(), lexer, CursorScanner.OpenBracketOrBlock(.statements))
    let after = SourceText(name: "", text: String(decoding: bytes[place...], as: UTF8.self))
    isInside = isInString ? after.bytes.first == UInt8(ascii: "\"") : after.bytes.first.map(Lexer.isNameByte) ?? false
    given += Self.keys(after, isInString: isInString)
  }

  /// Reads the tokens before the position, and determines the context from them.
  ///
  /// If the position is inside an interpolation `\(...)`, only the tokens of the interpolation determine the context.
  private mutating func read(_ tokens: ArraySlice<Token>, _ lexer: Lexer, _ outermost: CursorScanner.OpenBracketOrBlock)
  {
    var tokens = tokens
    let string = tokens.last.flatMap { token in lexer.openStrings.first { $0.start == token.range.lower } }
    if let string, let token = tokens.last {
      tokens.removeLast()
      if string.isInInterpolation, case .string(let pieces) = token.kind, case .tokens(let inner)? = pieces.last {
        var scanner = CursorScanner(outermost)
        scanner.read(tokens)
        names += scanner.names
        var level = CursorScanner.OpenBracketOrBlock(.group)
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

  /// Removes from `tokens` the word that ends at the position.
  ///
  /// Returns false if there is nothing to complete at the position.
  private mutating func takeWord(_ tokens: inout ArraySlice<Token>, _ bytes: [UInt8]) -> Bool {
    if bytes.last == UInt8(ascii: "."), tokens.last?.range.upper ?? 0 < bytes.count || tokens.isEmpty {
      let dot = bytes.dropLast().last == UInt8(ascii: "?") ? bytes.count - 2 : bytes.count - 1
      wanted = .field(of: Self.operand(before: dot, tokens))
      return true
    }
    guard let last = tokens.last, last.range.upper == bytes.count else { return true }
    switch last.kind {
    case .symbol("-") where !last.hasSpaceBefore, .minus where !last.hasSpaceBefore:
      // The token is a hyphen in a name that the user has not finished, such as `sort-`.
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

  /// Copies the results of the scanner to this context.
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

  /// Returns the source range of the operand that ends at a position; nil if no operand ends there.
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

  /// Returns the options or keys that follow the position in the same call or record.
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
  /// Whether the token continues the operand before it, if no space separates the two.
  fileprivate var touchesOperand: Bool {
    switch kind {
    case .field, .symbol("["), .symbol("?["), .symbol("("): true
    default: false
    }
  }
}
