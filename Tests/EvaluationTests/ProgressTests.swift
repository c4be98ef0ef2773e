import Bulk
import JSONRPC
import Synchronization
import Testing

@testable import Evaluation
import Values

/// Tests of the progress of a statement: the count of its elements, and the text of the progress line.
@Suite(.timeLimit(.minutes(1))) struct ProgressTests {
  @Test func aLineHasTheCountTheShareAndTheTime() {
    var line = ProgressLine(label: "sort posts", done: 420, total: 1000, perSecond: 100)
    #expect(line.text(hasBar: true) == "sort posts  [====      ]  420/1000 42 %  100/s  ETA 6 s")
    line.counts = [("ok", 419), ("failed", 1), ("absent", 0)]
    line.p95 = .milliseconds(24)
    line.reason = "queue depth 51 > 50"
    #expect(
      line.text(hasBar: false)
        == "sort posts  420/1000 42 %  ok 419  failed 1  100/s  p95 24 ms  ETA 6 s  waiting: queue depth 51 > 50")
    (line.lookups, line.reason) = ((3, 10), nil)
    #expect(line.text(hasBar: false) == "sort posts  420/1000 42 %  ok 419  failed 1  looked up 3 of 10")
    #expect(
      ProgressLine(label: "each", done: 3, perSecond: 0, lookups: (3, 10)).text(hasBar: true)
        == "each  looked up 3 of 10")
    #expect(ProgressLine(label: "read", done: 7, perSecond: 0).text(hasBar: true) == "read  7  0/s")
    #expect(ProgressLine(label: "read", done: 9, total: 8, perSecond: 3).text(hasBar: false) == "read  9/8 100 %  3/s")
  }

  @Test(arguments: [[], [1], [3000], [64, 65, 1], [100, 100, 7]]) func countedElementsAreTheSame(_ sizes: [Int])
    async throws
  {
    var pages = sizes.map { size in (0..<size).map { Value.string("\($0)") } }[...]
    let all = pages.joined().map { $0 }
    let done = Mutex(0)
    let ends = Mutex(0)
    var stream = ElementStream { () async throws(Fault) in pages.popFirst() }.counted { count, total in
      #expect(total == nil)
      if let count { done.withLock { $0 += count } } else { ends.withLock { $0 += 1 } }
    }
    let found = try await stream.rest()
    #expect(try found.map { try $0.json() } == all.map { try $0.json() })
    #expect(done.withLock { $0 } == all.count && ends.withLock { $0 } == 1)
  }

  /// A stage that looks up several elements concurrently gets so many elements together, however long it needs.
  @Test func aPieceHasAsManyElementsAsAreProcessedTogether() async throws {
    var pages = [(0..<40).map { Value.string("\($0)") }][...]
    var stream = ElementStream { () async throws(Fault) in pages.popFirst() }.counted(least: { 16 }) { _, _ in }
    var sizes: [Int] = []
    while let page = try await stream.page() { sizes.append(page.elements.count) }
    #expect(sizes.first == 16 && sizes.reduce(0, +) == 40)
  }

  /// A progress display for standard error without a terminal, and the notes that it shows.
  ///
  /// The usual minimum times do not apply, so the display shows a note for every statement.
  private final class Shown: Sendable {
    let lines: AsyncStream<String>
    let progress: SessionProgressDisplay
    let account: StatementConsentsAndOutcomes

    init(changesData: Bool = false) {
      let (lines, show) = AsyncStream.makeStream(of: String.self)
      let run = RunWideSafeguards(.given)
      let host = Session.SessionCallbacks(open: { _ throws(LinkError) in throw LinkError(.address, "") }) {
        show.yield($0)
      }
      self.lines = lines
      account = StatementConsentsAndOutcomes(run, changesData: changesData)
      progress = SessionProgressDisplay(Session.Options(), host, run.control, least: .zero, noteInterval: .zero)
    }

    /// Waits for the next note that contains a text, and returns it.
    func next(with text: String) async -> String? { await lines.first { $0.contains(text) } }
  }

  @Test func onlyTheOutermostSourceIsCounted() async throws {
    let shown = Shown()
    shown.progress.begin(shown.account) { "stream posts" }
    var outer = shown.progress.counting(ElementStream((0..<200).map { .string("\($0)") }), total: 200)
    _ = try await outer.next()
    var inner = shown.progress.counting(ElementStream([.null, .null]), total: 2)
    _ = try await inner.rest()
    _ = try await outer.next()
    #expect(await shown.next(with: "/200")?.hasPrefix("stream posts  4/200 2 %  ") == true)
    _ = try await outer.rest()
    var later = shown.progress.counting(ElementStream([.null, .null]), total: 2)
    _ = try await later.next()
    #expect(await shown.next(with: "/2 ") != nil)
    later.close()
    shown.progress.end()
    #expect(shown.account.run.control.status == "no statement is running")
  }

  @Test func aBulkChangeIsShownBeforeItsSource() async throws {
    let shown = Shown(changesData: true)
    shown.progress.begin(shown.account) { "read \"a.csv\" | create posts" }
    var source = shown.progress.counting(ElementStream([.null]), total: 1)
    let activity = shown.progress.add { ProgressLine(label: "create posts", done: 5, total: 10, perSecond: 5) }
    #expect(await shown.next(with: "create posts  5/10 50 %  5/s  ETA 2 s\n") != nil)
    activity.end()
    shown.account.run.control.pause()
    #expect(await shown.next(with: "read")?.hasSuffix("  waiting: paused by retort ctl\n") == true)
    _ = try await source.rest()
    shown.progress.end()
  }
}
