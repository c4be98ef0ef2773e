import JSONAPI
import JSONText

/// The set of the resources in a backup, with the relationships whose linkage the backup contains.
struct BackedUpKeys {
  private var keys: Set<StableHash> = []

  /// The number of entries: one for each resource, and one for each relationship whose linkage is in the backup.
  var count: Int { keys.count }

  /// Whether the backup contains a resource.
  func contains(_ type: String, _ id: String) -> Bool { keys.contains(Self.key(type, id)) }

  /// Returns the first of the given relationships whose linkage is not in the backup.
  ///
  /// Returns nil if the backup contains the linkage of all these relationships.
  func lacking(_ names: [String], of type: String, _ id: String) -> String? {
    names.first { !keys.contains(Self.key(type, id, $0)) }
  }

  /// Returns whether a JSON object is a resource, that is, has a type and an id.
  static func takes(_ object: JSONObject) -> Bool { object["type"]?.stringValue != nil && object["id"]?.idText != nil }

  /// Adds a resource; returns false if the resource lacks a type or an id, or was already added.
  @discardableResult mutating func add(_ resource: JSONObject) -> Bool {
    guard let type = resource["type"]?.stringValue, let id = resource["id"]?.idText else { return false }
    for (name, value) in resource["relationships"]?.objectValue ?? [:] where value["data"] != nil {
      keys.insert(Self.key(type, id, name))
    }
    return keys.insert(Self.key(type, id)).inserted
  }

  /// Adds a resource without its relationships.
  mutating func add(_ type: String, _ id: String) { keys.insert(Self.key(type, id)) }

  private static func key(_ type: String, _ id: String) -> StableHash { StableHash("\(type) \(id)") }

  private static func key(_ type: String, _ id: String, _ relationship: String) -> StableHash {
    StableHash("\(type) \(id) \(relationship.spelledWithHyphens)")
  }
}

extension JSONObject {
  /// The names of the relationships whose linkage is missing or incomplete.
  var relationshipsWithoutLinkage: [String] {
    (self["relationships"]?.objectValue ?? [:]).compactMap { $0.value.hasWholeLinkage ? nil : $0.key }
  }

  /// Returns whether the resource contains the complete linkage of a relationship.
  ///
  /// The names `blog_posts` and `blog-posts` mean the same relationship.
  func hasLinkage(of name: String) -> Bool {
    let relationships = self["relationships"]?.objectValue ?? [:]
    return relationships.contains { $0.key.spelledWithHyphens == name.spelledWithHyphens && $0.value.hasWholeLinkage }
  }

  /// Sets the linkage of a relationship.
  ///
  /// The name can be spelled differently in the resource: `blog-posts` instead of `blog_posts`.
  mutating func set(linkage: JSONValue, of name: String) {
    var relationships = self["relationships"]?.objectValue ?? [:]
    let own = relationships.keys.first { $0.spelledWithHyphens == name.spelledWithHyphens } ?? name
    var relationship = relationships[own]?.objectValue ?? [:]
    relationship["data"] = linkage
    if !JSONValue.object(relationship).hasWholeLinkage { relationship["links"] = nil }
    relationships[own] = .object(relationship)
    self["relationships"] = .object(relationships)
  }
}

extension JSONValue {
  /// Whether the relationship object has complete linkage: `data`, and no link to a next page.
  fileprivate var hasWholeLinkage: Bool {
    self["data"] != nil && Pagination(meta: [:], links: self["links"])?.hasNext != true
  }
}

extension String {
  /// The name with `-` instead of `_`.
  ///
  /// The requests and the replies of a service can spell the same name differently.
  fileprivate var spelledWithHyphens: String { String(map { $0 == "_" ? "-" : $0 }) }
}

extension Change {
  /// The names of the relationships whose linkage the change affects.
  var changedRelationships: [String] {
    switch verb {
    case .link, .relink, .unlink: params["relationship"]?.stringValue.map { [$0] } ?? []
    case .update: (content["relationships"]?.objectValue ?? [:]).map { $0.key }
    case .create, .destroy, .call: []
    }
  }
}
