/// The block, bracket or statement that an incomplete text leaves open.
///
/// The prompt shows this part when it asks for the next line.
public struct UnclosedPart: Sendable, Equatable {
  /// The first words of the part, and then dots: `for post ...`, `{ ...`, `| ...`.
  public var text: String
  /// The number of open blocks and brackets, plus one for a continued statement.
  public var depth: Int
}

extension Lexer {
  /// The innermost part that is open at the end of the text; nil if the text is complete.
  var openPart: UnclosedPart? {
    let last = tokens.dropLast().last
    let isBracket = open.last.map { $0.symbol != "do" } ?? false
    if endsInBackslash { return UnclosedPart(text: "\\ ...", depth: open.count + 1) }
    if !isBracket, let last, last.continues, last.kind != .newline {
      return UnclosedPart(text: last.description + " ...", depth: open.count + 1)
    }
    guard let opening = open.last else { return nil }
    return UnclosedPart(
      text: opening.symbol == "do" ? head(of: opening.range) : opening.symbol + " ...", depth: open.count)
  }

  /// Returns the first words of the statement or stage that opens a block: `for post ...`, `def greet ...`, `each ...`.
  private func head(of block: SourceRange) -> String {
    let before = tokens.prefix { $0.range.lower < block.lower }
    for (index, token) in before.enumerated().reversed() {
      switch token.kind {
      case .keyword("for"), .keyword("def"):
        let name = index + 1 < before.count ? before[index + 1].description + " " : ""
        return "\(token.description) \(name)..."
      case .keyword("if"), .keyword("while"), .keyword("try"), .name("watch"), .name("each"):
        return token.description + " ..."
      case .newline, .semicolon, .keyword("do"): return "do ..."
      default: continue
      }
    }
    return "do ..."
  }
}
