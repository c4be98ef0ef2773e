/// Gives a text its one canonical layout, and never another meaning.
///
/// ```swift
/// try Formatter.formatted(SourceText(name: "-", text: "let x=[1,2]"))  // let x = [1, 2]
/// ```
/// Blocks are indented by two spaces, operators stand between spaces, at most one empty line stays, comments stay. The
/// line breaks of a statement stay where an author made them, each entry of a broken list or record on its own line and
/// each stage of a broken pipeline on a line that begins with its bar; lines over 100 columns are broken so.
public enum Formatter {
  /// A text that does not parse has no layout.
  public struct Failure: Error, Sendable {
    /// What is wrong with it.
    public var diagnostics: [Diagnostic]
  }

  /// How many columns a line may take before it is broken.
  static let width = 100

  /// The text in its canonical layout.
  ///
  /// - Throws: ``Failure`` with every error of a text that does not parse.
  public static func formatted(_ source: SourceText) throws(Failure) -> String {
    let diagnostics = Parser.parse(source).diagnostics
    guard diagnostics.isEmpty else { throw Failure(diagnostics: diagnostics) }
    let words = LaidOutToken.words(of: source)
    var shape = Shape(words)
    while true {
      var printer = LayoutPrinter(words, shape)
      printer.run()
      let found = printer.breaks.subtracting(shape.broken)
      if found.isEmpty { return printer.text }
      shape.broken.formUnion(found)
    }
  }
}
