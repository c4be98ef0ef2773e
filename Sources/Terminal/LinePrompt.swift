/// The prompt of a line that the user types.
public struct LinePrompt: Sendable, Equatable, ExpressibleByStringLiteral {
  /// The text, without a line end.
  public var text: String
  /// The SGR parameters of the prompt's style (ECMA-48 8.3.117), such as `31;1`; nil for the default style.
  public var look: String?
  /// The number of spaces at the beginning of the line.
  ///
  /// If the first word that the user types is `end`, `else` or `rescue`, the editor removes two of the spaces.
  public var indent: Int
  /// The initial text of the line.
  ///
  /// Line feeds and control characters in the text become escapes.
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

/// The colours of the line that the user is typing.
public struct LinePainting: Sendable {
  /// A part of the line with a style.
  public struct StyledRange: Sendable, Equatable {
    /// The range of the part, in bytes from the start of the line.
    public var range: Range<Int>
    /// The index of the style in ``LinePainting/looks``.
    public var look: Int

    /// Creates a part.
    public init(_ range: Range<Int>, look: Int) {
      self.range = range
      self.look = look
    }
  }

  /// The SGR parameters of each style (ECMA-48 8.3.117), such as `36;1`.
  ///
  /// The first style is the default style; its parameters are an empty text.
  public var looks: [String]
  /// Returns the coloured parts of a line.
  ///
  /// Where two parts overlap, the later part of the array applies. The function must not block.
  public var parts: @Sendable (_ line: String, _ cursor: Int) -> [StyledRange]
  /// Returns a text to show in grey after the line; nil for no text.
  ///
  /// The text appears only while the cursor is at the end of the line. The function must not block.
  public var hint: (@Sendable (_ line: String) -> String?)?

  /// Creates the colours of lines.
  public init(
    looks: [String], parts: @escaping @Sendable (_ line: String, _ cursor: Int) -> [StyledRange],
    hint: (@Sendable (_ line: String) -> String?)? = nil
  ) {
    self.looks = looks
    self.parts = parts
    self.hint = hint
  }
}
