/// What stands before a line that is typed.
public struct LinePrompt: Sendable, Equatable, ExpressibleByStringLiteral {
  /// The text; it has no line's end.
  public var text: String
  /// The parameters of SGR that it is shown with (ECMA-48 8.3.117), such as `31;1`; nil for the usual look.
  public var look: String?
  /// How many spaces the line begins with; they are two less when `end`, `else` or `rescue` is typed behind them.
  public var indent: Int
  /// What the line is at first, to be edited; a line feed or a control in it is shown as an escape.
  public var draft = ""

  /// Creates a prompt.
  public init(_ text: String, look: String? = nil, indent: Int = 0) {
    self.text = text
    self.look = look
    self.indent = indent
  }

  /// Creates a prompt of a text.
  public init(stringLiteral text: String) { self.init(text) }
}

/// The colours of a line while it is typed.
public struct LinePainting: Sendable {
  /// A part of the line that has a look.
  public struct Part: Sendable, Equatable {
    /// Its bytes.
    public var range: Range<Int>
    /// The number of its look.
    public var look: Int

    /// Creates a part.
    public init(_ range: Range<Int>, look: Int) {
      self.range = range
      self.look = look
    }
  }

  /// The parameters of SGR for each look (ECMA-48 8.3.117); the first is the usual look, and empty.
  public var looks: [String]
  /// Tells the parts of a line, from what is in memory; of two that overlap the later counts.
  public var parts: @Sendable (_ line: String, _ cursor: Int) -> [Part]

  /// Creates colours.
  public init(looks: [String], parts: @escaping @Sendable (_ line: String, _ cursor: Int) -> [Part]) {
    self.looks = looks
    self.parts = parts
  }
}
