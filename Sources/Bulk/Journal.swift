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
    var contents: JournalContents
    /// The identities whose intents this run has written and whose outcomes it has not.
    var intended: [StableHash: ChangeIdentity] = [:]
    var pending: [UInt8] = []
    /// Those that wait until what is pending is on the disk.
    var waiting: [CheckedContinuation<Void, Never>] = []
    var isWriting = false
    var failure: JournalError?
  }

  private let file: JournalFile
  private let state: Mutex<State>
  private let queue = WriterThread()
  /// How many changes were done before this run.
  public let doneBefore: Int
  /// How many were unknown at its beginning.
  public let unknownBefore: Int
  /// How many lines at its end were not whole, and were cut.
  public let cutLines: Int
  /// The longest life of a message whose change is unknown; nil where one has no end.
  public let longestLife: Duration?
  /// Its path.
  public var path: String { file.path }

  /// Opens a statement's journal, or begins one.
  ///
  /// - Throws: ``JournalError`` where the file can't be used, is in use, damaged, complete, or another statement's.
  public init(_ path: String, _ header: JournalHeader) throws(JournalError) {
    file = try JournalFile(path)
    var contents = try JournalContents(try file.contents(), path: path)
    cutLines = contents.cutLines
    if cutLines > 0 { try file.cut(to: contents.length) }
    if let known = contents.header {
      let differences = known.differences(from: header)
      guard differences.isEmpty else { throw .otherStatement(path, differences) }
      if let end = contents.end { throw .complete(path, at: end) }
    } else {
      try file.append(JournalLine.encoded(header.json))
      try file.sync()
      try file.syncDirectory()
      contents.header = header
    }
    doneBefore = contents.states.values.count(where: \.isDone)
    unknownBefore = contents.unknown.count
    var lives: [Duration?] = []
    for case .unknown(_, let life) in contents.states.values { lives.append(life) }
    longestLife = lives.contains { $0 == nil } ? nil : lives.compactMap(\.self).max() ?? .zero
    state = Mutex(State(contents: contents))
  }

  /// What is known of an identity; nil where nothing is.
  public func known(_ identity: ChangeIdentity) -> JournalState? {
    state.withLock { $0.contents.states[identity.hash] }
  }

  /// The identities that are unknown.
  public var unknown: [ChangeIdentity] {
    state.withLock { $0.contents.unknown.values.map { ChangeIdentity(text: $0) } }
  }

  /// Why nothing more may be sent, where the journal can't be written.
  public var failure: JournalError? { state.withLock(\.failure) }

  /// Writes that changes are about to be sent; returns when that is on the disk.
  ///
  /// - Throws: where it can't be written; then nothing may be sent.
  public func intend(_ changes: [Change]) async throws(JournalError) {
    let changes = changes.compactMap { change in change.identity.map { (change, $0) } }
    state.withLock { state in for (_, identity) in changes { state.intended[identity.hash] = identity } }
    var lines: [UInt8] = []
    for (change, identity) in changes {
      var object = JSONObject([("intent", .string(identity.text))])
      if change.verb == .update || change.verb == .create { object["content"] = .object(change.content.hashingSecrets) }
      object["life"] =
        change.expires ? change.timeout.map { .number(JSONNumber($0.wholeMilliseconds)) } ?? .null : .null
      lines += JournalLine.encoded(object)
    }
    if !lines.isEmpty { try await write(lines, waits: true) }
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
    case .done: word = "ok"
    case .absent: word = "absent"
    case .failed: word = "failed"
    case .unknown: word = "unknown"
    case .dropped: word = "again"
    case .before, .refused, .skipped: return
    }
    var made = change.id
    if case .done(.document(let document)) = outcome { made = document.resource?["id"]?.idText ?? made }
    settle(identity, word, id: made, content: change.content.hashingSecrets.contentHash)
  }

  /// Writes what became of an identity: `ok`, `absent`, `failed`, `again`, `unknown`.
  public func settle(_ identity: ChangeIdentity, _ word: String, id: String?, content: UInt64 = 0) {
    var object = JSONObject([("outcome", .string(identity.text)), ("is", .string(word))])
    let isDone = word == "ok" || word == "absent"
    if isDone { object["id"] = id.map { .string($0) } ?? .null }
    let line = JournalLine.encoded(object)
    let isIdle = state.withLock { state in
      state.pending += line
      state.intended[identity.hash] = nil
      if isDone {
        state.contents.states[identity.hash] = .done(id: id, content: content)
        state.contents.unknown[identity.hash] = nil
      }
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if isIdle { queue.run { self.writePending() } }
  }

  /// Writes all that is pending, and returns when it is on the disk.
  public func flush() async throws(JournalError) { try await write([], waits: true) }

  /// Lets other runs open it, after all that was recorded is on the disk.
  public func release() { file.unlock() }

  /// Closes a journal whose statement was carried out to the end.
  public func complete(at time: String) async throws(JournalError) {
    try await write(JournalLine.encoded(JSONObject([("end", .string(time))])), waits: true)
  }

  private func write(_ lines: [UInt8], waits: Bool) async throws(JournalError) {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        state.pending += lines
        state.waiting.append(continuation)
        defer { state.isWriting = true }
        return !state.isWriting
      }
      if isIdle { queue.run { self.writePending() } }
    }
    if let failure { throw failure }
  }

  /// Writes and syncs groups until nothing is pending.
  private func writePending() {
    while true {
      let group = state.withLock { state -> (bytes: [UInt8], waiting: [CheckedContinuation<Void, Never>])? in
        guard !state.pending.isEmpty || !state.waiting.isEmpty else {
          state.isWriting = false
          return nil
        }
        defer { (state.pending, state.waiting) = ([], []) }
        return (state.pending, state.waiting)
      }
      guard let group else { return }
      if failure == nil {
        do throws(JournalError) {
          try file.append(group.bytes)
          try file.sync()
        } catch { state.withLock { $0.failure = error } }
      }
      for continuation in group.waiting { continuation.resume() }
    }
  }
}

extension Duration {
  /// The duration in whole milliseconds.
  var wholeMilliseconds: Int { Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
