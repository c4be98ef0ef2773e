public import JSONText

/// What a client is made with (Retort.Client.Generic `start_link`).
public struct Settings: Sendable {
  /// How names are written on the wire.
  public enum Keys: String, Sendable {
    /// As they are.
    case wire
    /// `_` goes out as `-`, and `-` comes in as `_`, as in the Elixir library.
    case underscore
  }

  /// A relationship that `create` and `update` build from plain ids.
  public enum Relationship: Sendable, Equatable {
    case toOne(type: String)
    case toMany(type: String)

    /// The type of what it leads to.
    public var type: String {
      switch self {
      case .toOne(let type), .toMany(let type): type
      }
    }
  }

  /// The type of its resources.
  public var type: String
  /// What goes with each request as `meta`; a call's own wins key by key.
  public var meta: JSONObject
  /// How long a request waits for its reply; nil for ever.
  public var timeout: Duration?
  /// How names are written.
  public var keys: Keys
  /// Names of relationships that take ids without a type.
  public var relationships: [String: Relationship]
  /// Whether nothing is sent without `meta.beam`.
  public var requiresBeam: Bool
  /// The word that a parent's id is named by; nil for the type without its plural ending.
  public var singular: String?

  /// Creates settings.
  public init(
    type: String, meta: JSONObject, timeout: Duration? = .seconds(5), keys: Keys = .wire,
    relationships: [String: Relationship] = [:], requiresBeam: Bool = false
  ) {
    self.type = type
    self.meta = meta
    self.timeout = timeout
    self.keys = keys
    self.relationships = relationships
    self.requiresBeam = requiresBeam
  }

  /// The declaration of a relationship, whose name is the same code points.
  func declared(_ name: String) -> Relationship? {
    guard let index = relationships.index(forKey: name), relationships[index].key.isSame(as: name) else { return nil }
    return relationships[index].value
  }
}
