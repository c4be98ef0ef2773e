public import JSONText

/// The settings of a client (in the Elixir library: Retort.Client.Generic `start_link`).
public struct ClientSettings: Sendable {
  /// The spelling of names on the wire.
  public enum KeySpelling: String, Sendable {
    /// Names are sent and received unchanged.
    case wire
    /// `_` is sent as `-`, and `-` is received as `_`, as in the Elixir library.
    case underscore
  }

  /// A declared relationship, whose linkage `create` and `update` build from ids without a type.
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
  /// The `meta` of each request; a call's `meta` overrides it key by key.
  public var meta: JSONObject
  /// The maximum time that a request waits for its reply; nil for no limit.
  public var timeout: Duration?
  /// The spelling in which names are sent and received.
  public var keys: KeySpelling
  /// The relationships that take ids without a type, by name.
  public var relationships: [String: DeclaredRelationship]
  /// Whether requests without `meta.beam` are refused.
  public var requiresBeam: Bool
  /// The word before `_id` in the parameter of a parent's id; nil for the singular of the type.
  public var singular: String?

  /// Creates settings.
  public init(
    type: String, meta: JSONObject, timeout: Duration? = .seconds(5), keys: KeySpelling = .wire,
    relationships: [String: DeclaredRelationship] = [:], requiresBeam: Bool = false
  ) {
    self.type = type
    self.meta = meta
    self.timeout = timeout
    self.keys = keys
    self.relationships = relationships
    self.requiresBeam = requiresBeam
  }

  /// Returns the declaration of a relationship; nil if the relationship is not declared.
  ///
  /// Names are compared by code points.
  func declared(_ name: String) -> DeclaredRelationship? {
    guard let index = relationships.index(forKey: name), relationships[index].key.isSame(as: name) else { return nil }
    return relationships[index].value
  }
}
