import JSONText

/// Renames keys by changing `_` to `-`, or back (in the Elixir library: Retort.Api `serialize_keys`,
/// `deserialize_keys`).
struct KeyRenaming {
  private let from: UInt8
  private let to: UInt8
  /// Whether to rename the keys of objects inside lists.
  private let inLists: Bool

  /// The renaming of requests: `_` becomes `-`, but not in objects inside lists.
  static let outgoing = KeyRenaming(from: UInt8(ascii: "_"), to: UInt8(ascii: "-"), inLists: false)
  /// The renaming of replies: `-` becomes `_`, also in objects inside lists.
  static let incoming = KeyRenaming(from: UInt8(ascii: "-"), to: UInt8(ascii: "_"), inLists: true)

  /// Returns the renamed name.
  func name(_ name: String) -> String {
    guard name.utf8.contains(from) else { return name }
    return String(decoding: name.utf8.map { $0 == from ? to : $0 }, as: UTF8.self)
  }

  /// Returns the object with its keys renamed.
  ///
  /// A key that would become equal to another key keeps its name, so that no value is lost.
  func object(_ object: JSONObject) -> JSONObject {
    var taken: Set<CodePointComparedString> = []
    return JSONObject(
      object.map { key, value in
        let isRenamed =
          key.utf8.contains(from) && !object.contains(name(key))
          && taken.insert(CodePointComparedString(name(key))).inserted
        return (isRenamed ? name(key) : key, self.value(value))
      })
  }

  /// Returns two keys of one object that would become equal; nil if all keys stay different.
  ///
  /// The function searches the objects at all depths of `value`.
  func clash(in value: JSONValue) -> (String, String)? {
    switch value {
    case .object(let object):
      for key in object.keys where key.utf8.contains(from) && object.contains(name(key)) { return (key, name(key)) }
      return object.lazy.compactMap { clash(in: $0.value) }.first
    case .array(let array) where inLists: return array.lazy.compactMap(clash).first
    default: return nil
    }
  }

  /// Renames the keys of a request's parameters, and the names in `sort`, `include` and `fields`.
  ///
  /// The types in `fields` are keys too (WireProtocol.md, "Names").
  func params(_ params: JSONObject) -> JSONObject { object(query(params)) }

  /// Returns the parameters of a query with the names in `sort`, `include` and `fields` renamed.
  private func query(_ params: JSONObject) -> JSONObject {
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
