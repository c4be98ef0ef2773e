/// Decides the space between two tokens on a line.
///
/// Between some tokens, a space changes the meaning: `x [1]` is not `x[1]`. Between such tokens, the formatter keeps
/// the spaces of the text.
enum TokenSpacing {
  static func between(_ before: Token, _ token: Token) -> String {
    if before.isOpening || token.isClosing || token.isSymbol(",") || token.isSymbol(":") { return "" }
    if before.isSymbol("..") || token.isSymbol("..") { return "" }
    let asWritten = token.hasSpaceBefore ? " " : ""
    if before.kind == .minus { return "" }
    if case .field = token.kind { return before.opensOperand ? " " : asWritten }
    if token.isSymbol("(") || token.isSymbol("[") || token.isSymbol("?[") {
      return before.opensOperand ? " " : asWritten
    }
    return " "
  }
}
