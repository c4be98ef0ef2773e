import Client
import Foundation
import JSONAPI
import JSONText
import Testing

@testable import Bulk

/// Tests of the content of a journal after a crash, and of the next run with this journal.
@Suite(.timeLimit(.minutes(1))) struct JournalTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).journal").path

  private func header(_ verb: String = "update", queue: String = "posts") -> JournalHeader {
    JournalHeader(
      broker: "rabbit@host /", queue: queue, type: "posts", verb: verb, key: nil, created: "2026-01-01T00:00:00Z",
      by: "me@here", reason: nil)
  }

  private func change(_ id: Int, views: Int = 1) -> Change { .update(id, ["views": .number(JSONNumber(views))]) }

  /// Runs an update of each post in `ids` with a journal.
  private func run(
    _ ids: some Sequence<Int>, _ journal: Journal, on carrier: ScriptedCarrier, views: Int = 1,
    continuesOnError: Bool = true
  ) async -> StatementReport {
    await run(
      ids.map { Element($0, .success(change($0, views: views))) }, journal, on: carrier,
      continuesOnError: continuesOnError)
  }

  private func run(
    _ elements: [Element], _ journal: Journal, on carrier: any ChangeCarrier = ScriptedCarrier(),
    rule: StatementSafeguards.UnknownChangeRule = .fail, consent: DestroyConsent? = nil, continuesOnError: Bool = true
  ) async -> StatementReport {
    var guards = StatementSafeguards()
    (guards.journal, guards.unknown) = (journal, rule)
    var rest: [Element]? = elements
    let dispatcher = ChangeDispatcher(
      StatementConsentsAndOutcomes(RunWideSafeguards(.given)), carrier, lateReplies: nil, guards: guards)
    return await dispatcher.run(
      StatementReport(), SendingPolicy(window: 4, continuesOnError: continuesOnError), consent: consent,
      next: { rest.take() },
      observe: { _, _, _ in })
  }

  @Test func doesNotRepeatDoneChanges() async throws {
    defer { unlink(path) }
    let first = ScriptedCarrier { $0.id == "7" ? ClientError(.invalid, "no") : nil }
    let journal = try Journal(path, header())
    let report = await run(1...9, journal, on: first)
    try await journal.flush()
    #expect(report.tally.ok == 8 && report.tally.failed == 1 && first.carried.count == 9)
    let second = ScriptedCarrier()
    let again = await run(1...12, try reopened(journal), on: second)
    #expect(again.tally.before == 8 && again.tally.ok == 4 && Set(second.carried) == ["7", "10", "11", "12"])
    #expect(again.tally.text == "4 ok, 8 done in earlier runs")
  }

  /// A failed change that the service or a broker may have carried out is not sent again before a lookup.
  @Test(
    arguments: [
      (ClientError.Kind.badGateway, nil, true), (.connection, false, true), (.connection, nil, false),
      (.invalid, true, false),
    ] as [(ClientError.Kind, Bool?, Bool)])
  func anUncertainFailureIsUnknown(_ kind: ClientError.Kind, wasConfirmed: Bool?, isUnknown: Bool) async throws {
    defer { unlink(path) }
    var error = ClientError(kind, "failed")
    error.wasConfirmed = wasConfirmed
    let journal = try Journal(path, header())
    let report = await run(1...2, journal, on: ScriptedCarrier { [error] in $0.id == "2" ? error : nil })
    try await journal.flush()
    #expect(report.tally.failed == 1 && report.tally.uncertain == (isUnknown ? 1 : 0))
    #expect(try reopened(journal).unknown.map(\.text) == (isUnknown ? ["update posts 2"] : []))
  }

  /// Opens a copy of a journal's file, as the next run does after a crash of the process that has the journal open.
  private func reopened(_ journal: Journal) throws -> Journal {
    let copy = path + ".copy"
    try? FileManager.default.removeItem(atPath: copy)
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    defer { withExtendedLifetime(journal) {} }
    return try Journal(copy, header())
  }

  @Test func changesInFlightAreUnknown() async throws {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    try await journal.intend([change(1), change(2)])
    journal.record(.done(.result(.null)), of: change(1))
    try await journal.flush()
    let next = try reopened(journal)
    #expect(next.before.done == 1 && next.before.unknown == 1 && next.unknown.map(\.text) == ["update posts 2"])
    let carrier = ScriptedCarrier()
    let report = await run(1...3, next, on: carrier)
    #expect(report.tally.unknown == 1 && report.tally.before == 1 && carrier.carried == ["3"])
  }

  /// A journal that another program removed during the run is created again, and the statement sends no more changes.
  @Test(arguments: [false, true]) func aRemovedFileEndsTheStatement(isReplaced: Bool) async throws {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    try await journal.intend([change(1)])
    unlink(path)
    if isReplaced { try "other".write(toFile: path, atomically: true, encoding: .utf8) }
    let error = JournalError.removed(path, "journal", isRestored: !isReplaced)
    await #expect(throws: error) { try await journal.intend([self.change(2)]) }
    journal.record(.done(.result(.null)), of: change(1))
    await #expect(throws: error) { try await journal.flush() }
    if isReplaced {
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "other")
    } else {
      #expect(throws: JournalError.inUse(path, "journal", isHere: true)) { try Journal(path, header()) }
      let next = try reopened(journal)
      #expect(next.before.done == 1 && next.before.unknown == 0)
      journal.release()
      #expect(try Journal(path, header()).before.done == 1)
    }
  }

  /// A worker of a pool can send a request after the end of this program, so the journal records a longer life.
  @Test(arguments: [Duration.zero, .seconds(50)]) func theLifeOfAChangeIncludesTheDelay(_ delay: Duration) async throws
  {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    let changes = [5, 3].map { seconds in
      Change(
        target: change(1).target, verb: .update, method: "update", params: ["id": .string("\(seconds)")],
        expires: true, timeout: .seconds(seconds))
    }
    try await journal.intend(changes, delay: delay)
    try await journal.flush()
    #expect(try reopened(journal).longestLife == .seconds(5) + delay)
  }

  /// The message of a change can be without an expiration, but the chunk that contains the change expires.
  @Test(arguments: [Duration.zero, .seconds(50)]) func aChangeThatNeverExpiresIsDelayedOnly(_ delay: Duration)
    async throws
  {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    let target = change(1).target
    let endless = [(false, Duration.seconds(5)), (true, nil)].enumerated().map { index, life in
      Change(
        target: target, verb: .update, method: "update", params: ["id": .string("\(index)")], expires: life.0,
        timeout: life.1)
    }
    try await journal.intend(endless, delay: delay)
    let iteration = ChangeIdentity(iteration: "1")
    try await journal.begin(iteration)
    var step = IterationResumeHints()
    step.delay = delay
    try await journal.add(endless[0], to: iteration, step, number: 1)
    try await journal.flush()
    #expect(try reopened(journal).longestLife == delay)
  }

  @Test func otherContentIsRefused() async throws {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    _ = await run(1...3, journal, on: ScriptedCarrier())
    try await journal.flush()
    let carrier = ScriptedCarrier()
    let report = await run(1...3, try reopened(journal), on: carrier, views: 2)
    #expect(report.tally.refused == 3 && carrier.carried.isEmpty)
    #expect(report.stop == nil && !report.isCut)
  }

  @Test func aRefusedRepetitionStaysDone() async throws {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    _ = await run(1...3, journal, on: ScriptedCarrier())
    try await journal.flush()
    journal.release()
    for _ in 1...2 {
      let again = try Journal(path, header())
      let carrier = ScriptedCarrier()
      let report = await run(1...3, again, on: carrier, views: 2)
      try await again.flush()
      again.release()
      #expect(report.tally.refused == 3 && carrier.carried.isEmpty)
    }
  }

  @Test func sendsChangesThatDidNotBegin() async throws {
    defer { unlink(path) }
    let carrier = ScriptedCarrier { $0.id == "2" ? ClientError(.invalid, "no") : nil }
    let journal = try Journal(path, header())
    let report = await run(1...9, journal, on: carrier, continuesOnError: false)
    try await journal.flush()
    #expect(report.isCut && report.tally.failed == 1)
    let next = try reopened(journal)
    #expect(next.before.unknown == 0 && next.before.done == report.tally.ok)
  }

  @Test func doneChangesNeedNoPermission() async throws {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    _ = await run((1...6).map { Element($0) }, journal)
    try await journal.flush()
    let consent = DestroyConsent(limit: 2, isConfirmed: true)
    let report = await run((1...8).map { Element($0) }, try reopened(journal), consent: consent)
    #expect(report.stop == nil && report.tally.text == "2 ok, 6 done in earlier runs" && consent.left == 0)
  }

  @Test(
    arguments: [
      (.fail, "0 ok, 1 unknown"), (.retry, "1 ok"), (.skip, "0 ok, 1 unknown and skipped"),
    ] as [(StatementSafeguards.UnknownChangeRule, String)])
  func unknownChangesFollowTheOption(rule: StatementSafeguards.UnknownChangeRule, text: String) async throws {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    try await journal.intend([change(1)])
    let report = await run([Element(1, .success(change(1)))], try reopened(journal), rule: rule)
    #expect(report.tally.text == text && report.tally.isComplete == (rule == .retry))
  }

  /// A change that is sent again after a lookup has an outcome, even if another failure has already ended the statement.
  @Test func everySentChangeHasAnOutcome() async throws {
    defer { unlink(path) }
    var error = ClientError(.unknown, "no reply")
    error.wasSent = true
    let journal = try Journal(path, header())
    _ = await run(1...2, journal, on: ScriptedCarrier { [error] _ in error })
    try await journal.flush()
    error.kind = .badGateway
    let carrier = TakingCarrier(ScriptedCarrier(holds: 2) { [error] _ in error })
    let elements = (1...2).map { Element($0, .success(change($0))) }
    let report = await run(elements, try reopened(journal), on: carrier, rule: .retry, continuesOnError: false)
    #expect(report.tally.failed == 2 && report.tally.count == 2)
  }

  @Test func refusesARepeatedIdentity() async throws {
    defer { unlink(path) }
    let carrier = ScriptedCarrier()
    let report = await run([1, 2, 1], try Journal(path, header()), on: carrier)
    #expect(report.tally.ok == 2 && report.tally.refused == 1 && carrier.carried.count == 2)
  }

  @Test func aTornTailIsCut() async throws {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    _ = await run(1...3, journal, on: ScriptedCarrier())
    try await journal.flush()
    let whole = try Data(contentsOf: URL(filePath: path))
    for cut in [1, 7, 40] {
      let copy = path + ".\(cut)"
      defer { unlink(copy) }
      try whole.dropLast(cut).write(to: URL(filePath: copy))
      let next = try Journal(copy, header())
      // If the file lacks only the last newline, the last line still counts as complete.
      #expect(next.cutLines == (cut == 1 ? 0 : 1) && next.before.done == (cut == 1 ? 3 : 2))
    }
    var damaged = whole
    damaged[damaged.count / 2] ^= 0x40
    let copy = path + ".damaged"
    defer { unlink(copy) }
    try damaged.write(to: URL(filePath: copy))
    #expect(throws: JournalError.self) { try Journal(copy, header()) }
  }

  @Test func aJournalServesOneStatementAndOneRun() async throws {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    #expect(throws: JournalError.inUse(path, "journal", isHere: true)) { try Journal(path, header()) }
    try await journal.complete(at: "2026-01-02T00:00:00Z")
    let copy = path + ".copy"
    defer { unlink(copy) }
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    #expect(throws: JournalError.complete(copy, at: "2026-01-02T00:00:00Z")) { try Journal(copy, header()) }
    #expect(
      throws: JournalError.otherStatement(
        copy, ["queue posts in the journal, but authors in this statement"], recorded: 0)
    ) {
      try Journal(copy, header(queue: "authors"))
    }
    var other = header()
    other.broker = "rabbit@other /"
    #expect(throws: JournalError.otherBroker(copy, recorded: header().broker, here: other.broker, isByAddress: false)) {
      try Journal(copy, other)
    }
    try Data("{\"a\":1}\n".utf8).write(to: URL(filePath: copy))
    #expect(throws: JournalError.notAJournal(copy, .other, recorded: 0)) { try Journal(copy, header()) }
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func haltStopsAtASharesOfFailures() async {
    func halted(_ halt: FailureLimit, bad: Set<Int>) async -> (StatementReport, ScriptedCarrier) {
      let carrier = ScriptedCarrier { bad.contains(Int($0.id ?? "") ?? 0) ? ClientError(.invalid, "no") : nil }
      var guards = StatementSafeguards()
      guards.halt = halt
      var rest: [Element]? = (1...100).map { Element($0) }
      let dispatcher = ChangeDispatcher(
        StatementConsentsAndOutcomes(RunWideSafeguards(.given)), carrier, lateReplies: nil, guards: guards)
      let policy = SendingPolicy(window: 1, continuesOnError: true)
      let report = await dispatcher.run(
        StatementReport(), policy, consent: nil, next: { rest.take() }, observe: { _, _, _ in })
      return (report, carrier)
    }
    let (three, carrier) = await halted(.count(3), bad: [2, 4, 6, 8])
    #expect(three.stop is FailureLimitReached && carrier.carried.count == 6)
    let (share, few) = await halted(.share(0.1), bad: [1, 2, 3])
    #expect(share.stop is FailureLimitReached && few.carried.count == 20)
    let (fine, all) = await halted(.share(0.1), bad: [90, 91])
    #expect(fine.stop == nil && all.carried.count == 100)
  }

  @Test func aDryRunSendsNothingAndReturnsTheExpectedResult() throws {
    let carrier = DryRunCarrier()
    let create = Change(
      target: Change.posts, verb: .create, method: "create",
      params: ["data": ["type": "posts", "attributes": ["text": "a"]]], expires: true, timeout: nil)
    guard case .document(let document) = carrier.carry(create) else {
      Issue.record("no document")
      return
    }
    #expect(document.resource?["id"]?.stringValue == "dry-run-1")
  }

  @Test func aPersonSettlesUnknownChanges() async throws {
    defer { unlink(path) }
    let journal = try Journal(path, header())
    try await journal.intend([change(12), change(2)])
    journal.record(.done(.result(.null)), of: change(2))
    try await journal.flush()
    journal.release()
    let reading = try JournalSnapshot(path)
    #expect(reading.counts == (1, 0, 1) && reading.unknown.map(\.identity.text) == ["update posts 12"])
    let other = try Journal(existing: path)
    let unknown = try #require(other.unknown.first)
    let names = ["12", "2", "update posts 12"].map { unknown.isNamed(by: $0, queue: "posts") }
    #expect(names == [true, false, true])
    let link = ChangeIdentity(text: "link posts 10 tags tags/4")
    let linkNames = ["10", "10 tags tags/4", "posts", "tags", "4", "1"].map { link.isNamed(by: $0, queue: "posts") }
    #expect(linkNames == [true, true, false, false, false, false])
    other.settle(unknown, "again", id: nil)
    try await other.flush()
    #expect(try JournalSnapshot(path).counts == (1, 1, 0))
    #expect(throws: JournalError.self) { try Journal(existing: path + ".none") }
    #expect(!FileManager.default.fileExists(atPath: path + ".none"))
  }

  /// An iteration is unknown from its first recorded change on; an iteration without a recorded change sent nothing.
  ///
  /// retort records each change of an iteration before it sends the change.
  @Test func anIterationIsUnknownFromItsFirstChangeOn() async throws {
    defer { unlink(path) }
    let (idle, busy) = (ChangeIdentity(iteration: "1"), ChangeIdentity(iteration: "2"))
    let journal = try Journal(path, header())
    for identity in [idle, busy] { try await journal.begin(identity) }
    try await journal.add(change(12), to: busy, number: 1)
    try await journal.add(.update(13, ["views": 1]), to: busy, number: 2)
    journal.release()
    let next = try Journal(existing: path)
    #expect(next.known(idle) == .open && next.unknown == [busy] && next.before.unknown == 1)
    #expect(next.changes(of: busy) == ["update posts 12", "update posts 13"] && next.queues == ["posts"])
    // The messages of these changes never expire.
    #expect(next.longestLife == .zero)
    next.settle(busy, "again", id: nil)
    try await next.flush()
    #expect(try JournalSnapshot(path).counts == (0, 2, 0))
  }
}
