/// The prompt of a typed line.
public struct LinePrompt: Sendable, Equatable, ExpressibleByStringLiteral {
  /// The text, without a line end.
  public var text: String
  /// The SGR parameters of its look (ECMA-48 8.3.117), such as `31;1`; nil for the usual look.
  public var look: String?
  /// The number of spaces that the line begins with; typing `end`, `else` or `rescue` after them removes two.
  public var indent: Int
  /// The initial text of the line; line feeds and control characters are shown as escapes.
  public var draft = ""

  /// Creates a prompt.
  public init(_ text: String, look: String? = nil, indent: Int = 0) {
    self.text = text
    self.look = look
    self.indent = indent
  }

  /// Creates a prompt from a text.
  public init(stringLiteral text: String) { self.init(text) }
}

/// Colours a line while it is typed.
public struct LinePainting: Sendable {
  /// A part of the line with a look.
  public struct Part: Sendable, Equatable {
    /// The bytes.
    public var range: Range<Int>
    /// The number of the look.
    public var look: Int

    /// Creates a part.
    public init(_ range: Range<Int>, look: Int) {
      self.range = range
      self.look = look
    }
  }

  /// The parameters of SGR for each look (ECMA-48 8.3.117); the first is the usual look, and empty.
  public var looks: [String]
  /// Returns the parts of a line, without blocking; of two that overlap, the later one counts.
  public var parts: @Sendable (_ line: String, _ cursor: Int) -> [Part]
  /// Returns a text to show in grey after a line whose cursor is at its end, without blocking; nil for none.
  public var hint: (@Sendable (_ line: String) -> String?)?

  /// Creates colours.
  public init(
    looks: [String], parts: @escaping @Sendable (_ line: String, _ cursor: Int) -> [Part],
    hint: (@Sendable (_ line: String) -> String?)? = nil
  ) {
    self.looks = looks
    self.parts = parts
    self.hint = hint
  }
}
