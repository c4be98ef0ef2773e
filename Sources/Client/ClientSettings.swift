public import JSONText

/// The settings of a client (in the Elixir library: Retort.Client.Generic `start_link`).
public struct ClientSettings: Sendable {
  /// The spelling of names in requests and replies, such as `inserted-at` or `inserted_at`.
  public enum KeyFormat: String, Sendable {
    /// The client sends and receives names unchanged.
    case wire
    /// The client sends `_` as `-`, and receives `-` as `_`, as the Elixir library does.
    case underscore
  }

  /// A relationship that the client declares, with the type of the related resources.
  ///
  /// `create` and `update` then accept ids without a type, such as `author: {id: "1"}`.
  public enum DeclaredRelationship: Sendable, Equatable {
    case toOne(type: String)
    case toMany(type: String)

    /// The type of the related resources.
    public var type: String {
      switch self {
      case .toOne(let type), .toMany(let type): type
      }
    }
  }

  /// The type of the client's resources.
  public var type: String
  /// The `meta` of each request.
  ///
  /// A single request can have its own `meta`, whose keys have priority.
  public var meta: JSONObject
  /// The maximum time that a request waits for its reply; nil for no limit.
  public var timeout: Duration?
  /// The spelling of names in the client's requests and replies.
  public var keys: KeyFormat
  /// The declared relationships, by name.
  public var relationships: [String: DeclaredRelationship]
  /// Whether the client refuses requests without `meta.beam`.
  public var requiresBeam: Bool
  /// The word before `_id` in the name of a parameter, such as `post` in `post_id`.
  ///
  /// Nil means the singular of the client's type.
  public var singular: String?

  /// Creates settings.
  public init(
    type: String, meta: JSONObject, timeout: Duration? = .seconds(5), keys: KeyFormat = .wire,
    relationships: [String: DeclaredRelationship] = [:], requiresBeam: Bool = false
  ) {
    self.type = type
    self.meta = meta
    self.timeout = timeout
    self.keys = keys
    self.relationships = relationships
    self.requiresBeam = requiresBeam
  }

  /// Returns the declaration of a relationship; nil for an undeclared relationship.
  ///
  /// The function compares names by code points, unlike the dictionary.
  func declared(_ name: String) -> DeclaredRelationship? {
    guard let index = relationships.index(forKey: name), relationships[index].key.isSame(as: name) else { return nil }
    return relationships[index].value
  }
}
