import Foundation
import Glibc
import JSONText
import TestBench
import Testing

/// Tests of the information for other programs about a run: `--summary json`, `--report` and `retort ctl`.
@Suite(.timeLimit(.minutes(15))) struct ReportTests {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
  private static let prologue = "connect \"embedded:blog\"\nlet posts = client queue: \"posts\"\n"

  @Test func theSummaryIsALineOfJSON() async throws {
    let ran = await Ran.retort(
      "--summary", "json", "-c", Self.prologue + "[1, 9998, 9999] | update posts {views: 1} on-error: \"continue\"")
    let line = try #require(ran.notes.split(separator: "\n").first)
    let summary = try JSONValue(parsing: Array(line.utf8))
    #expect(summary["statement"]?.stringValue == "update posts")
    #expect(summary["ok"]?.numberValue?.integer == 1 && summary["failed"]?.numberValue?.integer == 2)
    guard case .array(let failures)? = summary["failures"] else { return #expect(Bool(false), "no failures") }
    #expect(failures.count == 1 && failures.first?["kind"]?.stringValue == "not-found")
    #expect(failures.first?["count"]?.numberValue?.integer == 2 && failures.first?["id"]?.stringValue == "9998")
    #expect(ran.status == 5)
  }

  /// A statement that ends early reports how many of its elements it did not reach.
  @Test(arguments: [
    ("[1, 9998, 3, 4]", 2), ("[1, 9998, 3, 4] | where it > 0", nil), ("[1, 2, 3, 9998]", 0),
  ]) func theSummaryCountsTheChangesThatWereNotSent(_ source: String, _ unsent: Int?) async throws {
    let ran = await Ran.retort(
      "--summary", "json", "-c", Self.prologue + source + " | update posts {views: 1} in-flight: 1")
    let line = try #require(ran.notes.split(separator: "\n").first)
    let summary = try JSONValue(parsing: Array(line.utf8))
    #expect(summary["not-sent"] == (unsent.map { .number(JSONNumber($0)) } ?? .null), Comment(rawValue: ran.notes))
    #expect(ran.status == 5)
  }

  /// `--summary json` also prints the counts of a loop's commands, and of the iterations of an `each` with a journal.
  @Test(arguments: [
    (
      "for i in 1..3 do update posts i {views: 1} end", 0,
      [
        #"{"statement":"update posts","ok":3,"failed":0,"absent":0,"refused":0,"unknown":0,"before":0,"skipped":0,"late":0}"#
      ]
    ),
    (
      "for i in [1, 9999] do update posts i {views: 1} end", 1,
      [
        #"{"statement":"update posts","ok":1,"failed":1,"absent":0,"refused":0,"unknown":0,"before":0,"skipped":0,"late":0}"#
      ]
    ),
    (
      "[1, 2] | each journal: \"DIR/e.journal\" key: it do update posts it {views: 1} end", 0,
      [
        #"{"statement":"each","ok":2,"failed":0,"unknown":0,"before":0,"skipped":0}"#,
        #"{"statement":"update posts","ok":2,"failed":0,"absent":0,"refused":0,"unknown":0,"before":0,"skipped":0,"late":0}"#,
      ]
    ), ("update posts 1 {views: 1}", 0, []),
  ]) func theSummaryOfALoopIsJSON(_ statement: String, _ status: Int32, _ lines: [String]) async throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let ran = await Ran.retort("--summary", "json", "-c", Self.prologue + statement.replacing("DIR", with: directory))
    #expect(ran.status == status, Comment(rawValue: ran.notes))
    #expect(ran.notes.split(separator: "\n").filter { $0.hasPrefix("{") }.map(String.init) == lines)
    #expect(!ran.notes.contains("each: "))
  }

  @Test func theReportHasEachStatementAndAssertion() async throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let script =
      Self.prologue
        + """
        [1, 2] | update posts {views: 1}
        update posts 3 {text: "a < b & \\"c\\""}
        assert 1 == 1
        assert 1 == 2, "one is not two"
        """
    let (json, xml) = (directory + "/r.json", directory + "/r.xml")
    let first = await Ran.retort("--report", json, "--reason", "OPS-1", "-c", script)
    let second = await Ran.retort("--report", xml, "-c", script)
    #expect(first.status == 3 && second.status == 3)
    let report = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: json))))
    #expect(report["status"]?.numberValue?.integer == 3 && report["reason"]?.stringValue == "OPS-1")
    guard case .array(let statements)? = report["statements"] else { return #expect(Bool(false), "no statements") }
    #expect(statements.count { $0["statement"] != nil } == 4 && statements.count { $0["assertion"] != nil } == 2)
    #expect(statements.last?["error"]?["message"]?.stringValue == "one is not two")
    #expect(statements.contains { $0["place"]?.stringValue == "-c:3" && $0["changes"] != nil })
    let text = try String(contentsOfFile: xml, encoding: .utf8)
    #expect(text.contains("tests=\"6\" failures=\"1\" errors=\"0\""))
    #expect(text.contains("a &lt; b &amp; \\&quot;c\\&quot;"))
    let reader = Process()
    reader.executableURL = URL(filePath: "/usr/bin/python3")
    reader.arguments = ["-c", "import sys, xml.etree.ElementTree as e; e.parse(sys.argv[1])", xml]
    try reader.run()
    reader.waitUntilExit()
    #expect(reader.terminationStatus == 0)
  }

  /// The JUnit report (`--report r.xml`) contains a failure for each statement that causes exit status 5.
  ///
  /// The report contains each failed assertion once, even if the assertion is inside a loop.
  @Test(arguments: [
    ("999..1010 | update posts {views: 1} on-error: \"continue\"", 5, 1, 0),
    ("[1, 1] | update posts {views: 1} journal: \"DIR/a.journal\" on-error: \"continue\"", 5, 1, 0),
    ("try do [9999] | update posts {views: 1} on-error: \"stop\" rescue e print 1 end", 0, 0, 0),
    ("assert 1 == 2", 3, 1, 0), ("for i in 1..2 do assert i < 2 end", 3, 1, 0),
    ("show posts 9999", 1, 0, 1), ("update posts 1 {views: 1}", 0, 0, 0),
  ]) func everyFailureIsACase(_ statement: String, _ status: Int32, _ failures: Int, _ errors: Int) async throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let file = directory + "/r.xml"
    let ran = await Ran.retort(
      "--report", file, "-c", Self.prologue + statement.replacing("DIR", with: directory))
    #expect(ran.status == status, Comment(rawValue: ran.notes))
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.contains("failures=\"\(failures)\" errors=\"\(errors)\""), Comment(rawValue: text))
    #expect(text.ranges(of: "<failure").count == failures && text.ranges(of: "<error").count == errors)
  }

  /// In the report of a dry run, an assertion that the dry run can't check is a skipped test case.
  @Test func anUncheckedAssertionIsSkipped() async throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let script = Self.prologue + "assert 1 == 1\nlet r = 1..3 | update posts {views: 1}\nassert r.ok == 4"
    let (json, xml) = (directory + "/r.json", directory + "/r.xml")
    #expect(await Ran.retort("--dry-run", "--report", xml, "-c", script).status == 0)
    let text = try String(contentsOfFile: xml, encoding: .utf8)
    #expect(text.contains(" skipped=\"1\" ") && text.ranges(of: "<skipped ").count == 1, Comment(rawValue: text))
    #expect(await Ran.retort("--dry-run", "--report", json, "-c", script).status == 0)
    let report = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: json))))
    let cases = report["statements"]?.arrayValue?.filter { $0["unchecked"] == true } ?? []
    #expect(cases.map { $0["assertion"]?.stringValue } == ["assert r.ok == 4"])
  }

  @Test func aReportThatCannotBeWrittenIsRefusedBeforeTheRun() async {
    for path in [directory + "/none/r.xml", directory + "/none/r.json", "/dev/null/r.json"] {
      let ran = await Ran.retort("--report", path, "-c", "print 1")
      #expect(ran.status == 2 && ran.output.isEmpty, Comment(rawValue: ran.notes))
      #expect(ran.notes.hasPrefix("error: the report can't be written: ") && !ran.notes.contains(".part"))
    }
  }

  @Test func aReportOfAnotherFormIsRefused() async {
    let ran = await Ran.retort("--report", "r.txt", "-c", "print 1")
    #expect(ran.status == 2 && ran.notes.contains("--report takes a file that ends in .json or .xml"))
  }

  @Test func anotherTerminalSeesARunAndStopsIt() async throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let environment = ["XDG_STATE_HOME": directory, "HOME": directory]
    #expect(await Ran.retort(["ctl"], environment: environment).status == 2)
    let service = try await FakeService("--latency", "5ms")
    let program = try RunningProgram(
      [
        "-c",
        "let service = connect\nlet posts = client queue: \"posts\"\n1..900 | update posts {views: 7} in-flight: 2 rate: 20",
      ], environment: environment.merging(["RETORT_URL": service.vhost.uri]) { $1 })
    var seen = await Ran.retort(["ctl"], environment: environment)
    while seen.status != 0 {
      try await Task.sleep(for: .milliseconds(20))
      seen = await Ran.retort(["ctl"], environment: environment)
    }
    #expect(seen.output.contains(": update posts"))
    let mode = try FileManager.default.attributesOfItem(atPath: directory + "/retort/runs")[.posixPermissions] as? Int
    #expect(mode == 0o700)
    let limited = await Ran.retort(["ctl", "rate=5"], environment: environment)
    #expect(limited.output.contains("limited to 5/s by retort ctl"))
    #expect(await Ran.retort(["ctl", "fly"], environment: environment).status == 2)
    #expect(await Ran.retort(["ctl", "stop"], environment: environment).status == 0)
    let ran = try await program.ended()
    #expect(ran.status == 130 && ran.notes.contains("update posts: "))
    #expect(ran.notes.contains(" not sent\n") && ran.notes.contains("interrupted by retort ctl stop\n"))
    #expect(await Ran.retort(["ctl"], environment: environment).status == 2)
    #expect(await service.stop().status == 0)
  }

  /// While `retort ctl pause` pauses a run, the run sends no change, whether of a sink, a loop or a single command.
  @Test(arguments: [
    "2..5 | update posts {views: 7}", "for id in 2..5 do update posts id {views: 7} end",
    "2..5 | each in-flight: 2 do update posts it {views: 7} end", "update posts 2 {views: 7}",
    "call posts \"update\" {id: \"2\", data: {type: \"posts\", attributes: {views: 7}}}",
    "destroy-all posts filter: {state: \"spam\"} confirm: true",
  ]) func aPauseDelaysEachChange(_ statement: String) async throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let environment = ["XDG_STATE_HOME": directory, "HOME": directory]
    let input = Pipe()
    let program = try RunningProgram(
      [
        "-c",
        "connect \"embedded:blog\"\nlet posts = client queue: \"posts\"\nupdate posts 1 {views: 7}\nread \"-\" as: \"txt\" | count\n"
          + statement,
      ], input: input.fileHandleForReading, environment: environment)
    while await Ran.retort(["ctl", "pause"], environment: environment).status != 0 {
      try await Task.sleep(for: .milliseconds(20))
    }
    try input.fileHandleForWriting.close()
    let isSingle = statement.hasPrefix("update") || statement.hasPrefix("call")
    if isSingle {
      try await program.notes(contain: "not sent yet, because retort ctl has paused")
    } else {
      // If the run did not wait, it would end during this sleep, and `retort ctl resume` would find no run.
      try await Task.sleep(for: .milliseconds(300))
    }
    let resumed = await Ran.retort(["ctl", "resume"], environment: environment)
    #expect(resumed.status == 0, "\(resumed.notes)")
    let ran = try await program.ended()
    #expect(ran.status == 0)
    #expect(isSingle || !ran.notes.contains("not sent yet"), "\(ran.notes)")
  }

  /// Until the run ends, the report contains one error.
  ///
  /// No statement can use the file, for example as its journal.
  @Test(arguments: ["r.json", "r.xml"]) func theReportIsUnfinishedUntilTheRunEnds(_ name: String) async throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let file = "\(directory)/\(name)"
    let ran = await Ran.retort(
      "--report", file, "-c",
      """
      print (read "\(file)" as: "txt" | collect)
      try do [1] | write "\(file)" as: "json" rescue e print e.message end
      connect "embedded:blog"; let p = client queue: "posts"
      [1] | update p {views: 1} journal: "\(file)"
      """)
    #expect(ran.output.contains("the run has not ended, or was killed"), "\(ran)")
    #expect(ran.output.contains("--report and write name the same file"), "\(ran)")
    #expect(ran.status == 1 && ran.notes.contains("--report and journal: name the same file"), "\(ran.notes)")
    let report = try String(contentsOfFile: file, encoding: .utf8)
    #expect(report.contains("update p") && !report.contains("unfinished"), "\(report)")
  }
}
