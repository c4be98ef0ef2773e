import Client
import JSONAPI
import JSONText
import Synchronization

/// The durable record of a changing statement: an intent before a request may leave, an outcome after it.
///
/// ```swift
/// let journal = try Journal("posts.journal", header)
/// try await journal.intend([change])
/// journal.record(outcome, of: change)
/// try await journal.complete(at: "2026-11-28T12:00:00Z")
/// ```
public final class Journal: Sendable {
  private struct State {
    var states: JournalStates
    /// The identities whose intents this run has written and whose outcomes it has not.
    var intended: [StableHash: ChangeIdentity] = [:]
  }

  private let file: RecordFile
  private let writer: GroupedWriter
  private let state: Mutex<State>
  /// The statement it belongs to.
  public let header: JournalHeader
  /// How many changes were done before this run, how many may be sent again, and how many were unknown.
  public let before: (done: Int, open: Int, unknown: Int)
  /// How many lines at its end were not whole, and were cut.
  public let cutLines: Int
  /// When its statement was carried out to the end; nil if it was not.
  public let end: String?
  /// The longest life of a message whose change is unknown; nil if one has no end.
  public let longestLife: Duration?
  /// Its path.
  public var path: String { file.path }

  /// Opens a statement's journal, or begins one.
  ///
  /// - Throws: ``JournalError`` if the file can't be used, is in use, damaged, complete, or another statement's.
  public convenience init(_ path: String, _ header: JournalHeader) throws(JournalError) {
    let file = try RecordFile(path)
    let contents = try JournalContents(file)
    if contents.cutLines > 0 { try file.cut(to: contents.length) }
    if let known = contents.header {
      let differences = known.differences(from: header)
      guard differences.isEmpty else { throw .otherStatement(path, differences) }
      if let end = contents.end { throw .complete(path, at: end) }
    } else {
      try file.append(JournalLine.encoded(header.json))
      try file.sync()
      try file.syncDirectory()
    }
    self.init(file, contents, contents.header ?? header)
  }

  /// Opens a journal that is there, whatever statement it belongs to.
  ///
  /// - Throws: ``JournalError`` if there is none, or it is in use or damaged.
  public convenience init(existing path: String) throws(JournalError) {
    let file = try RecordFile(path, creates: false)
    let contents = try JournalContents(file)
    guard let header = contents.header else { throw .notAJournal(path) }
    self.init(file, contents, header)
  }

  private init(_ file: RecordFile, _ contents: JournalContents, _ header: JournalHeader) {
    (self.file, self.header) = (file, header)
    writer = GroupedWriter(file)
    before = contents.states.counts
    (cutLines, end, longestLife) = (contents.cutLines, contents.end, contents.states.longestLife)
    state = Mutex(State(states: contents.states))
  }

  /// What is known of an identity; nil if nothing is.
  public func known(_ identity: ChangeIdentity) -> JournalState? { state.withLock { $0.states[identity.hash] } }

  /// Marks an identity as seen in this run; false if it was seen before.
  func see(_ identity: ChangeIdentity) -> Bool { state.withLock { $0.states.see(identity.hash) } }

  /// The identities that are unknown, sorted.
  public var unknown: [ChangeIdentity] {
    state.withLock { $0.states.unknown.sorted().map { ChangeIdentity(text: $0) } }
  }

  /// Why nothing more may be sent; nil while the journal can be written.
  public var failure: JournalError? { writer.failure }

  /// Writes that changes are about to be sent; returns when that is on the disk.
  ///
  /// - Throws: ``JournalError`` if it can't be written; then nothing may be sent.
  public func intend(_ changes: [Change]) async throws(JournalError) {
    let changes = changes.compactMap { change in change.identity.map { (change, $0) } }
    guard !changes.isEmpty else { return }
    state.withLock { state in for (_, identity) in changes { state.intended[identity.hash] = identity } }
    var lines: [UInt8] = []
    for (change, identity) in changes {
      var object = JSONObject([("intent", .string(identity.text))])
      if change.verb == .update || change.verb == .create { object["content"] = .object(change.content.hashingSecrets) }
      object["life"] =
        change.expires ? change.timeout.map { .number(JSONNumber($0.wholeMilliseconds)) } ?? .null : .null
      lines += JournalLine.encoded(object)
    }
    try await writer.appendSynced(lines)
  }

  /// Writes that an iteration is about to begin; returns when that is on the disk.
  public func begin(_ identity: ChangeIdentity) async throws(JournalError) {
    let line = JSONObject([("intent", .string(identity.text)), ("life", .null)])
    try await writer.appendSynced(JournalLine.encoded(line))
  }

  /// Writes that an iteration is about to send a change; returns when that is on the disk.
  public func add(_ change: Change, to identity: ChangeIdentity) async throws(JournalError) {
    let text = change.identity?.text ?? "\(change.verb.rawValue) \(change.method) \(change.target.queue)"
    let line = JSONObject([("change", .string(text)), ("in", .string(identity.text))])
    try await writer.appendSynced(JournalLine.encoded(line))
  }

  /// The changes of an iteration of a run before that is unknown.
  public func changes(of identity: ChangeIdentity) -> [String] {
    state.withLock { $0.states.changes(of: identity.text) }
  }

  /// Writes that the changes may be sent whose intents were written and that did not begin: the statement ended before.
  func withdraw() {
    for identity in state.withLock({ Array($0.intended.values) }) { settle(identity, "again", id: nil) }
  }

  /// Writes how a change ended that was carried; it is on the disk with the next group.
  public func record(_ outcome: Outcome, of change: Change) {
    guard let identity = change.identity else { return }
    let word: String
    switch outcome {
    case .done, .found: word = "ok"
    case .absent: word = "absent"
    case .failed: word = "failed"
    case .unknown: word = "unknown"
    case .dropped: word = "again"
    case .before, .same, .refused, .skipped: return
    }
    var made = change.id
    if case .done(.document(let document)) = outcome { made = document.resource?["id"]?.idText ?? made }
    if case .found(let id) = outcome { made = id ?? made }
    settle(identity, word, id: made, content: change.content.hashingSecrets.contentHash)
  }

  /// Writes the outcome of an identity: `ok`, `absent`, `failed`, `again`, `unknown`.
  public func settle(_ identity: ChangeIdentity, _ word: String, id: String?, content: UInt64? = nil) {
    var object = JSONObject([("outcome", .string(identity.text)), ("is", .string(word))])
    let isDone = word == "ok" || word == "absent"
    if isDone { object["id"] = id.map { .string($0) } ?? .null }
    state.withLock { state in
      state.intended[identity.hash] = nil
      if isDone { state.states.finish(identity.text, id: nil, content: content) }
    }
    writer.append(JournalLine.encoded(object))
  }

  /// Returns when all that was recorded is on the disk.
  public func flush() async throws(JournalError) { try await writer.appendSynced([]) }

  /// Lets other runs open it, after all that was recorded is on the disk.
  public func release() { file.unlock() }

  /// Closes a journal whose statement was carried out to the end.
  public func complete(at time: String) async throws(JournalError) {
    try await writer.appendSynced(JournalLine.encoded(JSONObject([("end", .string(time))])))
  }
}

extension Duration {
  /// The duration in whole milliseconds.
  var wholeMilliseconds: Int { Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
