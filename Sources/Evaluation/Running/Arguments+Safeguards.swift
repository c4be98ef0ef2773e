import Bulk
import Client
import Glibc
import JSONAPI
import JSONRPC
import JSONText
import Language
import Redaction
import Synchronization
import Values

extension Arguments {
  /// Returns the safeguards that a statement's options set, and opens the statement's journal and backup files.
  ///
  /// - Parameters:
  ///   - run: The run of the statement.
  ///   - client: The statement's client.
  ///   - keyField: The field by which a lookup finds created resources; nil if a lookup can't find created resources.
  ///   - readsFirst: Whether the statement first reads each resource, to find out which changes are still needed.
  /// - Returns: The safeguards.
  /// - Throws: An error of an option, or of one of the files.
  func safeguards(
    _ run: StatementContext, _ client: ClientValue, keyField: String?, readsFirst: Bool
  ) throws(Fault) -> StatementSafeguards {
    var guards = StatementSafeguards()
    (guards.step.keyField, guards.step.readsFirst) = (keyField.map(client.client.wireName), readsFirst)
    guards.halt = try value(of: .halt, SafeguardOptionReader.halt)
    if let rate = try integer(.rate) { guards.rate = RateLimiter(perSecond: rate) }
    if let rule = try word("unknown", of: StatementSafeguards.UnknownChangeRule.allCases.map(\.rawValue)) {
      guards.unknown = StatementSafeguards.UnknownChangeRule(rawValue: rule) ?? .fail
    }
    guards.retries = try integer(.retry) ?? 0
    guards.verification = try verification(keyField)
    let settle = try duration(.settle)
    guards.settle = settle ?? .zero
    guards.throttle = try throttle(run.session, client)
    guard !run.isDry(self), !run.session.options.isOffline else { return guards }
    guards.resolver = UnknownChangeResolver(try lookupReader(client), keyField: keyField, isSettled: settle != nil)
    if let path = try linesFile("journal") {
      let journal = try openJournal(path, run, client, keyField)
      guards.journal = journal
      run.session.note(opened: journal)
    }
    if let path = try linesFile("backup") {
      guards.backup = try openBackup(path, run.session, client)
    }
    return guards
  }

  private func openBackup(_ path: String, _ session: Session, _ client: ClientValue) throws(Fault) -> Backup {
    var query = Query()
    query.include = try list(.kept)
    let (name, reader, limit) = (client.name, try lookupReader(client), try inFlight(session))
    let meta = try selectingMeta(client)
    do throws(JournalError) {
      let target = BackupSourceQueue(broker: client.connection.link.brokerIdentity, queue: client.queue)
      let backup = try Backup(path, reader, target, query, meta: meta, concurrentReads: limit) { names in
        session.note(notLoaded: names, of: name, "not in the backup")
      }
      if backup.isCut { session.note("\(path): removed the last line, which was incomplete") }
      return backup
    } catch { throw fault(of: error) }
  }

  private func verification(_ keyField: String?) throws(Fault) -> VerificationScope {
    let verification = try value(of: .verify, SafeguardOptionReader.verification) ?? .unknown
    if case .all = verification, name == "create", keyField == nil, let argument = options["verify"] {
      throw fault(needing: .lookupKey, argument)
    }
    return verification
  }

  /// Creates the throttle that pauses the statement's changes; nil if the option `throttle:` is missing.
  ///
  /// The options are, for example, `throttle: {depth: 50, p95: 200ms}` and `patience: 10m`.
  ///
  /// With a pool of workers, the throttle shows no notes, because a note could be wrong. For example, the queue can be
  /// empty because the changes still wait for a worker. A note that `depth` has no effect would then be wrong.
  private func throttle(_ session: Session, _ client: ClientValue) throws(Fault) -> ServiceLoadThrottle? {
    guard var limits = try value(of: .throttle, SafeguardOptionReader.throttle) else { return nil }
    if let patience = try duration(.patience) { limits.patience = patience }
    let link = client.connection.link
    let (queue, resources, label) = (client.queue, try withMeta(client.client), "\(name) \(client.name)")
    let hasWorkers = options["workers"] != nil || session.options.workers != nil
    return ServiceLoadThrottle(limits) {
      link.state == .blocked
    } note: {
      if !hasWorkers { session.note("\(label): \($0)") }
    } probe: {
      try await link.probe(queue: queue, until: .now + .seconds(5))
    } sample: {
      _ = try await resources.count(Query(), waitLimit: .usual)
    }
  }

  private func openJournal(
    _ path: String, _ run: StatementContext, _ client: ClientValue, _ keyField: String?
  ) throws(Fault) -> Journal {
    let header = journalHeader(
      run, broker: client.connection.link.brokerIdentity, queue: client.queue, type: client.client.type,
      key: keyField.map { ".\($0)" }, meta: try selectingMeta(client))
    do throws(JournalError) { return try Journal(path, header) } catch { throw fault(of: error, run.session) }
  }

  /// Returns the header of a statement's journal file.
  ///
  /// For an `each`, the queue and the type in the header are empty, and `changes` names the changes of the block.
  func journalHeader(
    _ run: StatementContext, broker: String, queue: String = "", type: String = "", key: String?,
    changes: String? = nil, meta: JSONObject? = nil
  ) -> JournalHeader {
    JournalHeader(
      broker: broker, queue: queue, type: type, verb: name, key: key, created: Self.now, by: Self.user,
      reason: run.session.options.reason, command: run.session.options.command, changes: changes,
      meta: meta)
  }

  /// Converts an error of a journal to a `Fault`; the advice differs if this run has completed the journal.
  func fault(of error: JournalError, _ session: Session) -> Fault {
    let fault = fault(of: error)
    guard case .complete(let path, _) = error, session.state.withLock({ $0.completedJournals.contains(path) }) else {
      return fault
    }
    return Fault(
      .refused, fault.message, at: [MarkedSourceRange(options["journal"]?.range ?? range)], in: source,
      nextStep: "if this is the same statement, all its changes are done; another statement, or another iteration of a "
        + "loop, needs its own journal")
  }

  /// Converts an error of a journal or backup file to a `Fault`, which marks the option that names the file.
  func fault(of error: JournalError) -> Fault {
    let isOfFile =
      switch error {
      case .file, .unwritable, .removed: true
      default: false
      }
    return Fault(
      isOfFile ? .file : .refused, error.message,
      at: [MarkedSourceRange((options["journal"] ?? options["backup"])?.range ?? range)], in: source,
      nextStep: error.nextStep)
  }

  /// Waits until the unknown changes of earlier runs can no longer be carried out.
  ///
  /// An unknown change is a change without a known outcome: its request can still be on the way to the service. The
  /// function first sends a read to each service, and waits for the replies. Then it waits until the requests of the
  /// earlier runs have expired.
  func settle(_ journal: Journal?, _ run: StatementContext, _ clients: [ClientValue]) async throws(Fault) {
    guard let journal, journal.before.unknown > 0 else { return }
    let wait = try journal.longestLife + (duration(.settle) ?? .zero)
    guard wait > .zero else { return }
    for client in clients {
      var reader = try lookupReader(client)
      if let meta = journal.meta(ofQueue: client.queue, filledFrom: reader) { reader.settings.meta = meta }
      do throws(Fault) {
        _ = try await client.reading(self) { () throws(ClientError) in
          try await reader.count(Query(), waitLimit: .usual)
        }
      } catch { throw error.within("in the read that retort sends before it looks up unknown changes") }
    }
    run.session.note(
      "\(journal.path): waiting \(wait.text) until the requests of the earlier run have expired")
    do { try await Task.sleep(for: wait) } catch { throw Fault(.interrupted, "interrupted") }
  }

  private static var now: String { Instant.now.text }

  private static var user: String {
    let name = unsafe getpwuid(getuid()).map { unsafe String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())"
    return "\(name)@\(OwnHostName.name)"
  }

  /// Marks the journal file of a statement as complete, because all changes of the statement were carried out.
  func complete(_ journal: Journal?, _ session: Session) async throws(Fault) {
    guard let journal else { return }
    do throws(JournalError) { try await journal.complete(at: Self.now) } catch { throw fault(of: error) }
    session.state.withLock { $0.completedJournals.append(journal.path) }
  }
}

extension StatementContext {
  /// Marks the journal file of a stage as complete, but only if the changes of all earlier stages are done.
  func complete(_ journal: Journal?, _ arguments: Arguments, _ label: String) async throws(Fault) {
    if let journal, journals?.isIncomplete ?? false {
      return session.note(
        "\(label): \(journal.path) is not marked as complete, because an earlier stage has changes that are not done")
    }
    try await arguments.complete(journal, session)
  }
}

extension Session {
  /// Shows a note if retort removed damaged lines at the end of a journal file.
  func note(opened journal: Journal) {
    if journal.cutLines == 1 { note("\(journal.path): removed the last line, which was damaged") }
    if journal.cutLines > 1 {
      note("\(journal.path): removed the last \(journal.cutLines) lines, because the first of them was damaged")
    }
  }

  /// Shows which changes or iterations of earlier runs have an unknown outcome, and how the user can record an outcome.
  func note(unknown identities: [ChangeIdentity], in journal: Journal) {
    let shown = 5
    for identity in identities.prefix(shown) {
      let changes = journal.changes(of: identity)
      let sent = changes.isEmpty ? "" : "; the iteration may have sent: \(changes.joined(separator: ", "))"
      note("unknown outcome from an earlier run: \(identity.text)\(sent)")
    }
    if identities.count > shown { note("and \(identities.count - shown) more") }
    let word = ChangeIdentity.isIteration(identities.first?.text ?? "") ? "KEY" : "ID"
    let command = "retort journal \(ShellWordQuoter.quoted(journal.path)) settle \(word)"
    note(
      "check each of these: if it was carried out, run `\(command) done`; if it was not carried out, run "
        + "`\(command) again`")
  }

  /// Shows which changes or iterations a person marked to be carried out again, although the run's input lacks them.
  func note(missing identities: [ChangeIdentity], in journal: Journal) {
    let shown = 5
    for identity in identities.prefix(shown) {
      note("not carried out, because the input of this run does not contain it: \(identity.text)")
    }
    if identities.count > shown { note("and \(identities.count - shown) more") }
    let word = ChangeIdentity.isIteration(identities.first?.text ?? "") ? "KEY" : "ID"
    note(
      "\(journal.path) stays open: run the statement with an input that contains these elements; or, if a change is not "
        + "necessary, run `retort journal \(ShellWordQuoter.quoted(journal.path)) settle \(word) done`")
  }

  /// Shows how many changes a journal file records as done and as unknown, and how many changes are left.
  ///
  /// `left` is nil if the number of remaining changes is unknown.
  func note(resuming journal: Journal?, left: Int?) {
    guard let journal, journal.before.done + journal.before.unknown > 0 else { return }
    let rest = left.map { ", \($0) left" } ?? ""
    note("resuming \(journal.path): \(journal.before.done) done, \(journal.before.unknown) unknown\(rest)")
  }
}

extension StatementContext {
  /// Returns whether the run shows a statement's changes instead of sending them.
  ///
  /// This is also true for a statement that names a resource of an earlier dry run, which the service does not know.
  func isDry(_ arguments: Arguments) -> Bool {
    if session.options.isDryRun { return true }
    if case .bool(true)? = arguments["dry-run"]?.value { return true }
    return session.unsentID(in: arguments) != nil
  }
}
