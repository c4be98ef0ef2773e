import Foundation
import Glibc
import TestBench
import Testing

/// Tests that a resumed run neither repeats nor loses a change of its journal (BulkChanges.md, "Resuming").
@Suite(.timeLimit(.minutes(15))) final class ProofTests {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path

  init() throws { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  private func file(_ name: String) -> String { "\(directory)/\(name)" }

  /// Returns the number of updates of each resource in a service's log; the key is the id of the resource.
  private func updates(_ log: String) throws -> [String: Int] {
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    return lines.reduce(into: [:]) { counts, line in
      guard let call = line.firstMatch(of: #/"method":"update","id":"(\d+)"/#) else { return }
      counts[String(call.output.1), default: 0] += 1
    }
  }

  /// An update without a reply stays unknown if the service stores another number than the update contains.
  ///
  /// No later run repeats this update, because a lookup can't decide whether the service carried it out.
  @Test func aRoundedUpdateIsNotRepeated() async throws {
    let log = file("log")
    let service = try await FakeService("--fault", "round", "--fault", "drop=15%", "--seed", "3", "--log", log)
    // The service also drops requests and replies of lookups, and such a lookup waits for the client's timeout of 2 s.
    let statement = """
      let posts = client queue: "posts" timeout: 2s
      stream posts page: {size: 200} retry: 9 timeout: 300ms | take 60 | collect \
      | update posts {views: .views * 1.1} journal: "\(file("j"))" timeout: 300ms on-error: "continue"
      """
    var (last, runs) = (Ran(status: 0, output: "", notes: ""), 0)
    // At its start, a resumed run sends a request to check that the service replies. If this request is lost, the run
    // ends with status 1.
    repeat {
      last = await service.run(statement)
      runs += 1
    } while runs < 4 || last.status == 1 && runs < 20
    #expect(last.status == 5 && last.notes.contains(" unknown\n"), Comment(rawValue: last.notes))
    #expect(await service.stop().status == 0)
    let updates = try updates(log)
    #expect(updates.count == 60 && updates.values.allSatisfy { $0 == 1 }, "\(updates)")
  }

  /// After a kill, a run without `settle:` repeats no create that a carrot_rpc service can still carry out.
  ///
  /// Such a service acknowledges requests immediately, and holds the requests in its own memory.
  @Test func aCreateThatACarrotServiceHoldsIsNotRepeated() async throws {
    let service = try await FakeService("--flavour", "carrot", "--latency", "1s", "--workers", "1")
    func script(timeout: String) -> String {
      """
      connect
      let posts = client queue: "posts" timeout: \(timeout)
      1..4 | map {text: "held \\(it)"} | create posts key: .text journal: "\(file("j"))" in-flight: 4 timeout: \(timeout) on-error: "continue"
      """
    }
    let environment = ["RETORT_URL": service.vhost.uri]
    let killed = try RunningProgram(["-c", script(timeout: "8s")], environment: environment)
    // When the journal contains the first outcome, the service still holds the other requests. It processes the
    // requests one by one.
    while !((try? String(contentsOfFile: file("j"), encoding: .utf8))?.contains("\"outcome\"") ?? false) {
      try await Task.sleep(for: .milliseconds(5))
    }
    killed.signal(SIGKILL)
    _ = try await killed.ended()
    // The service is busy with the requests of the killed run, so it replies to no read within the timeout.
    let resumed = await Ran.retort("-c", script(timeout: "200ms"), environment: environment)
    let done = (1...3).filter { resumed.notes.contains(": \($0) done, \(4 - $0) unknown, 0 left\n") }
    let held = try #require(done.first, Comment(rawValue: resumed.notes)) + 1
    #expect(resumed.status == 1 && resumed.notes.contains("error[timeout]: no reply to the request index"))
    let report = await Ran.retort("journal", file("j"))
    for number in held...4 {
      #expect(report.output.contains("create posts \"held \(number)\""), Comment(rawValue: report.output))
    }
    let later = await Ran.retort("-c", script(timeout: "8s"), environment: environment)
    #expect(later.notes.contains("create posts: 0 ok, 4 done in earlier runs\n"), Comment(rawValue: later.notes))
    let counted = await service.run(
      "for n in 1..4 do print (count posts filter: {text: \"held \\(n)\"} timeout: 60s) end")
    #expect(counted.output == "1\n1\n1\n1\n", Comment(rawValue: counted.notes))
    _ = await service.stop()
  }

  /// The next run looks up the changes that were in flight when the broker stopped, so each row is updated once.
  @Test func aRestartOfTheBrokerNeitherLosesNorDoublesAChange() async throws {
    let broker = try await PrivateBroker.start()
    let service = try await FakeService(on: broker, "--latency", "20ms", "--workers", "16")
    let sum = "stream posts page: {size: 500} | map .views | sum"
    let before = try #require(Int(await service.run(sum).output.filter(\.isNumber)))
    let script = """
      connect
      let posts = client queue: "posts" timeout: 2s
      stream posts page: {size: 500} | collect | update posts {views: .views + 1} in-flight: 16 on-error: "continue" journal: "\(file("j"))"
      """
    func run() async -> Ran { await Ran.retort("-c", script, environment: ["RETORT_URL": service.vhost.uri]) }
    let first = Task { await run() }
    while (try? String(contentsOfFile: file("j"), encoding: .utf8))?.split(separator: "\"outcome\"").count ?? 0 < 100 {
      try await Task.sleep(for: .milliseconds(5))
    }
    try await broker.restart()
    var notes = await first.value.notes
    for _ in 0..<6 where !notes.contains("was completed at") { notes = await run().notes }
    #expect(notes.contains("was completed at"), Comment(rawValue: notes))
    #expect(await service.run(sum).output == "\(before + 1000)\n")
    _ = await service.stop()
    await broker.stop()
  }

  /// A run refuses a journal that belongs to another broker, even if this broker had the same address.
  @Test func aJournalIsRefusedByAnotherBrokerAtTheSameAddress() async throws {
    let broker = try await PrivateBroker.start()
    let service = try await FakeService(on: broker)
    let script = """
      connect
      let posts = client queue: "posts"
      [1, 9999] | update posts {views: 7} journal: "\(file("j"))" on-error: "continue"
      """
    func run() async -> Ran { await Ran.retort("-c", script, environment: ["RETORT_URL": service.vhost.uri]) }
    #expect(await run().status == 5)
    try broker.evaluate("rabbit_nodes:set_cluster_name(<<\"another\">>, <<\"test\">>).")
    let refused = await run()
    #expect(
      refused.status == 6 && refused.notes.contains(" belongs to the broker "), Comment(rawValue: refused.notes))
    #expect(refused.notes.contains(", but this broker is another "), Comment(rawValue: refused.notes))
    _ = await service.stop()
    await broker.stop()
  }

  /// A run refuses a journal or backup that another run has open, and does so before it reads its input.
  @Test(arguments: [
    "update posts {views: 1} journal: \"J\"", "update posts {views: 1} backup: \"J\"",
    "each journal: \"J\" key: .a do update posts .a {views: 1} end",
  ]) func aFileInUseIsRefusedBeforeTheInputIsRead(_ stage: String) async throws {
    let descriptor = open(file("j"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX) == 0)
    let ran = await Ran.retort(
      "-c",
      """
      connect "embedded:blog"
      let posts = client queue: "posts"
      read "\(file("none.csv"))" | sort .a | \(stage.replacing("J", with: file("j")))
      """)
    #expect(ran.status == 6 && ran.notes.contains("is in use by another run"), Comment(rawValue: ran.notes))
  }
}
