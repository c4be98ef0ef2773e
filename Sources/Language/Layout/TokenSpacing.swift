/// Decides the space between two tokens on a line.
///
/// A space between tokens can have a meaning, as in `x [1]` and `x[1]`. The formatter then keeps the space, or its
/// absence, as written.
enum TokenSpacing {
  static func between(_ before: Token, _ token: Token) -> String {
    if before.isOpening || token.isClosing || token.isSymbol(",") || token.isSymbol(":") { return "" }
    if before.isSymbol("..") || token.isSymbol("..") { return "" }
    let asWritten = token.hasSpaceBefore ? " " : ""
    if before.kind == .minus { return token.isNumber ? asWritten : "" }
    if case .field = token.kind { return before.opensOperand ? " " : asWritten }
    if token.isSymbol("(") || token.isSymbol("[") || token.isSymbol("?[") {
      return before.opensOperand ? " " : asWritten
    }
    return " "
  }
}
