import Glibc

/// The members of a JSON object in document order.
///
/// A parsed object is only an index into a tape, the list of the positions of all values of a text. A read of a member
/// decodes only this member. The first change of a parsed object copies all its members.
public struct JSONObject: Sendable {
  /// A key and its value.
  public typealias Element = (key: String, value: JSONValue)

  enum Storage: Sendable {
    case members([Element])
    case parsed(JSONTape, Int)
  }

  private(set) var storage: Storage

  /// Creates an object with members in the given order.
  ///
  /// If a key occurs twice, the second value replaces the first value at the first position.
  public init(_ members: [(String, JSONValue)] = []) {
    storage = .members([])
    if members.count < 2 || members.count <= 8 && Self.areUnique(members) {
      storage = .members(members.map { (key: $0.0, value: $0.1) })
    } else {
      storage = .members(Self.unique(members))
    }
  }

  /// Creates an object from members whose keys all differ.
  package init(unique members: [Element]) { storage = .members(members) }

  /// Creates an object with one member.
  package init(_ key: String, _ value: JSONValue) { storage = .members([(key: key, value: value)]) }

  /// Creates an object with two members, whose keys differ.
  package init(_ first: String, _ firstValue: JSONValue, _ second: String, _ secondValue: JSONValue) {
    storage = .members([(key: first, value: firstValue), (key: second, value: secondValue)])
  }

  init(tape: JSONTape, index: Int) { storage = .parsed(tape, index) }

  /// Appends a member.
  ///
  /// The object must not have a member with this key yet.
  package mutating func append(_ key: String, _ value: JSONValue) {
    guard case .members(var members) = storage else { return self[key] = value }
    storage = .members([])
    members.append((key: key, value: value))
    storage = .members(members)
  }

  /// Whether all keys differ.
  ///
  /// The function compares all pairs of keys. For a few members, the comparison is faster than a hash table.
  private static func areUnique(_ members: [(String, JSONValue)]) -> Bool {
    for (index, member) in members.enumerated() where members[..<index].contains(where: { $0.0 == member.0 }) {
      return false
    }
    return true
  }

  private static func unique(_ members: [(String, JSONValue)]) -> [Element] {
    var positions: [CodePointComparedString: Int] = [:]
    var result: [Element] = []
    for (key, value) in members {
      if let position = positions[CodePointComparedString(key)] {
        result[position].value = value
      } else {
        positions[CodePointComparedString(key)] = result.count
        result.append((key, value))
      }
    }
    return result
  }

  /// The number of members.
  public var count: Int {
    if case .members(let members) = storage { return members.count }
    return reduce(into: 0) { count, _ in count += 1 }
  }

  /// Whether the object has more than `limit` members.
  ///
  /// The function stops after `limit + 1` members, so it is fast even for a large object.
  package func hasMoreMembers(than limit: Int) -> Bool {
    switch storage {
    case .members(let members): return members.count > limit
    case .parsed(let tape, let index):
      let end = tape.entry(index).extent
      guard end - index > 2 * limit else { return false }
      var (position, count) = (index + 1, 0)
      while position < end, count <= limit {
        if tape.entry(position).kind != .voidKey { count += 1 }
        position = tape.next(after: position + 1)
      }
      return count > limit
    }
  }

  /// Whether the object has no members.
  public var isEmpty: Bool {
    switch storage {
    case .members(let members): members.isEmpty
    case .parsed(let tape, let index): tape.entry(index).extent == index + 1
    }
  }

  /// The keys in document order.
  public var keys: [String] {
    guard case .parsed(let tape, let index) = storage else { return map(\.key) }
    var keys: [String] = []
    tape.eachMember(of: index) { key, _ in keys.append(tape.string(key)) }
    return keys
  }

  /// Whether the object has a member with this key, even if its value is null.
  public func contains(_ key: String) -> Bool {
    switch storage {
    case .members(let members): members.index(of: key) != nil
    case .parsed(let tape, let index): tape.member(key, of: index) != nil
    }
  }

  /// The value of a member; nil if the object does not have the member.
  ///
  /// To remove a member, set nil. A value for a new key becomes the last member.
  public subscript(key: String) -> JSONValue? {
    get {
      switch storage {
      case .members(let members): members.index(of: key).map { members[$0].value }
      case .parsed(let tape, let index): tape.member(key, of: index).map(tape.value(at:))
      }
    }
    set {
      var members: [Element]
      if case .members(let own) = storage { members = own } else { members = Array(self) }
      storage = .members([])
      let position = members.index(of: key)
      switch (position, newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil): members.remove(at: position)
      case (nil, let value?): members.append((key, value))
      case (nil, nil): break
      }
      storage = .members(members)
    }
  }
}

extension JSONObject {
  /// Whether the member `key` is a string that equals `text`.
  ///
  /// The function does not decode the value, so it is faster than the subscript.
  package func hasText(_ text: String, at key: String) -> Bool {
    switch storage {
    case .members: self[key]?.stringValue?.isSame(as: text) ?? false
    case .parsed(let tape, let index): tape.member(key, of: index).map { tape.isText(text, at: $0) } ?? false
    }
  }
}

extension JSONObject {
  /// Returns the member `key` if all other members equal those of `other`; otherwise nil.
  ///
  /// The function also returns nil if the members have another order, or if the object was parsed.
  package func value(of key: String, ifElseEqualTo other: JSONObject) -> JSONValue? {
    guard case .members(let members) = storage, case .members(let others) = other.storage,
      members.count == others.count
    else { return nil }
    // With unsafe pointers, the comparison does not copy the members.
    return unsafe members.withUnsafeBufferPointer { members in
      unsafe others.withUnsafeBufferPointer { others in
        var (index, place): (Int, Int?) = (0, nil)
        while index < members.count {
          guard unsafe members[index].key.isSame(as: others[index].key) else { return nil }
          if place == nil, unsafe members[index].key.isSame(as: key) {
            place = index
          } else if unsafe members[index].value != others[index].value {
            return nil
          }
          index += 1
        }
        return place.map { unsafe members[$0].value }
      }
    }
  }
}

extension [JSONObject.Element] {
  /// Returns the index of the member with a key; nil if the member is missing.
  ///
  /// The function reads only the keys. `firstIndex(where:)` would copy each member.
  func index(of key: String) -> Int? {
    var index = 0
    while index < count {
      if self[index].key.isSame(as: key) { return index }
      index += 1
    }
    return nil
  }
}

extension JSONObject: Sequence {
  /// An iterator over the members in document order.
  public struct Iterator: IteratorProtocol {
    private let storage: Storage
    private var position: Int
    private let end: Int

    init(_ storage: Storage) {
      self.storage = storage
      switch storage {
      case .members(let members): (position, end) = (0, members.count)
      case .parsed(let tape, let index): (position, end) = (index + 1, tape.entry(index).extent)
      }
    }

    /// Returns the next member; nil after the last member.
    public mutating func next() -> Element? {
      while position < end {
        switch storage {
        case .members(let members):
          position += 1
          return members[position - 1]
        case .parsed(let tape, _):
          let key = tape.entry(position)
          let value = position + 1
          position = tape.next(after: value)
          if key.kind != .voidKey { return (tape.string(key), tape.value(at: value)) }
        }
      }
      return nil
    }
  }

  /// Returns an iterator at the first member.
  public func makeIterator() -> Iterator { Iterator(storage) }
}

extension JSONObject: Equatable, ExpressibleByDictionaryLiteral {
  /// Creates an object; if a key occurs twice, the object has the last value.
  public init(dictionaryLiteral members: (String, JSONValue)...) { self.init(members) }

  /// Whether two objects have the same members, in any order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.isIdentical(to: right) || left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
  }

  /// Whether two objects use the same memory for their members.
  ///
  /// Objects with the same memory are equal. Objects with different memory can be equal too.
  private func isIdentical(to other: JSONObject) -> Bool {
    switch (storage, other.storage) {
    case (.members(let own), .members(let members)):
      unsafe own.withUnsafeBufferPointer { own in
        unsafe members.withUnsafeBufferPointer { members in
          unsafe own.count == members.count && own.baseAddress == members.baseAddress
        }
      }
    case (.parsed(let tape, let index), .parsed(let other, let position)): tape === other && index == position
    default: false
    }
  }
}

extension JSONTape {
  /// Calls `body` for each member of an object.
  ///
  /// The arguments of `body` are the tape entry of the key and the tape index of the value. If a key occurs twice, the
  /// function skips the first occurrence.
  @inline(__always) func eachMember(of object: Int, _ body: (TapeEntry, Int) -> Void) {
    var index = object + 1
    let end = entry(object).extent
    while index < end {
      let key = entry(index)
      if key.kind != .voidKey { body(key, index + 1) }
      index = next(after: index + 1)
    }
  }

  /// Returns the tape index of a member's value; nil if the object has no member with this name.
  func member(_ name: String, of object: Int) -> Int? {
    var name = name
    return name.withUTF8 { wanted in
      unsafe bytes.withUnsafeBytes { all in
        let wanted = UnsafeRawBufferPointer(wanted)
        let count = wanted.count
        let end = entry(object).extent
        var index = object + 1
        while index < end {
          let key = entry(index)
          if key.extent == count || key.hasEscape, unsafe isKey(key, wanted, in: all) { return index + 1 }
          index = next(after: index + 1)
        }
        return nil
      }
    }
  }

  /// Whether the value at a tape index is a string that equals `text`.
  func isText(_ text: String, at index: Int) -> Bool {
    guard entry(index).kind == .string else { return false }
    var text = text
    return text.withUTF8 { wanted in
      unsafe bytes.withUnsafeBytes { unsafe isKey(entry(index), UnsafeRawBufferPointer(wanted), in: $0) }
    }
  }

  @inline(__always) private func isKey(
    _ key: TapeEntry, _ wanted: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer
  ) -> Bool {
    if key.kind == .voidKey { return false }
    if key.hasEscape { return unsafe string(key).utf8.elementsEqual(wanted) }
    guard key.extent == wanted.count else { return false }
    guard let start = text.baseAddress, let name = wanted.baseAddress else { return key.extent == 0 }
    return unsafe memcmp(start + key.offset, name, wanted.count) == 0
  }
}
