/// A source range that the message of an error marks with `^` characters, and the label after these characters.
public struct MarkedSourceRange: Sendable, Equatable {
  /// The source range to mark.
  public var range: SourceRange
  /// The label after the `^` characters; nil for no label.
  public var label: String?

  /// Creates a mark.
  public init(_ range: SourceRange, _ label: String? = nil) {
    self.range = range
    self.label = label
  }
}
