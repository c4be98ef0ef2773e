import Language

/// Finds the definitions of names in a text, and the scope of each definition.
///
/// The scope is the block in which a script can use the name. The text may have syntax errors.
struct ScopedNameDefinitions {
  private let parts: [HighlightedPart]
  /// The source ranges of the blocks.
  ///
  /// `else` and `rescue` end a block and begin the next block.
  private var blocks: [SourceRange] = []
  /// The definitions, each with its scope, and whether a `let` or a `def` defines the name.
  private var definitions: [(part: HighlightedPart, block: SourceRange, isLet: Bool)] = []
  private let end: Int

  init(_ source: SourceText) {
    parts = HighlightedPart.parts(of: source).filter { $0.kind != .comment }.sorted { $0.range.lower < $1.range.lower }
    end = source.bytes.count
    var open: [Int] = []
    for part in parts where part.kind == .keyword {
      let word = source.text(part.range)
      if ["end", "else", "rescue"].contains(word), let start = open.popLast() {
        blocks.append(SourceRange(start, part.range.upper))
      }
      if ["do", "else", "rescue"].contains(word), !(word == "else" && isElseIf(part, source)) {
        open.append(part.range.lower)
      }
    }
    for start in open { blocks.append(SourceRange(start, end + 1)) }
    for (index, part) in parts.enumerated() where part.kind == .definition {
      let word = index > 0 ? source.text(parts[index - 1].range) : ""
      let isLet = word == "let" || word == "def"
      let isHere = isLet || word == "rescue" || word == "as"
      let block = isHere ? innermost(part.range.lower) : following(part.range.lower)
      definitions.append((part, block, isLet))
    }
  }

  /// Returns the name at an offset; nil if there is no name.
  func name(at offset: Int) -> HighlightedPart? {
    parts.first { part in
      guard part.range.lower <= offset, offset <= part.range.upper else { return false }
      switch part.kind {
      case .variable, .lone, .command, .stage, .function, .definition: return true
      default: return false
      }
    }
  }

  /// Returns the source range of the definition to which a name at an offset refers.
  ///
  /// The result is nil if the text does not define the name.
  func definition(of name: String, at offset: Int) -> SourceRange? {
    let visible = definitions.filter {
      $0.part.name == name && $0.part.range.lower <= offset && $0.block.lower <= offset && offset < $0.block.upper
    }
    // A `let` defines a new name only if no visible definition has the name. Otherwise, the `let` assigns a value to
    // the existing name.
    var best: (part: HighlightedPart, block: SourceRange, isLet: Bool)?
    for candidate in visible {
      guard let known = best else {
        best = candidate
        continue
      }
      if !candidate.isLet { best = candidate } else if !contains(known.block, candidate.block) { best = candidate }
    }
    return (best?.part ?? definitions.first { $0.part.name == name && $0.isLet }?.part)?.range
  }

  /// Returns the source range of the definition of a name outside all blocks; nil if the name is not defined there.
  func topLevelDefinition(of name: String) -> SourceRange? {
    definitions.first { $0.part.name == name && $0.isLet && $0.block.lower == 0 && $0.block.upper > end }?.part.range
  }

  private func contains(_ outer: SourceRange, _ inner: SourceRange) -> Bool {
    outer.lower <= inner.lower && inner.upper <= outer.upper
  }

  /// Returns the innermost block that contains the byte at an offset.
  private func innermost(_ offset: Int) -> SourceRange {
    blocks.filter { $0.lower <= offset && offset < $0.upper }.max { $0.lower < $1.lower } ?? SourceRange(0, end + 1)
  }

  /// Returns the scope of a parameter, or of the name in a `for` loop.
  ///
  /// The scope begins at the definition, which is at `offset`, and ends at the end of the next block. For example, in
  /// `for x in xs do ... end`, the scope of `x` ends at the `end` of the loop. If no block follows, the scope ends at
  /// the end of the block that contains the definition.
  private func following(_ offset: Int) -> SourceRange {
    let around = innermost(offset)
    let next = blocks.filter { offset < $0.lower && $0.lower < around.upper }.min { $0.lower < $1.lower }
    return next.map { SourceRange(offset, $0.upper) } ?? SourceRange(offset, around.upper)
  }

  private func isElseIf(_ part: HighlightedPart, _ source: SourceText) -> Bool {
    source.text(SourceRange(part.range.upper, part.range.upper + 4)).drop { $0 == " " }.hasPrefix("if")
  }
}
