/// Formats a text in the canonical layout; the meaning of the text stays the same.
///
/// ```swift
/// try Formatter.formatted(SourceText(name: "-", text: "let x=[1,2]"))  // let x = [1, 2]
/// ```
///
/// The formatter indents a block by two spaces and puts spaces around operators. It keeps all comments, and reduces
/// several consecutive empty lines to one.
///
/// If a line ends between the entries of a list or record, each entry gets its own line. If a line ends between the
/// stages of a pipeline, each stage gets its own line, which begins with the `|`. The formatter breaks a line with more
/// than 100 columns in the same way.
public enum Formatter {
  /// The error for a text that has syntax errors.
  public struct ParseFailure: Error, Sendable {
    /// The errors of the text.
    public var diagnostics: [Diagnostic]
  }

  /// The maximum number of columns of a line; the formatter breaks longer lines.
  static let width = 100

  /// Returns the text in its canonical layout.
  ///
  /// - Throws: ``ParseFailure`` with every error of a text that does not parse.
  public static func formatted(_ source: SourceText) throws(ParseFailure) -> String {
    let diagnostics = Parser.parse(source).diagnostics
    guard diagnostics.isEmpty else { throw ParseFailure(diagnostics: diagnostics) }
    let tokens = TokenWithTrivia.tokens(of: source)
    var shape = LayoutShape(tokens)
    while true {
      var printer = LayoutPrinter(tokens, shape)
      printer.run()
      let found = printer.breaks.subtracting(shape.broken)
      if found.isEmpty { return printer.text }
      shape.broken.formUnion(found)
    }
  }
}
