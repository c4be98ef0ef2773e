import Foundation
import RetortShell
import Synchronization
import TestBench
import Testing

/// Tests of the progress that a statement shows at a terminal if it reads for more than a second.
@Suite(.timeLimit(.minutes(15))) struct LongReadTests {
  private final class Shown: Sendable {
    let lines = Mutex<[String]>([])
    let notes = Mutex("")
  }

  /// Runs a statement on a slow service, and returns the progress lines and the text on standard error (`notes`).
  private func run(_ statement: String, _ options: String...) async throws -> (lines: [String], notes: String) {
    let (shown, service) = (Shown(), try await FakeService("--latency", "100ms"))
    let console = Console(
      write: { _ in true }, note: { text in shown.notes.withLock { $0 += text } },
      status: { line in if let line { shown.lines.withLock { $0.append(line) } } })
    let status = await RetortShell.run(
      arguments: options + ["-c", "connect\nlet posts = client queue: \"posts\"\n" + statement], console: console,
      environment: ["RETORT_URL": service.vhost.uri, "TERM": "xterm"])
    #expect(status == 0, "\(shown.notes.withLock { $0 })")
    #expect(await service.stop().status == 0)
    return (shown.lines.withLock { $0 }, shown.notes.withLock { $0 })
  }

  private static let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).ndjson")

  @Test(arguments: [
    "let all = stream posts page: {size: 60} | collect",
    "stream posts page: {size: 60} | sort .views | count",
    "stream posts page: {size: 60} | group .state | count",
    "stream posts page: {size: 60} | count",
    "stream posts page: {size: 60} | ndjson",
    "stream posts page: {size: 60}",
    "stream posts page: {size: 60} | index-by .id | count",
    "stream posts page: {size: 60} | write \"\(file.path)\"",
    "let n = length((stream posts page: {size: 60} | map .id))",
    "diff (stream posts page: {size: 60} | select .id) [] key: .id | count",
    "for post in stream posts page: {size: 60} do print post.id end",
    "stream posts page: {size: 60} | each do print .id end",
    "1..20 | map (show posts it) | count",
  ]) func aReadShowsItsProgress(_ statement: String) async throws {
    defer { try? FileManager.default.removeItem(at: Self.file) }
    let lines = try await run(statement).lines
    let label = statement.count > 30 ? String(statement.prefix(27)) + "..." : statement
    let line = try Regex("^\(NSRegularExpression.escapedPattern(for: label))  \\[=* *\\]  \\d+/\\d+ \\d+ %  \\d+/s")
    #expect(lines.contains { $0.prefixMatch(of: line) != nil }, "\(lines)")
  }

  @Test func aLoopShowsItsChanges() async throws {
    let lines = try await run("for id in 1..20 do update posts id {views: 7} end").lines
    #expect(lines.contains { $0.wholeMatch(of: #/for id in .*  ok \d+  \d+/s.*/#) != nil }, "\(lines)")
    let others = try await run("let n = 0\nwhile n < 20 do update posts 1 {views: 7}; let n = n + 1 end").lines
    #expect(others.contains { $0.wholeMatch(of: #/while n < 20 .*  \d+  ok \d+  \d+/s/#) != nil }, "\(others)")
  }

  @Test func quietHidesTheProgress() async throws {
    #expect(try await run("stream posts page: {size: 60} | count", "--quiet").lines.isEmpty)
  }
}
