import JSONAPI
public import JSONText

/// The state of a change in a journal.
public enum JournaledChangeState: Sendable, Equatable {
  /// The change was carried out, or the resource to destroy was absent.
  ///
  /// `id` is the id of a created resource. `content` is the hash of the sent content; 0 if the content is empty or not
  /// recorded.
  case done(id: String?, content: UInt64)
  /// The change was not carried out, and may be sent.
  case open
  /// The change was sent, and its outcome is unknown.
  ///
  /// `content` is the sent content. `life` is the expiration time of the message; nil if the message never expires.
  case unknown(content: JSONObject, life: Duration?)

  /// Whether the change was carried out.
  public var isDone: Bool { if case .done = self { true } else { false } }
}

/// The states of all identities (changes and iterations of `each`) in a journal.
///
/// The memory for an identity is 24 bytes: 16 for its hash and 8 for its state. An identity with an unknown outcome
/// needs more.
struct JournaledChangeStates {
  /// The state of an identity, packed into 64 bits.
  ///
  /// Two bits are the progress. One bit is set if this run has seen the identity. The other bits are the hash of the
  /// sent content.
  private struct PackedChangeState {
    enum Progress: UInt64 { case none, open, unknown, done }

    private var bits: UInt64 = 0

    var progress: Progress {
      get { Progress(rawValue: bits & 3) ?? .none }
      set { bits = bits & ~3 | newValue.rawValue }
    }
    var isSeen: Bool {
      get { bits & 4 != 0 }
      set { bits = bits & ~4 | (newValue ? 4 : 0) }
    }
    var content: UInt64 {
      get { bits & ~7 }
      set { bits = bits & 7 | newValue & ~7 }
    }

    /// Marks the identity as seen, and returns the state before that.
    mutating func see() -> PackedChangeState {
      defer { isSeen = true }
      return self
    }

    mutating func finish(_ sent: JSONObject?) {
      progress = .done
      content = sent?.contentHash ?? 0
    }
  }

  /// A change or an iteration of `each` whose outcome is unknown.
  private struct UnknownEntry {
    var text: String
    var content: JSONObject
    /// The expiration time of the change's message; nil if the message never expires.
    ///
    /// For an iteration, the longest expiration time of its messages; nil if one of them never expires.
    var life: Duration?
    /// The longest time until the change is sent or expires, if `life` is nil.
    var delay = Duration.zero
    /// The changes that the iteration sent; empty if the entry is for a change.
    var changes: [IterationChange] = []
  }

  /// The states of the identities, spread over 48 dictionaries.
  ///
  /// A dictionary that grows is copied. With 48 dictionaries, only a small part of the states is copied at a time.
  private var parts = [[StableHash: PackedChangeState]](repeating: [:], count: 48)
  /// The ids of created resources, by the identity of the `create`.
  private var ids: [StableHash: String] = [:]
  private var sent: [StableHash: UnknownEntry] = [:]
  /// The identities, as texts, that a person marked to be carried out again with `retort journal FILE settle ID again`.
  private var required: [StableHash: String] = [:]

  private subscript(packed identity: StableHash) -> PackedChangeState {
    get { parts[Int(identity.high % UInt64(parts.count))][identity] ?? PackedChangeState() }
    _modify { yield &parts[Int(identity.high % UInt64(parts.count))][identity, default: PackedChangeState()] }
  }

  /// The state of an identity; nil if the journal does not contain the identity.
  subscript(_ identity: StableHash) -> JournaledChangeState? { state(self[packed: identity], of: identity) }

  private func state(_ state: PackedChangeState, of identity: StableHash) -> JournaledChangeState? {
    switch state.progress {
    case .none: return nil
    case .open: return .open
    case .unknown: return .unknown(content: sent[identity]?.content ?? [:], life: sent[identity]?.life)
    case .done: return .done(id: ids[identity], content: state.content)
    }
  }

  /// Marks an identity as seen in this run, and returns its state.
  ///
  /// Returns `.none` if the identity was already seen, and `.some(nil)` if the journal does not contain it.
  mutating func see(_ identity: StableHash) -> JournaledChangeState?? {
    let before = self[packed: identity].see()
    return before.isSeen ? nil : .some(state(before, of: identity))
  }

  /// Records that an iteration of `each` begins.
  ///
  /// The iteration may run again as long as the journal contains none of its changes.
  mutating func begin(_ text: String) { reopen(text) }

  /// Records that a change is about to be sent.
  ///
  /// Until the outcome is recorded, the change counts as unknown.
  mutating func intend(_ text: String, _ content: JSONObject, life: Duration?, delay: Duration = .zero) {
    let identity = StableHash(text)
    self[packed: identity].progress = .unknown
    sent[identity] = UnknownEntry(text: text, content: content, life: life, delay: delay)
  }

  /// Records that an iteration of `each` is about to send a change.
  ///
  /// Until the outcome is recorded, the iteration counts as unknown.
  mutating func add(_ change: IterationChange, to text: String, life: Duration?, delay: Duration = .zero) {
    let identity = StableHash(text)
    self[packed: identity].progress = .unknown
    var iteration = sent[identity] ?? UnknownEntry(text: text, content: [:], life: .zero)
    iteration.changes.append(change)
    iteration.delay = max(iteration.delay, life ?? delay)
    iteration.life = iteration.life.flatMap { longest in life.map { max(longest, $0) } }
    sent[identity] = iteration
  }

  /// Records whether a change in an iteration was carried out; `number` is its number in the iteration.
  mutating func settle(_ number: Int, in text: String, isDone: Bool) {
    let identity = StableHash(text)
    guard let index = sent[identity]?.changes.lastIndex(where: { $0.number == number }) else { return }
    sent[identity]?.changes[index].isDone = isDone
  }

  /// Returns the changes that an iteration of `each` sent; empty if the outcome of the iteration is known.
  func changes(of text: String) -> [IterationChange] { sent[StableHash(text)]?.changes ?? [] }

  /// Records that the change with an identity was carried out.
  ///
  /// Only a hash of the sent content stays in memory.
  mutating func finish(_ identity: ChangeIdentity, id: String?) {
    let hash = identity.hash
    if !required.isEmpty { required[hash] = nil }
    let content = sent.isEmpty ? nil : sent.removeValue(forKey: hash)?.content
    self[packed: hash].finish(content)
    // The identity of an `update` or a `destroy` already ends with the id, so the id is not stored again.
    if let id, !identity.text.hasSuffix(" \(id)") { ids[hash] = id }
  }

  /// Records that the change with an identity may be sent again; `isRequired` is true if a person wants this.
  mutating func reopen(_ text: String, isRequired: Bool = false) {
    let identity = StableHash(text)
    if isRequired { required[identity] = text }
    self[packed: identity].progress = .open
    sent[identity] = nil
  }

  /// The number of identities in each state.
  ///
  /// `done` changes were carried out. `open` changes may be sent. `unknown` changes were announced, but no recorded
  /// outcome shows whether they were carried out.
  var counts: (done: Int, open: Int, unknown: Int) {
    parts.lazy.flatMap(\.values).reduce(into: (0, 0, 0)) { counts, state in
      switch state.progress {
      case .done: counts.0 += 1
      case .open: counts.1 += 1
      case .unknown: counts.2 += 1
      case .none: break
      }
    }
  }

  /// The changes with unknown outcomes that this run has not yet found in its input, in arbitrary order.
  ///
  /// Each element is the identity as text, and the content that was sent.
  var unseen: [(text: String, content: JSONObject)] {
    sent.compactMap { self[packed: $0.key].isSeen ? nil : ($0.value.text, $0.value.content) }
  }

  /// The identities, as texts, that a person marked to be carried out again, and that no run has sent since.
  var requiredIdentities: [(text: String, isSeen: Bool)] {
    required.compactMap { identity, text in
      let state = self[packed: identity]
      return state.progress == .open ? (text, state.isSeen) : nil
    }
  }

  /// The number of changes that are done, and that this run has not found in its input.
  var unseenDoneCount: Int {
    parts.reduce(0) { count, part in count + part.values.count { $0.progress == .done && !$0.isSeen } }
  }

  /// The identities with unknown outcomes, as texts in arbitrary order.
  var unknown: [String] { sent.values.map(\.text) }

  /// The queues to which iterations of `each` sent changes; only iterations with unknown outcomes count.
  var queues: Set<String> { sent.values.reduce(into: []) { $0.formUnion($1.changes.map(\.queue)) } }

  /// The `meta` of the changes that iterations of `each` sent to a queue; only iterations with unknown outcomes count.
  func metas(ofQueue queue: String) -> [JSONObject] {
    sent.values.flatMap(\.changes).filter { $0.queue == queue }.compactMap(\.meta)
  }

  /// The longest time until the messages of changes with unknown outcomes expire.
  ///
  /// For a message that never expires, only the time until a carrier sends it counts.
  var longestLife: Duration { sent.values.lazy.map { $0.life ?? $0.delay }.max() ?? .zero }
}

extension JSONObject {
  /// The hash of the object as the content of a change; 0 for an empty object.
  ///
  /// The caller must first replace secret values with hashes. The lowest three bits are 0, as `PackedChangeState`
  /// requires.
  var contentHash: UInt64 { isEmpty ? 0 : StableHash(JSONValue.object(self).text).low & ~7 | 8 }
}
