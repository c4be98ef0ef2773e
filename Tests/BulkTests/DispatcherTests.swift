import Client
import JSONText
import Synchronization
import Testing

@testable import Bulk

/// Tests of the dispatcher of bulk changes, which sends changes here to a scripted carrier instead of a service.
@Suite(.timeLimit(.minutes(1))) struct DispatcherTests {
  private struct SourceFailure: Error {}

  /// Whether the carrier waits for each reply in a task for the change (`inTasks`), or uses no task for a change
  /// (`taking`).
  enum Sending: CaseIterable, Sendable { case inTasks, taking }

  /// Runs a statement whose source returns the elements in pages of three.
  private func run(
    _ elements: [Element], _ sending: Sending = .inTasks, on scripted: ScriptedCarrier, window: Int = 4,
    continuesOnError: Bool = false,
    account: StatementConsentsAndOutcomes = StatementConsentsAndOutcomes(RunWideSafeguards(.given)),
    consent: DestroyConsent? = nil,
    failsAfter pages: Int = .max
  ) async -> StatementReport {
    var rest = elements[...]
    var count = 0
    let policy = SendingPolicy(window: window, continuesOnError: continuesOnError)
    let carrier: any ChangeCarrier = sending == .taking ? TakingCarrier(scripted) : scripted
    return await ChangeDispatcher(account, carrier, lateReplies: nil).run(StatementReport(), policy, consent: consent) {
      count += 1
      if count > pages { throw SourceFailure() }
      guard !rest.isEmpty else { return nil }
      defer { rest = rest.dropFirst(3) }
      return Array(rest.prefix(3))
    } observe: { _, _, _ in
    }
  }

  @Test(arguments: Sending.allCases) func asManyAreInFlightAsTheWindowIsWide(_ sending: Sending) async {
    let carrier = ScriptedCarrier(holds: 4)
    let report = await run((0..<40).map { Element($0) }, sending, on: carrier)
    #expect(report.tally.ok == 40 && carrier.most == 4 && carrier.carried.count == 40)
  }

  @Test(arguments: Sending.allCases) func oneAtATimeKeepsTheOrder(_ sending: Sending) async {
    let carrier = ScriptedCarrier()
    _ = await run((0..<20).map { Element($0) }, sending, on: carrier, window: 1)
    #expect(carrier.carried == (0..<20).map(String.init))
  }

  @Test(arguments: Sending.allCases) func updatesOfOneResourceKeepTheirOrder(_ sending: Sending) async {
    let carrier = ScriptedCarrier(yields: 100)
    let ids = [1, 2, 1, 3, 1, 2, 2, 4, 5, 6, 1]
    let report = await run(ids.map { Element(.success(.update($0, [:]))) }, sending, on: carrier)
    #expect(report.tally.ok == ids.count && carrier.carried.count == ids.count)
    #expect(!carrier.overlaps && carrier.most > 1)
  }

  @Test(arguments: Sending.allCases) func aFailureEndsTheWaitForAResource(_ sending: Sending) async {
    let carrier = ScriptedCarrier(yields: 100) { $0.id == "2" ? ClientError(.invalid, "no") : nil }
    let report = await run([1, 2, 1, 1, 1].map { Element(.success(.update($0, [:]))) }, sending, on: carrier)
    #expect(report.tally.failed == 1 && report.isCut && carrier.carried.count < 5)
  }

  @Test(arguments: Sending.allCases) func aCancellationEndsTheWaitForAResource(_ sending: Sending) async {
    let carrier = ScriptedCarrier(yields: 100)
    let elements = [1, 1, 2, 2, 1].map { Element(.success(.update($0, [:]))) }
    let statement = Task { await run(elements, sending, on: carrier) }
    statement.cancel()
    #expect(await statement.value.tally.ok < 5)
  }

  @Test(arguments: Sending.allCases) func theFirstFailureStopsLaterChanges(_ sending: Sending) async {
    let carrier = ScriptedCarrier { $0.id == "2" ? ClientError(.invalid, "no") : nil }
    let report = await run((0..<20).map { Element($0) }, sending, on: carrier, window: 1)
    #expect(report.tally.ok == 2 && report.tally.failed == 1 && report.isCut && carrier.carried.count == 3)
    let all = await run((0..<20).map { Element($0) }, sending, on: carrier, window: 1, continuesOnError: true)
    #expect(all.tally.ok == 19 && all.tally.failed == 1 && !all.isCut)
  }

  @Test(arguments: Sending.allCases) func aDroppedChangeHasNoReplyTime(_ sending: Sending) async {
    let carrier = ScriptedCarrier(holds: 1) { $0.id == "2" ? ClientError(.interrupted, "not sent") : nil }
    let report = await run((0..<3).map { Element($0) }, sending, on: carrier, window: 1)
    #expect(report.tally.ok == 2 && report.latencies.count == (sending == .inTasks ? 2 : 0))
  }

  @Test(arguments: Sending.allCases) func theChangesBeforeARefusedElementAreAwaited(_ sending: Sending) async {
    let elements = [Element(1), Element(2, .failure(.same)), Element(3, .failure(.repeated(.none))), Element(4)]
    let carrier = ScriptedCarrier()
    let report = await run(elements, sending, on: carrier, window: 1)
    #expect(report.tally.ok == 2 && report.tally.refused == 1 && report.isCut)
    #expect(carrier.carried == ["1"])
  }

  @Test(arguments: Sending.allCases) func everyErrorHasItsOutcome(_ sending: Sending) async {
    @Sendable func error(_ kind: ClientError.Kind, wasSent: Bool = true) -> ClientError {
      var error = ClientError(kind, "\(kind)")
      error.wasSent = wasSent
      return error
    }
    let errors: [(ClientError, KeyPath<OutcomeTally, Int>)] = [
      (error(.notFound), \.absent), (error(.unknown), \.unknown), (error(.malformed), \.unknown),
      (error(.malformed, wasSent: false), \.failed), (error(.invalid), \.failed),
      (error(.noRoute, wasSent: false), \.failed),
    ]
    for (error, count) in errors {
      let report = await run([Element(1)], sending, on: ScriptedCarrier { _ in error })
      #expect(report.tally[keyPath: count] == 1 && report.tally.count == 1, "\(error.kind)")
      #expect(report.tally.hasSent == error.wasSent)
    }
    let dropped = await run([Element(1)], sending, on: ScriptedCarrier { _ in error(.interrupted, wasSent: false) })
    #expect(dropped.tally.count == 0)
  }

  @Test(arguments: Sending.allCases) func theChangesBeforeASourcesErrorAreAwaited(_ sending: Sending) async {
    let carrier = ScriptedCarrier()
    let report = await run((0..<20).map { Element($0) }, sending, on: carrier, failsAfter: 2)
    #expect(report.tally.ok == 6 && report.stop is SourceFailure)
  }

  @Test(arguments: Sending.allCases) func aLimitStopsAtItsElement(_ sending: Sending) async {
    let carrier = ScriptedCarrier()
    let limited = StatementConsentsAndOutcomes(RunWideSafeguards(.limited(4)))
    let report = await run((0..<20).map { Element($0) }, sending, on: carrier, account: limited)
    #expect(carrier.carried.count == 4 && report.tally.ok == 4)
    guard let refused = report.stop as? ChangeRefusedBeforeSendingError, case .runLimit(4) = refused.refusal else {
      Issue.record("the limit is not what stopped it")
      return
    }
    #expect((refused.element as? Element)?.number == 4)
    let consent = DestroyConsent(limit: 2, isConfirmed: true)
    let confirmed = await run((0..<20).map { Element($0) }, sending, on: ScriptedCarrier(), consent: consent)
    #expect(confirmed.tally.ok == 2 && consent.left == 0 && confirmed.stop is ChangeRefusedBeforeSendingError)
  }

  /// Destroys that a failure prevents don't count against the limits.
  @Test(arguments: Sending.allCases) func unsentDestroysCanBeSentLater(_ sending: Sending) async {
    let account = StatementConsentsAndOutcomes(RunWideSafeguards(.limited(7)))
    let consent = DestroyConsent(limit: 7, isConfirmed: true)
    let failing = ScriptedCarrier { _ in ClientError(.noRoute, "no queue") }
    let failed = await run((0..<6).map { Element($0) }, sending, on: failing, account: account, consent: consent)
    #expect(failed.tally.failed >= 1 && account.run.left == 7 && consent.left == 7)
    let carrier = ScriptedCarrier { $0.id == "2" ? ClientError(.interrupted, "not sent") : nil }
    let report = await run(
      (0..<6).map { Element($0) }, sending, on: carrier, continuesOnError: true, account: account, consent: consent)
    #expect(report.tally.ok == 5 && account.run.left == 2 && consent.left == 2)
    let one = ChangeDispatcher(account, failing, lateReplies: nil)
    _ = await one.send(.destroy(1), consent: consent)
    #expect(account.run.left == 2 && consent.left == 2)
  }

  @Test(arguments: Sending.allCases) func refusesChangesOfAStreamedQueue(_ sending: Sending) async {
    let account = StatementConsentsAndOutcomes(RunWideSafeguards(.given))
    let mark = account.run.streams.mark(broker: Change.posts.broker, queue: "posts")
    let carrier = ScriptedCarrier()
    let report = await run([Element(1)], sending, on: carrier, account: account)
    withExtendedLifetime(mark) {}
    #expect(carrier.carried.isEmpty && report.stop is ChangeRefusedBeforeSendingError)
  }

  @Test(arguments: Sending.allCases) func aCancelledStatementBeginsNoMore(_ sending: Sending) async {
    let carrier = ScriptedCarrier()
    let task = Task { await run((0..<20).map { Element($0) }, sending, on: carrier, window: 1) }
    task.cancel()
    let report = await task.value
    #expect(report.tally.count == carrier.carried.count && report.stop == nil)
  }

  @Test func aChangeIsJSONAndBack() throws {
    let number = try #require(JSONNumber(text: "1.10"))
    let update = Change.update(7, ["views": .number(number)])
    var params = update.params
    params["meta"] = ["host": "here", "password": "secret"]
    let change = Change(
      target: update.target, verb: .update, method: "update", params: params, expires: true, timeout: nil)
    let json = change.json
    #expect(
      !JSONValue.object(json).text.contains("\"secret\":\"secret\"") && JSONValue.object(json).text.contains("1.10"))
    #expect(Change(json: json, meta: ["password": "secret"]) == change)
    #expect(Change(json: ["broker": "x"], meta: [:]) == nil)
    #expect(Change(json: Change.destroy(3).json, meta: [:]) == Change.destroy(3))
  }

  /// A secret in a list or in an object is not in the JSON of a change, and only its hash is in a journal.
  @Test(arguments: [#"[{"token": "secret0"}]"#, #"{"token": "secret0"}"#, #"[[{"tokens": ["secret0"]}]]"#])
  func secretsAtAnyDepthAreHidden(_ text: String) throws {
    let value = try JSONValue(parsing: Array(text.utf8))
    let update = Change.update(7, ["a": value])
    #expect(!JSONValue.object(update.content.hashingSecrets).text.contains("secret0"))
    var params = update.params
    params["meta"] = ["auth": value]
    let change = Change(
      target: update.target, verb: .update, method: "update", params: params, expires: true, timeout: nil)
    let json = change.json
    #expect(json["params"]?["meta"].map { !$0.text.contains("secret0") } ?? false)
    #expect(Change(json: json, meta: ["auth": value]) == change)
    #expect(Change.secrets(of: json, missingIn: ["auth": value]).isEmpty)
    #expect(Change.secrets(of: json, missingIn: [:]).first?.hasPrefix("auth.token") == true)
  }

  @Test(arguments: [("destroy", true), ("bulk_delete", true), ("Destroy_All", true), ("publish", false)])
  func aMethodThatDestroysIsKnownByItsName(method: String, destroys: Bool) {
    let change = Change(target: Change.posts, verb: .call, method: method, params: [:], expires: true, timeout: nil)
    #expect(change.destroys == destroys)
  }
}
