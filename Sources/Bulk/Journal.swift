public import Client
import JSONAPI
public import JSONText
import Synchronization

/// A file that records the changes of a statement, so that a later run can resume the statement.
///
/// Before a change is sent, the journal gets a line that announces the change (the intent). Afterwards the journal gets
/// a line with the outcome.
///
/// ```swift
/// let journal = try Journal("posts.journal", header)
/// try await journal.intend([change])
/// journal.record(outcome, of: change)
/// try await journal.complete(at: "2026-11-28T12:00:00Z")
/// ```
public final class Journal: Sendable {
  private struct ChangeStatesAndIntents {
    var states: JournaledChangeStates
    /// The identities of the changes that this run has announced, and that have no outcome in the journal yet.
    var intended: [StableHash: ChangeIdentity] = [:]
  }

  private let file: LockedFile
  private let writer: GroupCommitWriter
  private let state: Mutex<ChangeStatesAndIntents>
  /// The form of the checksum at the end of each line.
  let format: JournalChecksums.ChecksumChaining
  /// The journal's first line, which identifies the statement of the journal.
  public let header: JournalHeader
  /// The number of changes in each state after the earlier runs.
  ///
  /// `done` changes were carried out. `open` changes were not carried out, so this run may send them. `unknown` changes
  /// were announced, but no recorded outcome shows whether they were carried out.
  public let before: (done: Int, open: Int, unknown: Int)
  /// The number of damaged lines that the initializer removed from the end of the file.
  public let cutLines: Int
  /// The time at which a run completed the statement; nil if the statement is not complete.
  public let end: String?
  /// The longest time until the messages of changes with unknown outcomes expire.
  ///
  /// For a message that never expires, only the time until a carrier sends it counts.
  public let longestLife: Duration
  /// The queues to which iterations of `each` sent changes; only iterations with unknown outcomes count.
  public let queues: Set<String>
  /// The path of the file.
  public var path: String { file.path }

  /// Opens a statement's journal, or creates a new one.
  ///
  /// - Throws: ``JournalError`` if the file can't be used, is damaged, or is open in another run, or if the journal is
  ///   complete or belongs to another statement.
  public convenience init(_ path: String, _ header: JournalHeader) throws(JournalError) {
    let file = try LockedFile(path)
    var contents = try JournalContents(file)
    if let known = contents.header {
      let counts = contents.states.counts
      let recorded = counts.done + counts.open + counts.unknown
      try known.check(against: header, path, recorded: recorded)
      if let end = contents.end { throw .complete(path, at: end) }
      // If no change is recorded, this run replaces the whole journal. The header then contains the command of this
      // run.
      if recorded == 0 {
        try file.cut(to: 0)
        contents = try JournalContents(file)
      }
    }
    try contents.mend(file)
    var sums = contents.sums
    if contents.header == nil {
      sums = JournalChecksums(.chained)
      var line = JournalLineEncoder.encoded(header.json, .chained)
      sums.seal(&line)
      try file.append(line)
      try file.sync()
      try file.syncDirectory()
    }
    self.init(file, contents, contents.header ?? header, sums)
  }

  /// Opens an existing journal of any statement.
  ///
  /// - Throws: ``JournalError`` if the journal is missing, damaged, or open in another run.
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
    state = Mutex(ChangeStatesAndIntents(states: contents.states))
  }

  /// Returns the state of an identity; nil if the journal does not contain the identity.
  public func known(_ identity: ChangeIdentity) -> JournaledChangeState? { state.withLock { $0.states[identity.hash] } }

  /// The journal's record of a change whose outcome is unknown.
  struct RecordedUnknownChange: Sendable {
    let identity: ChangeIdentity
    /// The content that the change sent, with hashes instead of secret values.
    let content: JSONObject
    /// The `meta` of the change, as ``IterationChange`` records it; nil if the client's `meta` applies.
    var meta: JSONObject?
  }

  /// The changes with unknown outcomes that this run has not yet found in its input, sorted by identity.
  var unseen: [RecordedUnknownChange] {
    state.withLock { $0.states.unseen }.sorted { $0.text < $1.text }
      .map { RecordedUnknownChange(identity: ChangeIdentity(text: $0.text), content: $0.content) }
  }

  /// The iterations of `each` with unknown outcomes that this run has not yet found in its input, sorted.
  public var unseenIterations: [ChangeIdentity] { unseen.map(\.identity) }

  /// The number of changes that are done, and that this run has not found in its input.
  public var unseenDoneCount: Int { state.withLock { $0.states.unseenDoneCount } }

  /// Marks an identity as seen in this run's input.
  ///
  /// - Returns: The state of the identity. The result is `.some(nil)` if the journal does not contain the identity, and
  ///   `.none` if the identity was already seen.
  @discardableResult public func see(_ identity: ChangeIdentity) -> JournaledChangeState?? {
    state.withLock { $0.states.see(identity.hash) }
  }

  /// The identities of all changes whose outcomes are unknown, sorted.
  public var unknown: [ChangeIdentity] {
    state.withLock { $0.states.unknown.sorted().map { ChangeIdentity(text: $0) } }
  }

  /// The error of the first failed write; nil if no write failed.
  ///
  /// After a failed write, the statement may send no more changes.
  public var failure: JournalError? { writer.failure }

  /// Announces changes: writes a line for each change, and returns when the lines are on the disk.
  ///
  /// - Parameters:
  ///   - changes: The changes.
  ///   - delay: The longest time that a carrier can keep a change before its request is sent
  ///     (`ChangeCarrier.longestDelay`).
  /// - Throws: ``JournalError`` if the write fails; none of the changes may then be sent.
  public func intend(_ changes: [Change], delay: Duration = .zero) async throws(JournalError) {
    var intents = JournalIntentLines(format, delay: delay)
    for change in changes { if let identity = change.identity { intents.add(change, identity) } }
    try await write(intents)
  }

  /// Writes the given lines, and returns when they are on the disk.
  func write(_ intents: JournalIntentLines) async throws(JournalError) {
    let identities = intents.identities
    guard !identities.isEmpty else { return }
    state.withLock { state in for identity in identities { state.intended[identity.hash] = identity } }
    do throws(JournalError) { try await writer.appendSynced(intents.lines, owing: intents.owed) } catch {
      state.withLock { state in for identity in identities { state.intended[identity.hash] = nil } }
      throw error
    }
  }

  /// Writes a line that announces an iteration of `each`; returns when the line is on the disk.
  public func begin(_ identity: ChangeIdentity) async throws(JournalError) {
    let line = JSONObject([("intent", .string(identity.text)), ("life", .null)])
    state.withLock { $0.intended[identity.hash] = identity }
    try await writer.appendSynced(JournalLineEncoder.encoded(line, format), owing: identity.outcomeLength)
  }

  /// Writes a line that announces a change in an iteration of `each`; returns when the line is on the disk.
  ///
  /// `number` is the number of the change in the iteration.
  public func add(
    _ change: Change, to identity: ChangeIdentity, _ step: IterationResumeHints = IterationResumeHints(), number: Int
  ) async throws(JournalError) {
    let delay = step.delay.wholeMilliseconds
    let life: JSONValue = change.life.map { .number(JSONNumber($0 + delay)) } ?? .null
    var line = JSONObject(
      IterationChange(change, step, number: number).members + [("in", .string(identity.text)), ("life", life)])
    if life.isNull, delay > 0 { line["delay"] = .number(JSONNumber(delay)) }
    try await writer.appendSynced(JournalLineEncoder.encoded(line, format), owing: identity.outcomeLength)
  }

  /// Records whether the service carried out a change in an iteration of `each`.
  ///
  /// The method records nothing if the outcome does not show whether the change was carried out. The method does not
  /// wait for the disk. `number` is the number of the change in the iteration.
  public func record(_ outcome: Outcome, of identity: ChangeIdentity, number: Int) {
    let isDone = outcome.isKnownToBeDone
    writer.append(owed: identity.outcomeLength) { lines in
      guard let isDone else { return }
      let line: JSONObject = [
        "outcome": .number(JSONNumber(number)), "in": .string(identity.text), "is": isDone ? "ok" : "again",
      ]
      lines += JournalLineEncoder.encoded(line, format)
    }
  }

  /// Returns the changes that an iteration of `each` sent, as texts; empty if the outcome of the iteration is known.
  ///
  /// A text is the identity of a change, such as `update posts 12`. If a change has no identity, the text contains its
  /// verb, method and queue.
  public func changes(of identity: ChangeIdentity) -> [String] {
    recordedChanges(of: identity).map(\.text)
  }

  /// Returns the changes that an iteration of `each` sent, in the order of sending; empty if the outcome of the
  /// iteration is known.
  func recordedChanges(of identity: ChangeIdentity) -> [IterationChange] {
    state.withLock { $0.states.changes(of: identity.text) }
  }

  /// Returns the `meta` of a change that an iteration of `each` sent to a queue, and whose outcome is unknown.
  ///
  /// The secret values come from `client`. Returns nil if the journal does not record the `meta` of such a change.
  public func meta(ofQueue queue: String, filledFrom client: ResourceClient) -> JSONObject? {
    let client = client.withWireNames
    return state.withLock { $0.states.metas(ofQueue: queue) }.lazy
      .compactMap { meta in try? client.filled(recorded: meta) }.first
  }

  /// Records each announced change that has no outcome as not sent.
  ///
  /// The dispatcher calls this method at the end of the statement. A later run may then send these changes.
  func withdraw() {
    for identity in state.withLock({ Array($0.intended.values) }) { settle(identity, "again", id: nil) }
  }

  /// Writes the outcome of a change, without waiting for the disk.
  ///
  /// The line reaches the disk together with the next group of lines.
  public func record(_ outcome: Outcome, of change: Change) {
    if let identity = change.identity { record(outcome, of: change, identity) }
  }

  /// Writes the outcome of a change that has the given identity.
  func record(_ outcome: Outcome, of change: Change, _ identity: ChangeIdentity) {
    let word: String
    switch outcome {
    case .done, .found: word = "ok"
    case .absent: word = "absent"
    // After some failures, such as status 5xx, the change may still have been carried out. The next run looks up such a
    // change.
    case .failed: word = outcome.isKnownToBeDone == nil ? "unknown" : "failed"
    case .unknown: word = "unknown"
    case .dropped: word = "again"
    case .before, .same, .refused, .skipped: return
    }
    // Only the line of a `create` needs the resource's id, because any other identity already contains the id.
    guard change.verb == .create else { return settle(identity, word, id: nil) }
    switch outcome {
    case .done(.document(let document)): settle(identity, word, id: document.resource?["id"]?.idText)
    case .found(let id, _): settle(identity, word, id: id)
    default: settle(identity, word, id: nil)
    }
  }

  /// Writes the outcome of the change with the given identity.
  ///
  /// The outcome is the word `ok`, `absent`, `failed`, `again` or `unknown`. `failed` and `again` mean that a later run
  /// may send the change.
  public func settle(_ identity: ChangeIdentity, _ word: String, id: String?) {
    let isDone = word == "ok" || word == "absent"
    let isOwed = state.withLock { state in
      if isDone { state.states.finish(identity, id: nil) }
      return state.intended.removeValue(forKey: identity.hash) != nil
    }
    writer.append(owed: isOwed ? identity.outcomeLength : 0) { lines in
      JournalLineEncoder.append(to: &lines, format) { line in
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

  /// Writes that a person wants the change or iteration to be carried out again; returns when the line is on the disk.
  ///
  /// A run whose input lacks the change does not complete the journal.
  public func require(_ identity: ChangeIdentity) async throws(JournalError) {
    let line: JSONObject = ["outcome": .string(identity.text), "is": "again", "required": true]
    try await writer.appendSynced(JournalLineEncoder.encoded(line, format))
  }

  /// The changes and iterations that a person marked to be carried out again, and that no run has carried out, sorted.
  public var required: [ChangeIdentity] {
    state.withLock { $0.states.requiredIdentities }.map(\.text).sorted().map { ChangeIdentity(text: $0) }
  }

  /// The changes and iterations in ``required`` that this run has not found in its input.
  public var unseenRequired: [ChangeIdentity] {
    state.withLock { $0.states.requiredIdentities }.filter { !$0.isSeen }.map(\.text).sorted()
      .map { ChangeIdentity(text: $0) }
  }

  /// Writes the name of the broker to which the journal belongs; returns when the line is on the disk.
  ///
  /// A user gives this name with the command `retort journal FILE broker NAME`.
  public func rename(broker: String) async throws(JournalError) {
    try await writer.appendSynced(JournalLineEncoder.encoded(["broker": .string(broker)], format))
  }

  /// Waits until all lines are on the disk.
  public func flush() async throws(JournalError) { try await writer.appendSynced([]) }

  /// Releases the lock on the file, so that another run can open the journal.
  ///
  /// The caller must first write all lines to the disk with ``flush()``.
  public func release() { file.unlock() }

  /// Writes that the statement is complete; returns when the line is on the disk.
  public func complete(at time: String) async throws(JournalError) {
    try await writer.appendSynced(JournalLineEncoder.encoded(["end": .string(time)], format))
  }
}

extension Change {
  /// The expiration time of the change's message in milliseconds; nil if the message never expires.
  var life: Int? { expires ? timeout?.wholeMilliseconds : nil }
}

extension Duration {
  /// The duration in whole milliseconds: `.seconds(4.5)` gives 4500.
  public var wholeMilliseconds: Int {
    Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
