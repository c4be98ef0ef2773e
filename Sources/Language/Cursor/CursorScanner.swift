/// Reads the tokens before a position, and records the brackets, blocks, pipeline and call that are open there.
///
/// The scanner accepts any tokens, because an unfinished text is rarely a complete statement.
struct CursorScanner {
  /// A bracket or a block that is open at the position.
  struct OpenBracketOrBlock {
    /// The kind of an open bracket or block.
    enum Kind {
      /// The whole text, or a block.
      case statements
      /// `(` around a pipeline.
      case group
      case list, index, record
      /// `arguments` are the parentheses of a call. `parameters` are the parentheses of a `def`.
      case arguments, parameters
    }

    /// The part of a statement that the scanner reads next, such as the pipeline after `let x =`.
    enum ExpectedStatementPart {
      case start
      /// The new name after `let`, `for`, `def` or `rescue`.
      case binding
      /// The token after the new name, such as `=` or `in`.
      case bound
      case pipeline
      /// A condition, as in `if` and `while`, which ends before `do`.
      case condition
      /// The file after `source`.
      case path
      /// The words after `help`.
      case topic
      case ended
    }

    let kind: Kind
    var phase = ExpectedStatementPart.start
    /// The argument that a value in this bracket belongs to; nil outside calls.
    ///
    /// The target can be a part of the argument, such as the value of the key `a` in `filter: {a: [...]}`.
    var target: CursorContext.ArgumentTarget?
    /// The source ranges of the pipelines around this bracket or block; the outermost is first.
    var flows: [SourceRange] = []
    /// The keyword at the start of the statement; empty if the statement does not start with a keyword.
    var keyword = ""
    /// The names that the statement defines.
    var bound: [String] = []
    /// The offset at which the value of a `let` starts; nil before the value.
    var letStart: Int?
    var isLet = false
    var pipe: OpenPipeline?
    /// The last token of the current expression; nil before its first token.
    var last: Token?
    /// The keys of a record up to the position.
    var keys: [String] = []
    /// The record key whose value the scanner reads now; nil if a key comes next.
    var key: String?
    /// The record key that the scanner has read without its colon; nil after the colon.
    var pendingKey: String?
    /// The number of names that are visible before this bracket or block.
    var nameCount = 0

    init(_ kind: Kind) { self.kind = kind }
  }

  /// The pipeline that the scanner is reading, up to the position.
  struct OpenPipeline {
    let start: Int
    /// The offset of the last `|`; nil before the first `|`.
    var bar: Int?
    var wantsStage = false
    var call: CursorContext.PartialCall?
    /// Whether the call takes one whole expression in place of arguments, as `where` does.
    var isWhole = false
    /// The option that still lacks its value; nil if an argument or an option comes next.
    var option: String?
    /// The position of the last argument.
    ///
    /// If no space separates a token from the last argument, the token belongs to this argument.
    var current: CursorContext.ArgumentTarget.IndexOrOptionName?
  }

  private(set) var levels: [OpenBracketOrBlock]
  private(set) var names: [CursorContext.VisibleVariable] = []
  private(set) var words: [String] = []
  private var lastUpper = 0

  init(_ outermost: OpenBracketOrBlock) { levels = [outermost] }

  var level: OpenBracketOrBlock {
    get { levels[levels.count - 1] }
    set { levels[levels.count - 1] = newValue }
  }

  mutating func read(_ tokens: ArraySlice<Token>) {
    for index in tokens.indices {
      let token = tokens[index]
      let next = index + 1 < tokens.endIndex ? tokens[index + 1] : nil
      switch level.kind {
      case .statements, .group: readStatement(token, next)
      case .record: readEntry(token)
      case .list, .index, .arguments, .parameters: readElement(token)
      }
      lastUpper = token.range.upper
    }
  }

  // MARK: Brackets

  /// Handles an opening or closing bracket; returns false for any other token.
  private mutating func bracket(_ token: Token) -> Bool {
    guard case .symbol(let symbol) = token.kind else { return false }
    let touches = !token.hasSpaceBefore && level.last.map { !$0.opensOperand } ?? false
    switch symbol {
    case "(" where level.phase == .bound && level.keyword == "def": open(.parameters, target: nil)
    case "(" where touches: open(.arguments, target: nil)
    case "(": open(.group, target: nil)
    case "[", "?[": open(touches ? .index : .list, target: touches ? nil : opened)
    case "{": open(.record, target: opened)
    case ")", "]", "}": close(token)
    default: return false
    }
    return true
  }

  /// The argument that values in a bracket at the current token belong to; nil outside calls.
  ///
  /// The result can describe a part of the argument, such as the value of the key `a` in `filter: {a: [...]}`.
  private var opened: CursorContext.ArgumentTarget? {
    guard let pipe = level.pipe, let call = pipe.call, let current = pipe.current else { return target }
    return CursorContext.ArgumentTarget(call: call, place: current)
  }

  private mutating func open(_ kind: OpenBracketOrBlock.Kind, target: CursorContext.ArgumentTarget?) {
    var inner = OpenBracketOrBlock(kind)
    inner.target = target
    inner.flows = flows
    inner.nameCount = names.count
    levels.append(inner)
  }

  private mutating func close(_ token: Token) {
    guard levels.count > 1, level.kind != .statements else { return }
    names.removeLast(level.kind == .parameters ? 0 : max(0, names.count - level.nameCount))
    levels.removeLast()
    level.last = token
    extend(to: token)
  }

  private mutating func openBlock() {
    let (flows, start) = (flows, level.kind == .statements ? level.nameCount : names.count)
    let outer = level
    if outer.keyword == "for", let pipe = outer.pipe {
      let range = SourceRange(pipe.start, lastUpper)
      for (index, name) in outer.bound.enumerated() {
        names.append(.init(name: name, origin: index == 0 ? .element(range) : .number, flows: outer.flows))
      }
    }
    var inner = OpenBracketOrBlock(.statements)
    inner.flows = flows
    // The first bound name of a `def` is the name of the `def` itself. This name is not a variable.
    let own = outer.keyword == "for" ? outer.bound.count : outer.keyword == "def" ? outer.bound.count - 1 : 0
    inner.nameCount = max(min(start, names.count), names.count - own)
    levels.append(inner)
  }

  /// Closes the innermost block, and the brackets that are open in this block.
  private mutating func closeBlock(_ token: Token) {
    guard let index = levels.lastIndex(where: { $0.kind == .statements }), index > 0 else { return }
    names.removeLast(max(0, names.count - levels[index].nameCount))
    levels.removeLast(levels.count - index)
    level.last = token
    level.pipe?.call = nil
    level.phase = level.pipe == nil ? .ended : .pipeline
  }

  // MARK: Records, lists, arguments

  private mutating func readEntry(_ token: Token) {
    if level.key == nil {
      switch token.kind {
      case .key(let key): take(key: key)
      case .name(let key), .keyword(let key): level.pendingKey = key
      case .string(let pieces):
        if case .literal(let key)? = pieces.first { level.pendingKey = key }
      case .symbol(":"): take(key: level.pendingKey ?? "")
      case .symbol("}"): close(token)
      default: _ = bracket(token)
      }
    } else if token.isSymbol(",") {
      level.key = nil
      level.last = nil
    } else if !bracket(token) {
      level.last = token
    }
  }

  private mutating func take(key: String) {
    level.keys.append(key)
    (level.key, level.pendingKey, level.last) = (key, nil, nil)
  }

  private mutating func readElement(_ token: Token) {
    if level.kind == .parameters {
      switch token.kind {
      case .name(let name) where level.last == nil, .key(let name):
        names.append(.init(name: name, origin: .parameter, flows: []))
        levels[levels.count - 2].bound.append(name)
      default: break
      }
    }
    if token.isSymbol(",") { level.last = nil } else if !bracket(token) { level.last = token }
  }

  // MARK: Statements

  private mutating func readStatement(_ token: Token, _ next: Token?) {
    switch token.kind {
    case .newline where level.kind == .statements, .semicolon where level.kind == .statements: return endStatement()
    case .keyword("do"): return openBlock()
    case .keyword("end"): return closeBlock(token)
    case .keyword("else"):
      closeBlock(token)
      level.keyword = "if"
      if next?.isKeyword("if") != true { openBlock() }
      return level.phase = .start
    case .keyword("rescue"):
      closeBlock(token)
      (level.keyword, level.phase) = ("rescue", .binding)
      return
    default: break
    }
    switch level.phase {
    case .start: begin(token, next)
    case .binding: bind(token)
    case .bound: readBound(token)
    case .pipeline: readPipeline(token, next)
    case .condition: if !bracket(token) { level.last = token }
    case .topic: words.append(token.description)
    case .path, .ended: level.last = token
    }
  }

  private mutating func endStatement() {
    if let start = level.letStart, let name = level.bound.first {
      names.append(.init(name: name, origin: .value(SourceRange(start, lastUpper)), flows: level.flows))
    }
    (level.isLet, level.letStart) = (false, nil)
    (level.phase, level.keyword, level.bound, level.pipe, level.last) = (.start, "", [], nil, nil)
    words = []
  }

  private mutating func begin(_ token: Token, _ next: Token?) {
    if level.isLet, level.letStart == nil { level.letStart = token.range.lower }
    guard case .keyword(let word) = token.kind, level.pipe == nil else { return beginPipeline(token, next) }
    switch word {
    case "let", "for", "def": (level.keyword, level.phase) = (word, .binding)
    case "while", "if", "try":
      (level.keyword, level.phase) = (word, .condition)
      level.last = nil
    case "return": level.keyword = word
    case "source": level.phase = .path
    case "help": level.phase = .topic
    case "break", "continue": level.phase = .ended
    case "set":
      level.phase = .pipeline
      level.pipe = OpenPipeline(start: token.range.lower, call: .init(name: word, isStage: false))
    default: beginPipeline(token, next)
    }
  }

  private mutating func bind(_ token: Token) {
    if case .name(let name) = token.kind { level.bound.append(name) }
    level.phase = .bound
    guard level.keyword == "rescue", let name = level.bound.popLast() else { return }
    openBlock()
    names.append(.init(name: name, origin: .error, flows: []))
    level.nameCount = names.count - 1
  }

  private mutating func readBound(_ token: Token) {
    switch (level.keyword, token.kind) {
    case ("let", .symbol("=")), ("for", .keyword("in")):
      level.isLet = level.keyword == "let"
      level.phase = .start
      level.last = nil
    case ("for", .symbol(",")): level.phase = .binding
    default: _ = bracket(token)
    }
  }

  // MARK: Pipelines

  private mutating func beginPipeline(_ token: Token, _ next: Token?) {
    level.phase = .pipeline
    level.pipe = OpenPipeline(start: token.range.lower)
    let isSpaced = Token(kind: .end, range: token.range, hasSpaceBefore: true)
    if case .name(let name) = token.kind, next == nil || Parser.beginsCommand(name, before: next ?? isSpaced) {
      return begin(call: name, isStage: false)
    }
    if !bracket(token) { level.last = token }
  }

  private mutating func begin(call name: String, isStage: Bool) {
    level.pipe?.call = CursorContext.PartialCall(name: name, isStage: isStage)
    level.pipe?.isWhole = Parser.wholeWords.contains(name)
    level.pipe?.wantsStage = false
    level.last = nil
  }

  private mutating func readPipeline(_ token: Token, _ next: Token?) {
    if token.isSymbol("|") {
      level.pipe?.bar = token.range.lower
      level.pipe?.wantsStage = true
      level.pipe?.call = nil
      level.pipe?.option = nil
      level.pipe?.current = nil
      return
    }
    if level.pipe?.wantsStage == true {
      guard case .name(let name) = token.kind else { return }
      return begin(call: name, isStage: true)
    }
    if level.pipe?.call != nil, level.pipe?.isWhole == false { readArgument(token) }
    if !bracket(token) { level.last = token }
  }

  private mutating func readArgument(_ token: Token) {
    if case .key(let option) = token.kind {
      level.pipe?.option = option
      level.pipe?.call?.options[option] = SourceRange(token.range.upper, token.range.upper)
      level.pipe?.current = nil
      return
    }
    let continues = !token.hasSpaceBefore && level.pipe?.current != nil || level.last?.joinsRange ?? false
    if continues || token.isSymbol("..") { return extend(to: token) }
    if let option = level.pipe?.option {
      level.pipe?.call?.options[option] = token.range
      level.pipe?.current = .option(option)
      level.pipe?.option = nil
    } else if let call = level.pipe?.call {
      level.pipe?.current = .argument(call.places.count)
      level.pipe?.call?.places.append(token.range)
      if call.name == "as", call.isStage, case .name(let name) = token.kind, let pipe = level.pipe, let bar = pipe.bar {
        names.append(.init(name: name, origin: .element(SourceRange(pipe.start, bar)), flows: level.flows))
      }
    }
  }

  /// Extends the last argument to the end of a token.
  private mutating func extend(to token: Token) {
    switch level.pipe?.current {
    case .argument(let place): level.pipe?.call?.places[place].upper = token.range.upper
    case .option(let option): level.pipe?.call?.options[option]?.upper = token.range.upper
    case nil: break
    }
  }
}

extension Token {
  /// Whether an operand after this token continues the same argument, even after white space.
  ///
  /// This is true for `..` and for a minus.
  fileprivate var joinsRange: Bool { isSymbol("..") || kind == .minus }
}
