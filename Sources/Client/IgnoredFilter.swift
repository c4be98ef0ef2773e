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
}

/// A filter that can't be compared with the resources of a list.
public struct UncheckableFilter: Sendable, Equatable {
  /// The reason why a filter can't be compared with a resource.
  public enum Reason: Sendable, Equatable {
    /// A service can read the value in several ways, for example as a range or a pattern.
    case value
    /// The resource has neither an attribute with the name of the filter, nor a to-one relationship with this name and
    /// an id.
    case missingField
    /// The field's value is of another kind than the filter's value, such as a list, or a date with a time.
    case field
  }

  /// The name of the filter.
  public let name: String
  /// The value of the filter.
  public let wanted: String
  /// The reason.
  public let reason: Reason
}

/// The comparison of a list's filter with the resources that the service returned.
///
/// The comparison is cautious, because only the service knows the meaning of a filter. It covers filters with plain
/// values, such as `draft`, `5`, `e7@x` or `draft,spam`.
///
/// A string attribute with the filter's name matches if it contains one of the values, in upper or lower case. A number
/// or a boolean must be equal to one of the values, and null never matches. For the filter `id`, the id of the resource
/// is compared. For a to-one relationship with the filter's name, the id in the linkage is compared if it looks like
/// the values: both are integers, or both are UUIDs.
public struct IgnoredFilterDetector: Sendable {
  /// The first resource that does not match the filter; nil if every resource matches.
  public private(set) var ignored: IgnoredFilter?
  /// The filters for which the comparison with at least one resource is impossible; one entry for each name.
  public private(set) var unchecked: [UncheckableFilter] = []

  /// The result of comparing a filter with a resource.
  private enum MatchResult {
    case matches
    case differs(field: String, found: String)
    case unchecked(UncheckableFilter.Reason)
  }

  /// Compares a filter with the resources of a document.
  public init(_ filter: [(name: String, value: String)], in document: Document) {
    for (name, value) in filter {
      let wanted = value.lowercased().split(separator: ",", omittingEmptySubsequences: false)
      for resource in document.resources {
        switch Self.compared(resource, name, wanted) {
        case .matches: continue
        case .differs(let field, let found):
          ignored =
            ignored
            ?? IgnoredFilter(
              name: name, wanted: value, id: resource["id"]?.idText ?? "", field: field, found: found)
        case .unchecked(let reason):
          if unchecked.last?.name != name {
            unchecked.append(UncheckableFilter(name: name, wanted: value, reason: reason))
          }
        }
      }
    }
  }

  private static func compared(_ resource: JSONObject, _ name: String, _ wanted: [Substring]) -> MatchResult {
    guard wanted.allSatisfy(\.isPlain) else { return .unchecked(.value) }
    if let attribute = resource["attributes"]?.attribute(name) {
      guard let matches = matches(attribute, wanted) else { return .unchecked(.field) }
      return matches ? .matches : .differs(field: name, found: attribute.text)
    }
    let isOwn = name == "id"
    let id = isOwn ? resource["id"] : resource["relationships"]?.attribute(name)?["data"]?["id"]
    guard let id, let text = id.idText?.lowercased() else { return .unchecked(.missingField) }
    guard isOwn || wanted.allSatisfy({ $0.isInteger && text[...].isInteger || $0.isUUID && text[...].isUUID }) else {
      return .unchecked(.field)
    }
    return wanted.contains { $0 == text } ? .matches : .differs(field: isOwn ? name : "\(name).id", found: id.text)
  }

  /// Returns whether an attribute has one of the values; nil if the service may compare them in another way.
  private static func matches(_ attribute: JSONValue, _ wanted: [Substring]) -> Bool? {
    switch attribute {
    case .null: return false
    case .array, .object: return nil
    case .bool(let isTrue):
      let words = [["false", "f", "no", "0"], ["true", "t", "yes", "1"]]
      guard wanted.allSatisfy({ words.joined().contains(String($0)) }) else { return nil }
      return wanted.contains { words[isTrue ? 1 : 0].contains(String($0)) }
    case .number(let number):
      let numbers = wanted.map { Double($0) }
      guard let value = Double(number.text), numbers.allSatisfy({ $0 != nil }) else { return nil }
      return numbers.contains(value)
    case .string(let string):
      let text = string.lowercased()
      if wanted.contains(where: { text.contains($0) }) { return true }
      // The service can convert the time of the attribute to another time zone before it compares the dates.
      return wanted.contains(where: \.isDate) && text.prefix(10).isDate && text.count > 10 ? nil : false
    }
  }
}

extension Substring {
  /// Whether the filter value is plain, so that a service can't read it as anything but this value.
  ///
  /// A value with other characters can be an operator (`>5`, `gt:5`, `!a`), a range (`1..5`), a pattern (`a*`, `a%`,
  /// `/a/`), a call (`in(a)`), or a time with a zone.
  fileprivate var isPlain: Bool {
    let isOperator = hasPrefix("-") && !dropFirst().isInteger || hasPrefix("/") || contains("..")
    return !isEmpty && !isOperator && !["null", "nil"].contains(self)
      && allSatisfy { $0.isLetter || $0.isNumber || " _-.@'+/#&".contains($0) }
  }

  fileprivate var isInteger: Bool { !isEmpty && allSatisfy(\.isNumber) }

  /// Whether the text looks like a date: `2026-11-30`.
  fileprivate var isDate: Bool {
    count == 10 && enumerated().allSatisfy { [4, 7].contains($0.offset) ? $0.element == "-" : $0.element.isNumber }
  }

  fileprivate var isUUID: Bool {
    count == 36
      && enumerated().allSatisfy { [8, 13, 18, 23].contains($0.offset) ? $0.element == "-" : $0.element.isHexDigit }
  }
}

extension JSONValue {
  /// Returns the member with a name; the names `blog_post` and `blog-post` are equal.
  fileprivate func attribute(_ name: String) -> JSONValue? {
    self[name] ?? self[name.replacing("_", with: "-")] ?? self[name.replacing("-", with: "_")]
  }
}
