public import JSONAPI
import JSONText

/// Evidence that a service ignores a filter: a resource in the filtered list that does not match the filter.
///
/// For example, a list with the filter `status: "draft"` contains a resource with the status `"published"`. The field
/// with the name of the filter can be an attribute, a relationship or the id.
public struct IgnoredFilter: Sendable {
  /// The name of the filter: `id`, or the name of an attribute or a relationship.
  public let name: String
  /// The value of the filter.
  public let wanted: String
  /// The id of the resource.
  public let id: String
  /// The compared field: the filter's name, or `NAME.id` for a relationship.
  public let field: String
  /// The value of the field, as JSON text.
  public let found: String

  /// Finds the first resource of a document that does not match a filter; returns nil if every resource matches.
  ///
  /// The check is cautious, because only the service knows the meaning of a filter. It covers only filters with plain
  /// values, such as `draft`, `5` or `draft,spam`.
  ///
  /// An attribute with the filter's name matches if it contains one of the values; upper and lower case are equal. If
  /// the resource has no such attribute, and all values are integers, the check compares an id with the values. For the
  /// filter `id`, it compares the id of the resource. For a filter with the name of a to-one relationship, it compares
  /// the id in the linkage.
  public init?(_ filter: [(name: String, value: String)], in document: Document) {
    for (name, value) in filter {
      let wanted = value.lowercased().split(separator: ",", omittingEmptySubsequences: false)
      guard wanted.allSatisfy(Self.isPlain) else { continue }
      for resource in document.resources {
        guard let (field, found) = Self.difference(of: resource, name, wanted) else { continue }
        (self.name, self.wanted, self.field, self.found) = (name, value, field, found)
        id = resource["id"]?.idText ?? ""
        return
      }
    }
    return nil
  }

  /// Returns the field in which a resource does not match a filter, and the field's value; nil if the resource matches.
  private static func difference(
    of resource: JSONObject, _ name: String, _ wanted: [Substring]
  ) -> (field: String, found: String)? {
    if let attribute = resource["attributes"]?[name] {
      guard let text = text(of: attribute), !wanted.contains(where: { text.contains($0) }) else { return nil }
      return (name, attribute.text)
    }
    guard wanted.allSatisfy({ $0.allSatisfy(\.isNumber) }) else { return nil }
    let isOwn = name == "id"
    let id = isOwn ? resource["id"] : resource["relationships"]?[name]?["data"]?["id"]
    guard let id, let text = id.idText, text.allSatisfy(\.isNumber), !wanted.contains(where: { $0 == text }) else {
      return nil
    }
    return (isOwn ? name : "\(name).id", id.text)
  }

  /// Whether a filter value has only letters, digits, spaces, `_` and `-`, and does not look like a date.
  ///
  /// A service could interpret other characters as an operator, a pattern or a time.
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
