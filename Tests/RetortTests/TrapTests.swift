import Foundation
import Synchronization
import TestBench
import Testing

/// Tests that retort avoids traps in which other tools lose data or mislead their users.
///
/// The name of a test is usually the name of its trap.
@Suite(.timeLimit(.minutes(15))) final class TrapTests {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
  private static let prologue = "connect \"embedded:blog\"\nlet posts = client queue: \"posts\"\n"

  init() throws { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  /// Runs statements with the client `posts` of the sample.
  private func run(_ statements: String, _ options: String...) async -> Ran {
    await Ran.retort(options + ["-c", Self.prologue + statements])
  }

  private func file(_ name: String) -> String { "\(directory)/\(name)" }

  /// A resumed run skips the changes that its journal records as done, even if the input has changed.
  ///
  /// The second input is shorter and has another order. A tool that skips a number of elements would skip wrong ones.
  @Test("positional resume") func positionalResume() async {
    let journal = "journal: \"\(file("t.journal"))\" in-flight: 1"
    let ran = await run(
      """
      try do
        [1, 2, 9999, 3, 4] | update posts {views: 7} \(journal)
      rescue e
        warn e.kind
      end
      [4, 2, 1] | update posts {views: 7} \(journal)
      for id in [1, 2, 3, 4] do print (show posts id).views == 7 end
      """)
    #expect(ran.notes.contains("update posts: 1 ok, 2 done in earlier runs\n"), Comment(rawValue: ran.notes))
    #expect(ran.output == "true\ntrue\nfalse\ntrue\n")
  }

  /// A journal belongs to one vhost of one cluster, and a run can use any address of this cluster.
  @Test func aJournalBelongsToItsBroker() async throws {
    let (service, other) = (try await FakeService(), try await FakeService())
    let script =
      "connect\nlet posts = client queue: \"posts\"\n[1, N] | update posts {views: 7} journal: \"\(file("b.journal"))\" on-error: \"continue\""
    func run(_ id: Int, _ uri: String) async -> Ran {
      await Ran.retort("-c", script.replacing("N", with: "\(id)"), environment: ["RETORT_URL": uri])
    }
    #expect(await run(9999, service.vhost.uri).status == 5)
    let refused = await run(2, other.vhost.uri)
    #expect(refused.status == 6 && refused.notes.contains(" belongs to the broker "), "\(refused.notes)")
    let resumed = await run(2, service.vhost.uri.replacing("127.0.0.1", with: "localhost"))
    #expect(
      resumed.status == 0 && resumed.notes.contains("update posts: 1 ok, 1 done in earlier runs\n"), "\(resumed.notes)")
    for service in [service, other] { #expect(await service.stop().status == 0) }
  }

  /// retort refuses a change if it can't make the check that must come first, for example because a query fails.
  @Test("fail-open guards") func failOpenGuards() async throws {
    let changes = Mutex(0)
    let service = try await OddService { method, _ in
      if ["create", "update", "destroy"].contains(method) { changes.withLock { $0 += 1 } }
      return #""error":{"code":-32603,"message":"Internal error"}"#
    }
    for statement in [
      "destroy-all posts filter: {} confirm: true max: 5",
      "[1] | upsert posts key: .text",
      "[1] | update posts {a: 1} backup: \"\(file("b.ndjson"))\"",
    ] {
      #expect(await service.run(statement).status != 0)
    }
    await service.stop()
    #expect(changes.withLock { $0 } == 0)
    let vhost = try await PrivateBroker.shared.vhost()
    let unread = await Ran.retort(
      "-c",
      "connect\nlet posts = client queue: \"none\" type: \"posts\"\n[1] | update posts {a: 1} throttle: {depth: 5} patience: 100ms",
      environment: ["RETORT_URL": vhost.uri])
    #expect(unread.status == 6 && unread.notes.contains("the queue does not exist"), Comment(rawValue: unread.notes))
    let guarded = await Ran.retort(
      "--yes", "-c",
      "connect \"embedded:blog\" guard: \"read-only\"\nlet posts = client queue: \"posts\"\nupdate posts 1 {views: 1}")
    #expect(guarded.status == 6)
  }

  /// A dry run sends no request that changes data, and leaves no file behind.
  @Test("dry run with side effects") func dryRunWithSideEffects() async throws {
    let log = file("log.ndjson")
    let service = try await FakeService("--log", log)
    let ran = await Ran.retort(
      "--dry-run", "-c",
      """
      connect
      let posts = client queue: "posts"
      let made = create posts {text: "a"}
      update posts made.id {text: "b"}
      update posts 1 {text: "b"}
      destroy posts 1
      link posts 1 "tags" [{type: "tags", id: "1"}]
      relink posts 1 "author" {type: "authors", id: "2"}
      unlink posts 1 "tags" [{type: "tags", id: "1"}]
      call posts "publish" {id: "1"}
      upsert posts {text: "Post 12", state: "spam"} key: .text
      transition posts 1 to: "spam" via: {spam: "published"}
      1..9 | update posts {views: 1} journal: "\(file("d.journal"))" backup: "\(file("d.backup"))"
      1..9 | destroy posts
      [{text: "x"}] | create posts key: .text journal: "\(file("e.journal"))"
      [{text: "Post 12", state: "spam"}] | upsert posts key: .text
      for id in 1..3 do destroy posts id end
      1..3 | each journal: "\(file("f.journal"))" key: it do destroy posts it end
      destroy-all posts filter: {state: "spam"}
      """, environment: ["RETORT_URL": service.vhost.uri])
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    let methods = Set(lines.compactMap { $0.firstMatch(of: #/"method":"([a-z_]+)"/#).map { String($0.output.1) } })
    #expect(!methods.isEmpty && methods.isSubset(of: ["index", "show"]), "\(methods)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["log.ndjson"])
    #expect(await service.stop().status == 0)
  }

  /// Without a terminal, retort asks no question and destroys no resource.
  @Test(
    "prompts that disappear off a terminal and then proceed",
    arguments: [
      "destroy-all posts filter: {}", "1..9 | destroy posts", "for id in 1..9 do destroy posts id end",
      "1..9 | each do destroy posts it end", "[1, 2] | map (destroy posts it)",
      "def gone(id) do destroy posts id end\nfor id in 1..9 do gone id end",
      "for id in 1..9 do call posts \"destroy\" {id: \"1\"} end",
    ])
  func promptsThatDisappear(_ statement: String) async throws {
    let service = try await FakeService()
    let ran = await service.run(statement)
    #expect(ran.status == 6 && ran.output.isEmpty, Comment(rawValue: ran.notes))
    #expect(await service.run("count posts").output == "1000\n")
    #expect(await service.stop().status == 0)
  }

  /// retort reads every page of a list, even if the pages are small.
  @Test("page caps that warn and exit 0") func pageCaps() async {
    let ran = await run(
      """
      stream posts page: {size: 3} | count
      destroy-all posts filter: {} page: {size: 3} confirm: true
      count posts
      """)
    #expect(ran.status == 0 && ran.output == "1000\n1000\n0\n", Comment(rawValue: ran.notes))
  }

  /// A statement waits for slow replies, and the next statement runs only afterwards.
  @Test("fixed sleeps instead of completion") func fixedSleeps() async throws {
    let service = try await FakeService("--latency", "1500ms", "--workers", "8")
    let ran = await service.run("1..8 | update posts {views: 7} in-flight: 8 timeout: 60s\nprint \"after\"")
    #expect(ran == Ran(status: 0, output: "after\n", notes: "update posts: 8 ok\n"))
    #expect(await service.stop().status == 0)
  }

  /// If a service never replies, a statement ends at its timeout; every request has a timeout by default.
  @Test("unbounded waits", arguments: ["show posts 1", "[1] | update posts {views: 7} verify: false", "count posts"])
  func unboundedWaits(_ statement: String) async throws {
    let service = try await FakeService("--fault", "drop=1")
    let ran = await Ran.retort(
      ["-c", "connect\nlet posts = client queue: \"posts\"\nset timeout: 300ms\n" + statement],
      environment: ["RETORT_URL": service.vhost.uri])
    #expect(ran.status != 0 && (ran.notes.contains("error[timeout]") || ran.notes.contains("error[unknown]")))
    #expect(await service.stop().status == 0)
  }

  /// retort reports an unknown option, field or value as an error, and prints no result.
  @Test(
    "silently ignored input",
    arguments: [
      "stream posts colums: 3", "[1] | update posts {views: 1} on-error: \"contine\"", "stream posts | csv .nope",
      "stream posts | table .id .nope", "count posts filter: {state: null}", "count posts filter: null",
      "[1] | update posts {views: 1} unknown: \"retry\"", "[1] | each settle: 60s do print it end",
      "show posts 1 include: \"nobody\"",
    ])
  func silentlyIgnoredInput(_ statement: String) async {
    let ran = await run(statement)
    #expect(ran.status != 0 && ran.output.isEmpty && ran.notes.hasPrefix("error"), Comment(rawValue: ran.notes))
    #expect(await Ran.retort("--colums", "-c", "print 1").status == 2)
    #expect(await Ran.retort("-c", "print 1", "extra").status == 2)
  }

  /// The prompt, a script file, `-c` and standard input accept the same language, with the same output and status.
  @Test("two dialects") func twoDialects() async throws {
    let script = Self.prologue + "show posts 12 | select .id .text\nlet n = count posts\nn + 1\nshow posts 9999\n"
    let path = file("s.retort")
    try script.write(toFile: path, atomically: true, encoding: .utf8)
    let input = try FileHandle(forReadingFrom: URL(filePath: path))
    let runs = [
      await Ran.retort("-c", script), await Ran.retort(path),
      try await RunningProgram(["-"], input: input).ended(),
    ]
    for ran in runs {
      #expect(ran.status == 1 && ran.output == "{\"id\":\"12\",\"text\":\"Post 12\"}\n1001\n")
      #expect(ran.notes.hasPrefix("error[not-found]: "))
    }
    let prompt = try await PromptTerminal.onBlog()
    try await prompt.enters("let n = count posts")
    try await prompt.enters("n + 1")
    try await prompt.sees("1001")
    try await prompt.enters("show posts 9999")
    try await prompt.sees("error[not-found]")
  }

  /// Numbers keep all their digits when retort reads, sorts, writes and sends them.
  @Test("numbers through doubles") func numbersThroughDoubles() async throws {
    let rows = "[{\"id\":9007199254740993,\"n\":1.10},{\"id\":9007199254740992,\"n\":12345678901234567890.5}]"
    try rows.write(toFile: file("n.json"), atomically: true, encoding: .utf8)
    let ran = await run(
      """
      read "\(file("n.json"))" | sort .id | write "\(file("n.ndjson"))"
      read "\(file("n.ndjson"))" | json
      (update posts 1 {views: 9007199254740993}).views
      """)
    let sorted = "[{\"id\":9007199254740992,\"n\":12345678901234567890.5},{\"id\":9007199254740993,\"n\":1.10}]"
    #expect(ran.output == sorted + "\n9007199254740993\n", Comment(rawValue: ran.notes))
  }

  /// The option `in-flight:` limits the number of requests in flight, for a sink, an `each` and the session.
  @Test(
    "hard-coded concurrency",
    arguments: [
      ("1..30 | update posts {a: 1} in-flight: N", 1), ("1..30 | update posts {a: 1} in-flight: N", 5),
      ("1..30 | each in-flight: N do update posts it {a: 1} end", 3),
      ("set in-flight: N\n1..30 | update posts {a: 1}", 4),
    ])
  func hardCodedConcurrency(_ statement: String, _ window: Int) async throws {
    let (now, most) = (Counter(), Counter())
    let service = try await OddService { _, _ in
      most.raise(to: now.add(1))
      try? await Task.sleep(for: .milliseconds(20))
      _ = now.add(-1)
      return #""result":{"data":{"type":"posts","id":"1"}}"#
    }
    #expect(await service.run(statement.replacing("N", with: "\(window)")).status == 0)
    #expect(most.value <= window && (window == 1 || most.value > 1))
    await service.stop()
  }

  private final class Counter: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func add(_ step: Int) -> Int {
      number.withLock { number in
        number += step
        return number
      }
    }

    func raise(to value: Int) { number.withLock { $0 = max($0, value) } }
  }

  /// retort counts and names each failure of concurrent changes, and the exit status shows that there were failures.
  @Test("parallel errors swallowed") func parallelErrorsSwallowed() async {
    let sink = await run(
      """
      let r = [1, 9998, 2, 9999] | update posts {views: 1} in-flight: 4 on-error: "continue"
      print r.failed
      r.failures | map .element
      """)
    #expect(sink.status == 5 && sink.output == "2\n9998\n9999\n", Comment(rawValue: sink.notes))
    #expect(sink.notes.contains("update posts: 2 ok, 2 failed\n") && sink.notes.contains("and 1 more like this one"))
    let each = await run("[9997, 9998, 9999] | each in-flight: 3 do show posts it end")
    #expect(
      each.status == 1 && each.notes.contains("in the stage `each`, at the element 9997"), Comment(rawValue: each.notes)
    )
  }

  /// Only the owner can read the files of the history and of the learned schema.
  @Test("history in world-readable files") func historyInWorldReadableFiles() async throws {
    let prompt = try await PromptTerminal.onBlog(environment: ["XDG_STATE_HOME": file("state")])
    try await prompt.enters("let post = show posts 12")
    try prompt.types("exit\r")
    #expect(try await prompt.ended() == 0)
    let files = try #require(FileManager.default.enumerator(atPath: file("state")))
    var names: [String] = []
    for case let name as String in files {
      let attributes = try FileManager.default.attributesOfItem(atPath: file("state/\(name)"))
      let mode = try #require(attributes[.posixPermissions] as? Int)
      #expect(mode & 0o077 == 0, "\(name) has mode \(String(mode, radix: 8))")
      names.append(name)
    }
    #expect(names.contains { $0.contains("history") })
  }
}
