public import JSONAPI
import JSONText

/// A resource in a filtered list whose attribute differs from the filter, so that the service probably ignores the
/// filter.
public struct IgnoredFilter: Sendable {
  /// The name of the filter, which is also the name of the attribute.
  public let name: String
  /// The value of the filter.
  public let wanted: String
  /// The id of the resource.
  public let id: String
  /// The value of the attribute, as JSON text.
  public let found: String

  /// Finds the first resource of a document that differs from a filter; nil if there is none.
  ///
  /// A service decides what a filter means. So a resource differs only if the value of the filter is a word, an integer or
  /// a boolean, or several of them with commas, and the attribute with the filter's name contains none of them. Upper and
  /// lower case letters are equal.
  public init?(_ filter: [(name: String, value: String)], in document: Document) {
    for (name, value) in filter {
      let wanted = value.lowercased().split(separator: ",", omittingEmptySubsequences: false)
      guard wanted.allSatisfy(Self.isPlain) else { continue }
      for resource in document.resources {
        guard let attribute = resource["attributes"]?[name], let text = Self.text(of: attribute) else { continue }
        guard !wanted.contains(where: { text.contains($0) }) else { continue }
        (self.name, self.wanted) = (name, value)
        (id, found) = (resource["id"]?.idText ?? "", attribute.text)
        return
      }
    }
    return nil
  }

  /// Whether a value can only mean itself: it has letters, digits, spaces, `_` and `-`, and is not a date.
  private static func isPlain(_ value: Substring) -> Bool {
    let isWord = value.allSatisfy { $0.isLetter || $0.isNumber || $0 == " " || $0 == "_" || $0 == "-" }
    let isDate = value.prefix(5).allSatisfy { $0.isNumber || $0 == "-" } && value.dropFirst(4).first == "-"
    return !value.isEmpty && isWord && !isDate
  }

  /// Returns the text of an attribute in lower case; nil for null, lists and objects.
  private static func text(of attribute: JSONValue) -> String? {
    switch attribute {
    case .string(let string): string.lowercased()
    case .number, .bool: attribute.text
    case .null, .array, .object: nil
    }
  }
}
