import Foundation
import JSONAPI
import JSONRPC
import JSONText
import Synchronization
import Testing

@testable import Bulk
@testable import Client

/// Tests of the options that protect a bulk change, such as `retry:`, `verify:`, `backup:` and `throttle:`.
@Suite(.timeLimit(.minutes(1))) struct SafeguardTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).ndjson").path

  func run(
    _ changes: [Change], on carrier: ScriptedCarrier, window: Int = 4, _ guards: StatementSafeguards
  ) async -> StatementReport {
    var rest: [Element]? = changes.enumerated().map { Element($0.offset, .success($0.element)) }
    let late = LateReplies { _ in }
    let dispatcher = ChangeDispatcher(
      StatementConsentsAndOutcomes(RunWideSafeguards(.given)), carrier, lateReplies: late, guards: guards)
    return await dispatcher.run(
      StatementReport(), SendingPolicy(window: window, continuesOnError: true), consent: nil, next: { rest.take() },
      observe: { _, _, _ in })
  }

  func create(_ key: String) -> Change {
    Change(
      target: Change.posts, verb: .create, method: "create",
      params: ["data": ["type": "posts", "attributes": ["text": .string(key)]]], expires: true, timeout: .seconds(5),
      key: key)
  }

  func guards(retries: Int = 0, _ service: ScriptedService? = nil) -> StatementSafeguards {
    var guards = StatementSafeguards()
    guards.retries = retries
    guards.verification = .unknown
    guards.resolver = service.map { UnknownChangeResolver($0.client, keyField: "text", isSettled: false) }
    return guards
  }

  static func unknown(_ id: String) -> ClientError {
    var error = ClientError(.unknown, "no reply")
    error.wasSent = true
    error.call = ClientError.CallDescription(method: "update", label: "posts", queue: "posts", correlationID: id)
    return error
  }

  // MARK: - The option verify

  @Test func unknownChangesAreLookedUpAtTheEnd() async {
    let service = ScriptedService(["1": ["views": 2], "2": ["views": 1]])
    let carrier = ScriptedCarrier { Self.unknown($0.id ?? "") }
    let report = await run(
      [.update(1, ["views": 2]), .update(2, ["views": 2]), create("a")], on: carrier, guards(service))
    #expect(report.tally.ok == 1 && report.tally.unknown == 2)
    #expect(report.tally.text == "1 ok, 1 of them confirmed later, 2 unknown")
    #expect(carrier.carried.count == 3)
  }

  @Test func threeLookupsWithoutReplyEndThem() async {
    let service = ScriptedService(isSilent: true)
    let report = await run(
      (1...40).map { .update($0, ["views": 2]) }, on: ScriptedCarrier { Self.unknown($0.id ?? "") }, guards(service))
    #expect(report.tally.unknown == 40)
    #expect(3...5 ~= service.reads)
  }

  @Test func aCreateThatWasMadeTwiceIsNamed() async {
    let service = ScriptedService(["1": ["text": "a"], "2": ["text": "a"], "3": ["text": "b"]])
    var all = guards(service)
    all.verification = .all
    let report = await run([create("a"), create("b")], on: ScriptedCarrier(), all)
    #expect(report.tally.ok == 1 && report.tally.failed == 1)
    #expect(
      report.tally.groups.first?.outcome.error?.message
        == "the create may have been carried out twice: 2 resources have its key")
  }

  // MARK: - The option backup

  @Test func aBackupKeepsTheFirstImage() async throws {
    defer { unlink(path) }
    let service = ScriptedService(["1": ["views": 1], "2": ["views": 1]])
    let carrier = ScriptedCarrier { change in
      service.set(change.id ?? "", ["views": 2])
      return nil
    }
    for _ in 0..<2 {
      var guards = StatementSafeguards()
      let backup = try Backup(path, service.client, .posts, Query())
      guards.backup = backup
      let report = await run([.update(1, ["views": 2]), .update(2, ["views": 2])], on: carrier, guards)
      #expect(report.tally.ok == 2)
      backup.release()
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").sorted()
    let images = lines.map { $0.replacing(#/,"meta":.*/#, with: "}") }
    #expect(
      images == [
        #"{"type":"posts","id":"1","attributes":{"views":1}}"#, #"{"type":"posts","id":"2","attributes":{"views":1}}"#,
      ])
    #expect(lines.contains { $0.hasSuffix(#","meta":{"retort-backup":{"broker":"b","queue":"posts","meta":{}}}}"#) })
  }

  /// Equal ids with another `meta` can mean other resources; an image of an earlier version counts for every `meta`.
  @Test(arguments: [true, false]) func aBackupHasAnImageForEachMeta(isEarlier: Bool) async throws {
    defer { unlink(path) }
    if isEarlier {
      let image = #"{"type":"posts","id":"1","meta":{"retort-backup":{"broker":"b","queue":"posts"}}}"# + "\n"
      try image.write(toFile: path, atomically: true, encoding: .utf8)
    }
    var images: [Int] = []
    for meta in [[:], ["tenant": "a"], ["tenant": "b"], ["tenant": "a"], [:]] as [JSONObject] {
      var guards = StatementSafeguards()
      let service = ScriptedService(["1": ["views": 1], "2": ["views": 1]])
      let backup = try Backup(path, service.client, .posts, Query(), meta: meta)
      guards.backup = backup
      _ = await run([.update(1, ["views": 2]), .update(2, ["views": 2])], on: ScriptedCarrier(), guards)
      images.append(2 - backup.presentCount)
      backup.release()
    }
    #expect(images == (isEarlier ? [1, 1, 1, 0, 0] : [2, 2, 2, 0, 0]))
  }

  /// Another change of a resource also waits until the image of the resource is on the disk.
  @Test func everyChangeWaitsForTheImage() async throws {
    defer { unlink(path) }
    let service = ScriptedService(Dictionary(uniqueKeysWithValues: (1...100).map { ("\($0)", ["views": 1]) }))
    let path = path
    let missing = Mutex(0)
    let carrier = ScriptedCarrier { change in
      let images = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      if !images.contains("\"id\":\"\(change.id ?? "")\"") { missing.withLock { $0 += 1 } }
      return nil
    }
    var guards = StatementSafeguards()
    let backup = try Backup(path, service.client, .posts, Query())
    guards.backup = backup
    let changes = (1...100).flatMap { [Change.update($0, ["views": 2]), .update($0, ["views": 2])] }
    let report = await run(changes, on: carrier, window: 16, guards)
    #expect(report.tally.ok == 200 && missing.withLock { $0 } == 0)
    backup.release()
  }

  /// Resources of another queue or broker can have the same types and ids.
  @Test(arguments: [BackupSourceQueue(broker: "b", queue: "other"), BackupSourceQueue(broker: "c", queue: "posts")])
  func aBackupOfAnotherTargetIsRefused(_ other: BackupSourceQueue) async throws {
    defer { unlink(path) }
    let service = ScriptedService(["1": ["views": 1]])
    var guards = StatementSafeguards()
    let backup = try Backup(path, service.client, .posts, Query())
    guards.backup = backup
    _ = await run([.update(1, ["views": 2])], on: ScriptedCarrier(), guards)
    #expect(backup.presentCount == 0)
    backup.release()
    #expect(throws: JournalError.otherTarget(path, recorded: .posts, here: other)) {
      try Backup(path, service.client, other, Query())
    }
    let again = try Backup(path, service.client, .posts, Query())
    guards.backup = again
    _ = await run([.update(1, ["views": 2])], on: ScriptedCarrier(), guards)
    #expect(again.presentCount == 1)
    again.release()
    // A backup of an earlier version does not contain its target.
    let text = try String(contentsOfFile: path, encoding: .utf8).replacing(#/,"meta":.*/#, with: "}")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    _ = try Backup(path, service.client, other, Query())
  }

  @Test func aChangeWithoutABackupIsNotSent() async throws {
    defer { unlink(path) }
    let carrier = ScriptedCarrier()
    var guards = StatementSafeguards()
    guards.backup = try Backup(path, ScriptedService().client, .posts, Query())
    let report = await run([.update(1, ["views": 2]), .destroy(2)], on: carrier, guards)
    #expect(carrier.carried.isEmpty && report.tally.failed == 1 && report.tally.absent == 1)
    #expect(!report.tally.hasSent || report.tally.absent == 1)
  }

  @Test(arguments: ["hello\n{}\n", #"{"a":1}"# + "\n" + #"{"type":"posts","id":"1"}"# + "\n"])
  func aFileOfOtherLinesIsNoBackup(text: String) throws {
    defer { unlink(path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(throws: JournalError.notABackup(path)) { try Backup(path, ScriptedService().client, .posts, Query()) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test func aTornLastLineOfABackupIsCut() throws {
    defer { unlink(path) }
    try (#"{"type":"posts","id":"1"}"# + "\n{\"ty").write(toFile: path, atomically: true, encoding: .utf8)
    _ = try Backup(path, ScriptedService().client, .posts, Query())
    #expect(try String(contentsOfFile: path, encoding: .utf8) == #"{"type":"posts","id":"1"}"# + "\n")
  }

  @Test(arguments: ["hello\n", "hello", "{\"a\"", "{\"a\":1}", "{}\n", "{\"type\":\"posts\"}"])
  func aFileWithoutImagesKeepsItsContent(text: String) throws {
    defer { unlink(path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(throws: JournalError.notABackup(path)) { try Backup(path, ScriptedService().client, .posts, Query()) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test func aCompleteLastLineWithoutItsEndIsKept() throws {
    defer { unlink(path) }
    let line = #"{"type":"posts","id":"1"}"#
    try line.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try !Backup(path, ScriptedService().client, .posts, Query()).isCut)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == line + "\n")
  }

  // MARK: - The throttle

  @Test func changesWaitWhileTheQueueIsDeep() async {
    let depths = Mutex([60, 70, 10])
    let throttle = ServiceLoadThrottle(.init(depth: 50, p95: nil, patience: .seconds(30))) {
      QueueState(messages: depths.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }, consumers: 1)
    } sample: {
    }
    var guards = StatementSafeguards()
    guards.throttle = throttle
    let carrier = ScriptedCarrier { _ in
      #expect(depths.withLock(\.count) == 1)
      return nil
    }
    let report = await run((1...9).map { .destroy($0) }, on: carrier, guards)
    #expect(report.tally.ok == 9 && throttle.reason == nil)
  }

  @Test func itSendsNoMoreAtOnceThanTheDepthAllows() async {
    let throttle = ServiceLoadThrottle(.init(depth: 3, p95: nil, patience: .seconds(30))) {
      QueueState(messages: 0, consumers: 1)
    } sample: {
    }
    var guards = StatementSafeguards()
    guards.throttle = throttle
    let carrier = ScriptedCarrier()
    _ = await run((1...40).map { .destroy($0) }, on: carrier, window: 16, guards)
    #expect(carrier.most <= 3 && carrier.carried.count == 40)
  }

  @Test func aPauseEndsWithItsPatience() async {
    var guards = StatementSafeguards()
    guards.throttle = ServiceLoadThrottle(.init(depth: 50, p95: nil, patience: .milliseconds(150))) {
      throw LinkError(.accessRefused, "the queue is exclusive to another connection")
    } sample: {
    }
    let carrier = ScriptedCarrier()
    let report = await run((1...9).map { .destroy($0) }, on: carrier, guards)
    #expect(carrier.carried.isEmpty && report.tally.count == 0)
    let end = report.stop as? ServiceLoadThrottle.PatienceExhausted
    #expect(end?.reason == "the queue's depth can't be read: the queue is exclusive to another connection")
  }

  @Test func changesWaitWhileTheBrokerIsBlocked() async {
    let blocked = Mutex([true, true])
    let throttle = ServiceLoadThrottle(.init(depth: nil, p95: .seconds(9), patience: .seconds(30))) {
      blocked.withLock { $0.popLast() ?? false }
    } probe: {
      nil
    } sample: {
    }
    var guards = StatementSafeguards()
    guards.throttle = throttle
    let carrier = ScriptedCarrier { _ in
      #expect(blocked.withLock { $0 } == [])
      return nil
    }
    let report = await run((1...9).map { .destroy($0) }, on: carrier, guards)
    #expect(report.tally.ok == 9 && throttle.reason == nil)
  }

  @Test func aBlockedBrokerEndsTheStatementAfterItsPatience() async {
    var guards = StatementSafeguards()
    guards.throttle = ServiceLoadThrottle(.init(depth: 5, p95: nil, patience: .milliseconds(150))) {
      true
    } probe: {
      QueueState(messages: 0, consumers: 1)
    } sample: {
    }
    let carrier = ScriptedCarrier()
    let report = await run((1...9).map { .destroy($0) }, on: carrier, guards)
    #expect(carrier.carried.isEmpty)
    #expect((report.stop as? ServiceLoadThrottle.PatienceExhausted)?.reason == "the broker accepts no messages for now")
  }

  /// A note says once that `depth` in `throttle:` has no effect.
  ///
  /// The queue stays empty if the service takes every request immediately, even if the service has much work.
  @Test(arguments: [(1, true), (4, false)]) func aMeaninglessDepthIsNotedOnce(
    _ consumers: Int, _ isNoted: Bool
  ) async throws {
    let notes = Mutex<[String]>([])
    let readings = Mutex(0)
    let throttle = ServiceLoadThrottle(.init(depth: 50, p95: nil, patience: .seconds(30))) {
      false
    } note: { text in
      notes.withLock { $0.append(text) }
    } probe: {
      readings.withLock { $0 += 1 }
      return QueueState(messages: 0, consumers: consumers)
    } sample: {
    }
    for _ in 0..<5 { #expect(await throttle.begin()) }
    while readings.withLock({ $0 < 25 }) {
      #expect(await throttle.begin())
      throttle.end(after: .milliseconds(1), isAnswered: true)
      try await Task.sleep(for: .milliseconds(5))
    }
    let shown = notes.withLock { $0 }
    #expect(shown.count == (isNoted ? 1 : 0))
    #expect(shown.allSatisfy { $0.contains("depth in the option throttle: has no effect") })
  }

  @Test func aSlowServiceIsSampledUntilItIsFast() async {
    let throttle = ServiceLoadThrottle(.init(depth: nil, p95: .milliseconds(200), patience: .seconds(30))) {
      nil
    } sample: {
    }
    for _ in 0..<30 {
      #expect(await throttle.begin())
      throttle.end(after: .seconds(1), isAnswered: true)
    }
    #expect(await throttle.begin())
    #expect(throttle.reason == nil)
  }

  // MARK: - Control of a run by retort ctl

  @Test func aPausedRunSendsNothingUntilItIsResumed() async {
    let account = RunWideSafeguards(.given)
    let carrier = ScriptedCarrier()
    account.control.pause()
    #expect(account.control.status == "no statement is running\npaused by retort ctl")
    let number = account.control.add { "destroy posts 0" }
    #expect(account.control.status == "destroy posts 0\npaused by retort ctl")
    let run = Task {
      var rest: [Element]? = (1...9).map { Element($0) }
      let dispatcher = ChangeDispatcher(StatementConsentsAndOutcomes(account), carrier, lateReplies: nil)
      return await dispatcher.run(
        StatementReport(), SendingPolicy(window: 4, continuesOnError: true), consent: nil, next: { rest.take() },
        observe: { _, _, _ in })
    }
    try? await Task.sleep(for: .milliseconds(20))
    #expect(carrier.carried.isEmpty)
    account.control.limit(perSecond: 10_000)
    account.control.resume()
    #expect(await run.value.tally.ok == 9)
    account.control.remove(number)
    account.control.limit(perSecond: nil)
    #expect(account.control.status == "no statement is running")
  }

  @Test func aSingleChangeWaitsWhileItsRunIsPaused() async {
    let opened = Mutex(0)
    let account = RunWideSafeguards(.given, control: RemoteRunControl { _ in opened.withLock { $0 += 1 } })
    let carrier = ScriptedCarrier()
    let dispatcher = ChangeDispatcher(StatementConsentsAndOutcomes(account), carrier, lateReplies: nil)
    account.control.pause()
    #expect(opened.withLock { $0 } == 0)
    let change = Task { await dispatcher.send(.destroy(1), consent: nil) }
    try? await Task.sleep(for: .milliseconds(20))
    #expect(carrier.carried.isEmpty)
    account.control.resume()
    #expect(await change.value.isGood && carrier.carried == ["1"])
    #expect(await dispatcher.send(.destroy(2), consent: nil).isGood && opened.withLock { $0 } == 1)
  }

  // MARK: - Percentiles of latencies

  @Test func percentilesAreWithinTenPercent() throws {
    var latencies = LatencyHistogram()
    #expect(latencies.percentile(0.5) == nil)
    for milliseconds in 1...1000 { latencies.add(.milliseconds(milliseconds)) }
    for (share, right) in [(0.5, 500.0), (0.95, 950), (0.01, 10), (1, 1000)] {
      let found = try #require(latencies.percentile(share)) / .milliseconds(1)
      #expect(abs(found / right - 1) < 0.1, "\(share): \(found)")
    }
    latencies.add(.zero)
    latencies.add(.seconds(1_000_000))
    #expect(latencies.count == 1002)
  }
}

extension BackupSourceQueue {
  fileprivate static let posts = BackupSourceQueue(broker: "b", queue: "posts")
}
