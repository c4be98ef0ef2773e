import Client
import JSONAPI
import JSONText
import Language
import LearnedSchema
import Redaction
import Values

/// Advice for a call that failed because of a wrong relationship name or wrong linkage (the ids of related resources).
extension Arguments {
  /// Returns the advice for an error about a relationship; nil for other errors.
  ///
  /// For example, the script contains a relationship without linkage, or misspells a name or a type. For the field
  /// `{author: 1}`, the advice is `{author: {type: "authors", id: "1"}}`.
  func linkage(meantBy error: ClientError) -> String? {
    if error.errors.isEmpty { return misspeltRelationship ?? writtenLinkage }
    for detail in error.errors.prefix(Self.readErrors) {
      for name in names(detail) where name.place == "record" {
        guard let value = recordValue(name.text),
          let step = linkage(name.text, value, detail, error.nextStep ?? "remove the field")
        else { continue }
        return step
      }
    }
    return nil
  }

  /// The advice for a misspelt relationship name in `link`, `relink` or `unlink`: `did you mean tags?`.
  ///
  /// The advice is nil if the name is known, or if no known name is similar.
  private var misspeltRelationship: String? {
    guard isRelating, case .string(let name) = value(2), let known = knownResource?.relationshipNames,
      !known.contains(name)
    else { return nil }
    return nearest(to: name, among: known).map { "did you mean \($0)?" }
  }

  /// The correction of a `link`, `relink` or `unlink` that contains plain ids; nil for other arguments.
  ///
  /// For `link posts 1 "tags" 2`, the correction is `[{type: "tags", id: "2"}]`. For a to-one relationship, it is a
  /// whole `relink` statement.
  private var writtenLinkage: String? {
    guard isRelating, positional.count > 3, case .string(let name) = value(2),
      let known = knownResource?.relationship(name), let type = known.types.first,
      let linkage = value(3).linkage(of: type)
    else { return nil }
    guard name != "relink", self.name != "relink" else { return linkage }
    let list = linkage.hasPrefix("[") ? linkage : "[\(linkage)]"
    let relink = "relink \(source.text(range(0))) \(source.text(range(1))) \(name.quoted) "
    switch known.isToMany {
    case true?: return list
    case false?: return relink + (self.name == "unlink" ? "null" : linkage)
    case nil:
      return "\(list); if \(name) is a to-one relationship: " + relink + (self.name == "unlink" ? "null" : linkage)
    }
  }

  /// Returns the advice for a field that is probably a relationship; nil for other fields.
  ///
  /// The advice is, for example, `{author: {type: "authors", id: "1"}}`. If the field can also be an attribute, the
  /// text of `otherwise` precedes the advice.
  private func linkage(_ name: String, _ value: Value, _ detail: ErrorDetail, _ otherwise: String) -> String? {
    if detail.detail?.contains("must exist") ?? false, value.isIdentifier { return nil }
    let resource = knownResource
    let known = resource?.relationship(name)
    let types = known?.types ?? []
    if case .record(let record) = value, case .string(let type)? = record["type"], let id = record["id"]?.plainID,
      record.names.count > 2, detail.code == "105"
    {
      return "a relationship has only a type and an id: {\(name): {type: \(type.quoted), id: \(id.quoted)}}"
    }
    guard case .record(let record) = value, case .string(let type)? = record["type"] else {
      let isMisspelt = known == nil && nearest(to: name, among: (resource?.fields ?? []).map(\.name)) != nil
      guard !isMisspelt, known != nil || detail.code == "105" && value.isProbablyID && !Secrets.isSecret(name: name),
        let identifier = value.linkage(of: types.first ?? (name.hasSuffix("s") ? name : name.plural))
      else { return nil }
      let linkage = "{\(name): \(identifier)}"
      return known != nil ? linkage : "\(otherwise); if \(name) is a relationship: \(linkage)"
    }
    guard detail.code == "116" || !types.isEmpty, !types.contains(type) else { return nil }
    if let right = types.first { return "did you mean the type \(right)?" }
    return type.hasSuffix("s") ? nil : "types are usually plural: {\(name): {type: \"\(type.plural)\", id: ...}}"
  }

  private func recordValue(_ name: String) -> Value? {
    for case .record(let record) in positional.dropFirst().map(\.value) {
      if let value = record[name] { return value }
    }
    return nil
  }
}

extension InferredShape.ResourceShape {
  /// The names of the known relationships, spelled as the client's option `keys:` says.
  fileprivate var relationshipNames: [String] { schema.relationships.names.map(spelled) }
}

extension Value {
  /// Whether the value looks like an id: a number, or a string of digits.
  ///
  /// The advice shows such a value. It does not show other strings, because they can be secrets, such as passwords.
  fileprivate var isProbablyID: Bool {
    switch self {
    case .number: true
    case .string(let text): !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    default: false
    }
  }

  /// Whether the value identifies a resource.
  ///
  /// The value is a resource, or a record that has an id and no other field except a type.
  fileprivate var isIdentifier: Bool {
    switch self {
    case .resource: true
    case .record(let record): record["id"] != nil && record.names.allSatisfy { ["id", "type"].contains($0) }
    default: false
    }
  }

  /// Returns the linkage for one to four ids, as source text; nil for other values.
  ///
  /// For the id 7 and the type `authors`, the result is `{type: "authors", id: "7"}`. Several ids can be a list, or a
  /// string with commas.
  fileprivate func linkage(of type: String) -> String? {
    if case .record(let record) = self, record.names == ["id"], let id = record["id"] { return id.linkage(of: type) }
    if let plainID { return "{type: \"\(type)\", id: \"\(plainID)\"}" }
    if case .string(let text) = self, text.contains(",") {
      let ids = text.split(separator: ",").map { Value.string(String($0).trimmed) }
      return Value.list(ids).linkage(of: type)
    }
    guard case .list(let elements) = self, 1...4 ~= elements.count else { return nil }
    let identifiers = elements.compactMap { $0.plainID == nil ? nil : $0.linkage(of: type) }
    return identifiers.count == elements.count ? "[\(identifiers.joined(separator: ", "))]" : nil
  }

  /// The value as the text of an id; nil if the value does not have the form of an id.
  ///
  /// An id is an integer, or a string of at most 36 bytes without spaces, quotes and commas.
  fileprivate var plainID: String? {
    switch self {
    case .number(let number): number.integer.map(String.init)
    case .string(let text):
      text.isEmpty || text.utf8.count > 36 || text.contains { $0.isWhitespace || $0 == "\"" || $0 == "," } ? nil : text
    default: nil
    }
  }
}

extension String {
  /// The plural of an English noun: `categories` for `category`.
  ///
  /// JSON:API types are usually plurals.
  fileprivate var plural: String {
    if hasSuffix("y"), let before = dropLast().last, !"aeiou".contains(before) { return dropLast() + "ies" }
    return ["s", "x", "ch", "sh"].contains(where: hasSuffix) ? self + "es" : self + "s"
  }
}
