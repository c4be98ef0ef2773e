import JSONText

/// Renames keys from `_` to `-` or back (in the Elixir library: Retort.Api `serialize_keys`, `deserialize_keys`).
struct KeyRenaming {
  private let from: UInt8
  private let to: UInt8
  /// Whether keys inside lists are renamed.
  private let inLists: Bool

  /// The renaming of requests: `_` becomes `-`, lists stay unchanged.
  static let outgoing = KeyRenaming(from: UInt8(ascii: "_"), to: UInt8(ascii: "-"), inLists: false)
  /// The renaming of replies: `-` becomes `_`, in lists too.
  static let incoming = KeyRenaming(from: UInt8(ascii: "-"), to: UInt8(ascii: "_"), inLists: true)

  /// Returns the renamed name.
  func name(_ name: String) -> String {
    guard name.utf8.contains(from) else { return name }
    return String(decoding: name.utf8.map { $0 == from ? to : $0 }, as: UTF8.self)
  }

  /// Returns the object with its keys renamed; if two keys become equal, the value of the renamed key is used.
  func object(_ object: JSONObject) -> JSONObject {
    let changed = Set(object.keys.filter { $0.utf8.contains(from) }.map { CodePoints(name($0)) })
    return JSONObject(
      object.compactMap { changed.contains(CodePoints($0.key)) ? nil : (name($0.key), value($0.value)) })
  }

  /// Returns two keys of one object, at any depth, that become equal; nil if all keys stay different.
  func clash(in value: JSONValue) -> (String, String)? {
    switch value {
    case .object(let object):
      for key in object.keys where key.utf8.contains(from) && object.contains(name(key)) { return (key, name(key)) }
      return object.lazy.compactMap { clash(in: $0.value) }.first
    case .array(let array) where inLists: return array.lazy.compactMap(clash).first
    default: return nil
    }
  }

  /// Returns the parameters of a query with the names in `sort`, `include` and `fields` renamed.
  func query(_ params: JSONObject) -> JSONObject {
    var result = params
    for member in ["sort", "include", "fields"] {
      switch params[member] {
      case .string(let names)?: result[member] = .string(name(names))
      case .object(let byType)?:
        result[member] = .object(
          JSONObject(byType.map { ($0.key, $0.value.stringValue.map { .string(name($0)) } ?? $0.value) }))
      default: break
      }
    }
    return result
  }

  /// Returns the value with its keys renamed.
  func value(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object): .object(self.object(object))
    case .array(let array) where inLists: .array(JSONArray(array.map(self.value)))
    default: value
    }
  }
}
