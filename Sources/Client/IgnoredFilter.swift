public import JSONAPI
import JSONText

/// Evidence that a service ignores a filter: a resource in the filtered list that does not match the filter.
///
/// For example, a list with the filter `status: "draft"` contains a resource with the status `"published"`. The
/// compared field has the name of the filter. It is an attribute, the id or a relationship.
public struct IgnoredFilter: Sendable {
  /// The name of the filter, which is also the name of the attribute or the relationship, or `id`.
  public let name: String
  /// The value of the filter.
  public let wanted: String
  /// The id of the resource.
  public let id: String
  /// The compared field: the filter's name, or `NAME.id` for a relationship.
  public let field: String
  /// The value of the field, as JSON text.
  public let found: String

  /// Finds the first resource of a document that differs from a filter; returns nil if every resource matches.
  ///
  /// Only the service knows the meaning of a filter, so this check is cautious. The check reads only filter values that
  /// are words, integers or booleans, and comma-separated lists of these. A resource differs if the attribute with the
  /// filter's name contains none of the values. The check ignores the case of letters.
  ///
  /// If all values are integers, the check also reads integer ids. For the filter `id`, the check compares the id of
  /// the resource. For a filter with the name of a to-one relationship, the check compares the id in the linkage.
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

  /// Returns the field of a resource that contradicts a filter, and the value of this field; nil without a
  /// contradiction.
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

  /// Whether a filter value has only letters, digits, spaces, `_` and `-`, and is not a date.
  ///
  /// A service can read any other value as an operator, a pattern or a time.
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
