import Client
import JSONAPI
public import JSONText

/// The identity of a change, by which a journal recognizes the change in a later run.
///
/// The identity contains the verb, the queue, and the id of the resource or the value of `key:`. It does not contain
/// the content of the change or its position in the input (BulkChanges.md, "Identity").
public struct ChangeIdentity: Sendable, Hashable {
  /// The identity as text, such as `update posts 12`, `create people "a@b.c"` or `link posts 4 tags tags/1,tags/2`.
  public let text: String
  /// The hash of the text; it is the same in all runs and on all machines.
  let hash: StableHash

  /// Creates an identity from its text in a journal.
  public init(text: String) { (self.text, hash) = (text, StableHash(text)) }

  /// Creates the identity of an iteration of `each`, such as `each "a@b.c"` for the key `a@b.c`.
  public init(iteration key: String) { self.init(text: "each \(JSONValue.string(key).text)") }

  /// Whether a text is the identity of an iteration of `each`.
  public static func isIteration(_ text: String) -> Bool { text.hasPrefix("each ") }

  /// The number of bytes to reserve for the journal line with the outcome.
  ///
  /// The line can contain the id of a resource, with up to 64 bytes.
  var outcomeLength: Int { 2 * text.utf8.count + 160 }

  /// A placeholder for a change that has no identity.
  static let none = ChangeIdentity(text: "")

  /// Returns whether a word that the user typed names this change to a queue.
  ///
  /// The word can be an id such as `12`, the key of a `create`, or the whole text of the identity. For a change of
  /// linkage, the word can also be the id with the relationship and the identifiers: `12 tags tags/1`.
  public func isNamed(by word: String, queue: String) -> Bool {
    // Two texts with different code points are different keys, also if they look the same.
    func ends(with end: String) -> Bool { text.utf8.reversed().starts(with: end.utf8.reversed()) }
    if text.utf8.elementsEqual(word.utf8) || ends(with: " \(word)") || ends(with: " \(JSONValue.string(word).text)") {
      return true
    }
    return [Change.Verb.link, .relink, .unlink].contains {
      text.utf8.starts(with: "\($0.rawValue) \(queue) \(word) ".utf8)
    }
  }
}

extension Change {
  /// The identity of the change; nil for a `create` without `key:`, and for a call.
  public var identity: ChangeIdentity? {
    switch verb {
    case .create: key.map { ChangeIdentity(text: "create \(target.queue) \(JSONValue.string($0).text)") }
    case .update, .destroy: id.map { ChangeIdentity(text: Self.joined(verb.rawValue, target.queue, $0)) }
    case .link, .unlink: relationship.map { ChangeIdentity(text: "\(verb.rawValue) \(target.queue) \($0) \(linkage)") }
    case .relink: relationship.map { ChangeIdentity(text: "relink \(target.queue) \($0)") }
    case .call: nil
    }
  }

  /// Joins three words with spaces.
  ///
  /// The function copies bytes for speed, because it runs for each element of a statement with a journal.
  private static func joined(_ first: String, _ second: String, _ third: String) -> String {
    let count = first.utf8.count + second.utf8.count + third.utf8.count + 2
    return unsafe String(unsafeUninitializedCapacity: count) { buffer in
      var place = 0
      func put(_ word: String) {
        var word = word
        if place > 0 {
          unsafe buffer[place] = UInt8(ascii: " ")
          place += 1
        }
        word.withUTF8 { utf8 in
          for byte in 0..<utf8.count { unsafe buffer[place + byte] = utf8[byte] }
          place += utf8.count
        }
      }
      put(first)
      put(second)
      put(third)
      return place
    }
  }

  /// The id of a resource and the name of the relationship whose linkage changes: `12 tags`.
  ///
  /// Nil for a change of another kind.
  public var relationship: String? {
    guard let name = params["relationship"]?.stringValue, let parent else { return nil }
    return "\(parent) \(name)"
  }

  /// The parameter with the id of the resource whose linkage changes, such as `post_id`.
  private var parentParameter: (key: String, value: JSONValue)? {
    params.first { $0.key.hasSuffix("_id") || $0.key.hasSuffix("-id") }
  }

  /// The id of the resource whose linkage changes.
  private var parent: String? { parentParameter?.value.idText }

  /// The word before `_id` in the parameter with the resource's id: `post` for `post_id`.
  var parentName: String? { parentParameter.map { String($0.key.dropLast(3)) } }

  /// The id of the changed resource, also for a change of its linkage; nil for a `create`.
  var resourceID: String? { id ?? (params.contains("relationship") ? parent : nil) }

  /// The identifiers that a change of linkage sends, as sorted text: `tags/1,tags/2`.
  private var linkage: String { identifiers.texts.joined(separator: ",") }

  /// The identifiers that a change of linkage sends; empty for other changes.
  var identifiers: [ResourceIdentifier] { [ResourceIdentifier](linkage: params["data"] ?? .null) ?? [] }

  /// The content that the change sends: attributes and relationships, or the linkage of a `relink`.
  ///
  /// A lookup compares the content with the resource.
  public var content: JSONObject {
    if verb == .relink {
      return ["linkage": .array(JSONArray(identifiers.texts.map { .string($0) }))]
    }
    guard let data = params["data"]?.objectValue else { return [:] }
    return JSONObject(data.filter { $0.key == "attributes" || $0.key == "relationships" }.map { ($0.key, $0.value) })
  }

  /// Whether changes with equal identities can have different contents, as two updates of one resource can.
  var hasContent: Bool { verb == .update || verb == .create || verb == .relink }
}

extension Change {
  /// A short text that is the same for equal changes of the same queue, and differs for other changes.
  ///
  /// The text contains no secret.
  public var fingerprint: String {
    let params = params.hashingSecrets
    let hash = StableHash("\(target.broker) \(target.queue) \(method) \(key ?? "") \(JSONValue.object(params).text)")
    return String(hash.high, radix: 16) + String(hash.low, radix: 16)
  }
}

/// A hash of 128 bits that is the same in all runs and on all machines.
///
/// Unlike this hash, a hash of Swift's `Hasher` differs in each run.
struct StableHash: Hashable, Sendable {
  let high: UInt64
  let low: UInt64

  func hash(into hasher: inout Hasher) { hasher.combine(low) }

  init(_ text: String) {
    var (a, b): (UInt64, UInt64) = (0xCBF2_9CE4_8422_2325, 0x6C62_272E_07BB_0142)
    var text = text
    text.withUTF8 { utf8 in
      for place in 0..<utf8.count {
        let byte = unsafe UInt64(utf8[place])
        a = (a ^ byte) &* 0x100_0000_01B3
        b = (b &+ byte &+ 1) &* 0x9E37_79B9_7F4A_7C15
        b ^= b >> 29
      }
    }
    (high, low) = (Self.mixed(a), Self.mixed(b ^ a.byteSwapped))
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
