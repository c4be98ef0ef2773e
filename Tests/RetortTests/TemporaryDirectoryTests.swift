import TestBench
import Testing

/// Tests of statements that pass on their results while retort can't create temporary files.
@Suite(.timeLimit(.minutes(15))) struct TemporaryDirectoryTests {
  private static func run(_ statements: String) async throws -> Ran {
    try await RunningProgram(
      ["-c", "connect \"embedded:blog\"; let posts = client queue: \"posts\"; \(statements)"],
      environment: ["TMPDIR": "/nowhere", "XDG_STATE_HOME": "/dev/null"]
    ).ended()
  }

  /// The error occurs before the first change.
  @Test(arguments: [
    "1..3 | update posts {text: \"new\"} | count",
    "[{text: \"new\"}] | create posts | count",
    "1..3 | each do update posts it {text: \"new\"} end",
    "1..3 | each in-flight: 2 do destroy posts it confirm: true end | count",
    "1..3 | change | count",
    "1..3 | each do if it > 0 do change(it) end end",
  ]) func aChangeWhoseResultIsStoredIsNotSent(_ statement: String) async throws {
    let ran = try await Self.run(
      """
      def change(id) do update posts id {text: "new"} end
      try do \(statement) rescue e print e.kind + ": " + e.message end
      print [(count posts filter: {text: "new"}), (count posts)]
      """)
    #expect(
      ran.output == "file: can't store elements in /nowhere: No such file or directory\n[0,1000]\n",
      Comment(rawValue: ran.output + ran.notes))
    let failed = try await Self.run("def change(id) do update posts id {text: \"new\"} end; \(statement)")
    #expect(failed.status == 1, Comment(rawValue: failed.notes))
    #expect(
      failed.notes.contains("  = set TMPDIR to another directory for temporary files\n"),
      Comment(rawValue: failed.notes))
  }

  /// A statement that stores no results needs no temporary file.
  @Test(arguments: [
    "1..3 | update posts {views: 7}",
    "1..3 | each do destroy posts it confirm: true end",
    "1..3 | each do update posts it {views: 7}; print it end",
    "1..3 | each do it * 2 end | count",
    "1..3 | map it * 2 | collect | count",
  ]) func aStatementWithoutResultsRuns(_ statement: String) async throws {
    let ran = try await Self.run(statement)
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
  }
}
