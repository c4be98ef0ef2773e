import Client
import JSONAPI
import JSONText
import Synchronization

/// The record of a statement's changes on disk: a line that announces each change (its intent), and a line with its
/// outcome.
///
/// ```swift
/// let journal = try Journal("posts.journal", header)
/// try await journal.intend([change])
/// journal.record(outcome, of: change)
/// try await journal.complete(at: "2026-11-28T12:00:00Z")
/// ```
public final class Journal: Sendable {
  private struct State {
    var states: JournaledChangeStates
    /// The identities of the changes with a written intent and no written outcome in this run.
    var intended: [StableHash: ChangeIdentity] = [:]
  }

  private let file: LockedFile
  private let writer: GroupCommitWriter
  private let state: Mutex<State>
  /// The form of the checksums in the lines.
  let format: JournalChecksums.ChecksumForm
  /// The first line, which tells to which statement the journal belongs.
  public let header: JournalHeader
  /// The numbers of done, open and unknown changes of earlier runs; an open change was not carried out.
  public let before: (done: Int, open: Int, unknown: Int)
  /// The number of damaged lines at the end, which were removed.
  public let cutLines: Int
  /// The time at which the statement was completed; nil if it is not complete.
  public let end: String?
  /// The longest expiration time of the messages of unknown changes; nil if one of the messages never expires.
  public let longestLife: Duration?
  /// The queues to which unknown iterations of earlier runs sent changes.
  public let queues: Set<String>
  /// The path of the file.
  public var path: String { file.path }

  /// Opens a statement's journal, or creates one.
  ///
  /// - Throws: ``JournalError`` if the file can't be used, is in use, is damaged or complete, or belongs to another
  ///   statement.
  public convenience init(_ path: String, _ header: JournalHeader) throws(JournalError) {
    let file = try LockedFile(path)
    var contents = try JournalContents(file)
    if let known = contents.header {
      let counts = contents.states.counts
      let recorded = counts.done + counts.open + counts.unknown
      try known.check(against: header, path, recorded: recorded)
      if let end = contents.end { throw .complete(path, at: end) }
      // If no earlier run recorded a change, this run replaces the header, because the header contains the command of
      // its run.
      if recorded == 0 {
        try file.cut(to: 0)
        contents = try JournalContents(file)
      }
    }
    try contents.mend(file)
    var sums = contents.sums
    if contents.header == nil {
      sums = JournalChecksums(.chained)
      var line = JournalLine.encoded(header.json, .chained)
      sums.seal(&line)
      try file.append(line)
      try file.sync()
      try file.syncDirectory()
    }
    self.init(file, contents, contents.header ?? header, sums)
  }

  /// Opens an existing journal of any statement.
  ///
  /// - Throws: ``JournalError`` if the journal is missing, in use or damaged.
  public convenience init(existing path: String) throws(JournalError) {
    let file = try LockedFile(path, creates: false)
    let contents = try JournalContents(file)
    guard let header = contents.header else { throw .notAJournal(path, .torn, recorded: 0) }
    try contents.mend(file)
    self.init(file, contents, header, contents.sums)
  }

  private init(_ file: LockedFile, _ contents: JournalContents, _ header: JournalHeader, _ sums: JournalChecksums) {
    (self.file, self.header, format) = (file, header, sums.format)
    writer = GroupCommitWriter(file, sums)
    before = contents.states.counts
    (cutLines, end, longestLife) = (contents.cutLines, contents.end, contents.states.longestLife)
    queues = contents.states.queues
    state = Mutex(State(states: contents.states))
  }

  /// Returns the state of an identity; nil if the journal does not contain it.
  public func known(_ identity: ChangeIdentity) -> JournaledChangeState? { state.withLock { $0.states[identity.hash] } }

  /// An unknown change as the journal records it.
  struct RecordedUnknownChange: Sendable {
    let identity: ChangeIdentity
    /// The sent content, with hashes in place of secrets.
    let content: JSONObject
  }

  /// The unknown changes of earlier runs for which this run has had no element yet, sorted.
  var unseen: [RecordedUnknownChange] {
    state.withLock { $0.states.unseen }.sorted { $0.text < $1.text }
      .map { RecordedUnknownChange(identity: ChangeIdentity(text: $0.text), content: $0.content) }
  }

  /// The unknown iterations of earlier runs for which this run has had no element yet, sorted.
  public var unseenIterations: [ChangeIdentity] { unseen.map(\.identity) }

  /// Marks an identity as seen in this run.
  ///
  /// - Returns: The state of the identity; `.some(nil)` if the journal does not contain the identity; `.none` if this
  ///   run has already seen it.
  @discardableResult public func see(_ identity: ChangeIdentity) -> JournaledChangeState?? {
    state.withLock { $0.states.see(identity.hash) }
  }

  /// The identities of all unknown changes, sorted.
  public var unknown: [ChangeIdentity] {
    state.withLock { $0.states.unknown.sorted().map { ChangeIdentity(text: $0) } }
  }

  /// The error of a failed write, after which nothing may be sent; nil if no write failed.
  public var failure: JournalError? { writer.failure }

  /// Writes the lines that announce changes (their intents); returns when the lines are on the disk.
  ///
  /// - Throws: ``JournalError`` if the write fails; then nothing may be sent.
  public func intend(_ changes: [Change]) async throws(JournalError) {
    var intents = JournalIntentLines(format)
    for change in changes { if let identity = change.identity { intents.add(change, identity) } }
    try await write(intents)
  }

  /// Writes intents; returns when they are on the disk.
  func write(_ intents: JournalIntentLines) async throws(JournalError) {
    let identities = intents.identities
    guard !identities.isEmpty else { return }
    state.withLock { state in for identity in identities { state.intended[identity.hash] = identity } }
    do throws(JournalError) { try await writer.appendSynced(intents.lines, owing: intents.owed) } catch {
      state.withLock { state in for identity in identities { state.intended[identity.hash] = nil } }
      throw error
    }
  }

  /// Writes the start of an iteration of `each`; returns when it is on the disk.
  public func begin(_ identity: ChangeIdentity) async throws(JournalError) {
    let line = JSONObject([("intent", .string(identity.text)), ("life", .null)])
    state.withLock { $0.intended[identity.hash] = identity }
    try await writer.appendSynced(JournalLine.encoded(line, format), owing: identity.outcomeLength)
  }

  /// Writes the intent of an iteration's change; returns when it is on the disk.
  ///
  /// `number` is the number of the change in the iteration.
  public func add(
    _ change: Change, to identity: ChangeIdentity, _ step: IterationChangeRole = IterationChangeRole(), number: Int
  ) async throws(JournalError) {
    let life: JSONValue = change.life.map { .number(JSONNumber($0)) } ?? .null
    let line = JSONObject(
      IterationChange(change, step, number: number).members + [("in", .string(identity.text)), ("life", life)])
    try await writer.appendSynced(JournalLine.encoded(line, format), owing: identity.outcomeLength)
  }

  /// Writes whether a change of an iteration was carried out, if the outcome shows this.
  ///
  /// `number` is the number of the change in the iteration. The line is on the disk with the next group of lines.
  public func record(_ outcome: Outcome, of identity: ChangeIdentity, number: Int) {
    let isDone = outcome.isKnownToBeDone
    writer.append(owed: identity.outcomeLength) { lines in
      guard let isDone else { return }
      let line: JSONObject = [
        "outcome": .number(JSONNumber(number)), "in": .string(identity.text), "is": isDone ? "ok" : "again",
      ]
      lines += JournalLine.encoded(line, format)
    }
  }

  /// Returns the changes that an unknown iteration of an earlier run sent: their identities or, for a change without an
  /// identity, its verb, method and queue.
  public func changes(of identity: ChangeIdentity) -> [String] {
    recordedChanges(of: identity).map(\.text)
  }

  /// Returns the changes that an earlier run sent in an iteration whose outcome is unknown, in order.
  func recordedChanges(of identity: ChangeIdentity) -> [IterationChange] {
    state.withLock { $0.states.changes(of: identity.text) }
  }

  /// Records, at the end of the statement, that the changes with an intent and without an outcome were not sent.
  ///
  /// A later run may then send them.
  func withdraw() {
    for identity in state.withLock({ Array($0.intended.values) }) { settle(identity, "again", id: nil) }
  }

  /// Writes the outcome of a change; the outcome is synced with the next group of lines.
  public func record(_ outcome: Outcome, of change: Change) {
    if let identity = change.identity { record(outcome, of: change, identity) }
  }

  /// Writes the outcome of a change with this identity.
  func record(_ outcome: Outcome, of change: Change, _ identity: ChangeIdentity) {
    let word: String
    switch outcome {
    case .done, .found: word = "ok"
    case .absent: word = "absent"
    case .failed: word = "failed"
    case .unknown: word = "unknown"
    case .dropped: word = "again"
    case .before, .same, .refused, .skipped: return
    }
    // Only a create records the resource's id: the identity of any other change contains it.
    guard change.verb == .create else { return settle(identity, word, id: nil) }
    switch outcome {
    case .done(.document(let document)): settle(identity, word, id: document.resource?["id"]?.idText)
    case .found(let id): settle(identity, word, id: id)
    default: settle(identity, word, id: nil)
    }
  }

  /// Writes the outcome of the change with an identity, as one word: `ok`, `absent`, `failed`, `again` or `unknown`.
  public func settle(_ identity: ChangeIdentity, _ word: String, id: String?) {
    let isDone = word == "ok" || word == "absent"
    let isOwed = state.withLock { state in
      if isDone { state.states.finish(identity, id: nil) }
      return state.intended.removeValue(forKey: identity.hash) != nil
    }
    writer.append(owed: isOwed ? identity.outcomeLength : 0) { lines in
      JournalLine.append(to: &lines, format) { line in
        line.append(word: "{\"outcome\":")
        line.append(jsonString: identity.text)
        line.append(word: ",\"is\":")
        line.append(jsonString: word)
        guard isDone, let id else { return }
        line.append(word: ",\"id\":")
        line.append(jsonString: id)
      }
    }
  }

  /// Writes the broker's name that a user has given for the journal; returns when the line is on the disk.
  public func rename(broker: String) async throws(JournalError) {
    try await writer.appendSynced(JournalLine.encoded(["broker": .string(broker)], format))
  }

  /// Returns when all records are on the disk.
  public func flush() async throws(JournalError) { try await writer.appendSynced([]) }

  /// Releases the file for other runs; all records must already be on the disk (``flush()``).
  public func release() { file.unlock() }

  /// Writes that the statement is complete; returns when this is on the disk.
  public func complete(at time: String) async throws(JournalError) {
    try await writer.appendSynced(JournalLine.encoded(["end": .string(time)], format))
  }
}

extension Change {
  /// The expiration time of the change's message in milliseconds; nil if the message never expires.
  var life: Int? { expires ? timeout?.wholeMilliseconds : nil }
}

extension Duration {
  /// The duration in milliseconds.
  public var wholeMilliseconds: Int {
    Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
