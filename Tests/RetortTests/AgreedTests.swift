import Foundation
import JSONText
import Testing

/// Tests that retort makes no change without the user's consent, and ignores no option that the user gives.
@Suite struct AgreedTests {
  private static let head = "connect \"embedded:blog\"; let p = client queue: \"posts\"; "

  @Test(arguments: ["destroy", "create", "update", "destroy_all", "bulkDelete", "create_relationship", "DESTROY"])
  func readsIsRefusedForAChange(_ method: String) async {
    let ran = await Ran.retort("-c", Self.head + "call p \"\(method)\" {id: \"1\"} reads: true")
    #expect(ran.status == 1 && ran.notes.contains("call \"\(method)\" changes data, so reads: true is refused"))
    let computed = await Ran.retort(
      "-c",
      Self.head
        + "let m = \"\(method)\"; try do call p m {id: \"1\"} reads: true rescue e do print e.message end; count p")
    #expect(!computed.output.contains("999"))
  }

  @Test(arguments: ["recently_updated", "deleted", "created_by", "index"])
  func readsIsAllowedForARead(_ method: String) async {
    let ran = await Ran.retort("-c", Self.head + "call p \"\(method)\" {} reads: true")
    #expect(!ran.notes.contains("changes data"))
  }

  @Test func anUnknownReadIsRefusedWhereChangesAre() async {
    let call = "let p = client queue: \"posts\"; call p \"purge\" {} reads: true"
    let guarded = await Ran.retort("-c", "connect \"embedded:blog\" guard: \"read-only\"; \(call)")
    #expect(guarded.status == 6 && guarded.notes.contains("may change data, although it has reads: true"))
    let dry = await Ran.retort("--dry-run", "-c", "connect \"embedded:blog\"; \(call)")
    #expect(dry.status == 6)
    let read = await Ran.retort("--dry-run", "-c", Self.head + "(call p \"show\" {id: \"1\"} reads: true).data.id")
    #expect(read == Ran(status: 0, output: "\"1\"\n", notes: ""))
  }

  @Test(arguments: [
    "destroy-all p filter: {state: \"draft\"}", "stream p filter: {state: \"draft\"} | collect | destroy p",
  ])
  func yesBelowTheCountDestroysNothing(_ statement: String) async {
    let ran = await Ran.retort("--yes=50", "-c", Self.head + statement)
    #expect(
      ran.status == 6 && ran.notes.contains("would destroy 250 resources, but --yes=N allows only 50"), "\(ran.notes)")
    let all = await Ran.retort("--yes=250", "-c", Self.head + statement + "; print (count p)")
    #expect(all.status == 0 && all.output.hasSuffix("750\n"), "\(all.notes)")
  }

  @Test func anUnreadVariableIsAnError() async {
    let statement = "print var(\"cap\", \"1\")"
    let ran = await Ran.retort("--var", "Cap=2", "-c", statement)
    #expect(
      ran
        == Ran(
          status: 2, output: "",
          notes: "error: no statement of -c reads var(\"Cap\")\n  = did you mean --var cap=...?\n"))
    #expect(await Ran.retort("--var", "cap=2", "-c", statement).output == "2\n")
    #expect(await Ran.retort("--var", "x=2", "-c", "let n = \"x\"; print var(n)").output == "2\n")
    #expect(await Ran.retort("--var", "cap=1", "--var", "cap=2", "-c", statement).status == 2)
    #expect(await Ran.retort("--var", "=1", "-c", statement).status == 2)
  }

  private func inDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try await body(directory)
    try FileManager.default.removeItem(atPath: directory)
  }

  @Test(arguments: ["name,email\nQ,q1@x\n", "{\"id\":\"1\"}\n", "a note", "[1]\n"])
  func failedDoesNotReplaceAnotherFile(_ content: String) async throws {
    try await inDirectory { directory in
      let file = directory + "/data"
      try content.write(toFile: file, atomically: true, encoding: .utf8)
      let ran = await Ran.retort("-c", Self.head + "1..2 | update p {views: 7} failed: \"\(file)\"")
      #expect(ran.status == 1 && ran.notes.contains("has other content than failed elements"), "\(ran.notes)")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == content)
    }
  }

  @Test func failedKeepsItsFileUntilThereIsAResult() async throws {
    try await inDirectory { directory in
      let file = directory + "/bad.ndjson"
      let update = { (elements: String) in
        "\(elements) | update p {views: 7} on-error: \"continue\" failed: \"\(file)\""
      }
      #expect(await Ran.retort("-c", Self.head + update("[1, 2001, 2002]")).status == 5)
      let first = try String(contentsOfFile: file, encoding: .utf8)
      #expect(first.split(separator: "\n").count == 2)
      _ = await Ran.retort("--dry-run", "-c", Self.head + update("[1]"))
      #expect(try String(contentsOfFile: file, encoding: .utf8) == first)
      let again = "read \"\(file)\" | map .source | update p {views: 8} on-error: \"continue\" failed: \"\(file)\""
      #expect(await Ran.retort("-c", Self.head + again).status == 5)
      #expect(try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count == 2)
      let other = await Ran.retort("-c", Self.head + update("[1]"))
      #expect(other.status == 0 && other.notes.contains("still has 2 failed elements of earlier statements"))
      #expect(try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count == 2)
      let same = await Ran.retort(
        "-c", Self.head + "[1] | update p {views: 1} backup: \"\(directory)/x\" failed: \"\(directory)/x\"")
      #expect(same.status == 1 && same.notes.contains("failed: and backup: name the same file"))
    }
  }

  /// Runs statements in one run, and returns the sources in the file of failed elements afterwards.
  private func sourcesAfter(_ statements: String..., file: String) async throws -> [String] {
    _ = await Ran.retort("-c", Self.head + statements.joined(separator: "\n"))
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    return try lines.map { try JSONValue(parsing: Array($0.utf8))["source"]?.text ?? "" }.sorted()
  }

  /// A repetition that ends early, or that omits elements, keeps the lines of the elements that it has not processed.
  @Test(arguments: [
    "read FILE | map .source | update p {views: 7} on-error: \"stop\" in-flight: 1 failed: FILE",
    "read FILE | map .source | take 1 | update p {views: 7} failed: FILE",
    "[2003] | update p {views: 7} failed: FILE",
    "read FILE | map .source | collect | update p {views: 7} on-error: \"stop\" in-flight: 1 failed: FILE",
    "for part in read FILE | map .source | chunk 2 do part | update p {views: 7} on-error: \"continue\" failed: FILE end",
    "for n in 1..2 do let rows = read FILE | map .source | collect; rows | update p {views: 7} on-error: \"continue\" failed: FILE end",
  ]) func failedKeepsTheElementsOfItsOwnFile(_ again: String) async throws {
    try await inDirectory { directory in
      let file = directory + "/bad.ndjson"
      let first = "[2001, 2002, 2003] | update p {views: 7} on-error: \"continue\" failed: \"\(file)\""
      let left = try await sourcesAfter(
        first, "try do " + again.replacing("FILE", with: "\"\(file)\"") + " rescue e null end", file: file)
      #expect(left == ["2001", "2002", "2003"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["bad.ndjson"])
    }
  }

  /// A repetition that succeeds removes its lines, and another change of the same resource removes no line.
  @Test func aRepetitionRemovesItsOwnLines() async throws {
    try await inDirectory { directory in
      let file = directory + "/bad.ndjson"
      let failed = "on-error: \"continue\" failed: \"\(file)\""
      let loop = "for n in [1, 2] do [2001] | update p {views: n} \(failed) end"
      let one = "read \"\(file)\" | skip 1 | map .element | map (it - 2000) | update p {views: 2} \(failed)"
      #expect(try await sourcesAfter(loop, one, file: file) == ["2001"])
      try FileManager.default.removeItem(atPath: file)
      #expect(try await sourcesAfter(loop, loop, file: file) == ["2001", "2001"])
      try FileManager.default.removeItem(atPath: file)
      let corrected =
        "for part in read \"\(file)\" | map .source | chunk 1 do part | as n | map (n - 2000) | update p {views: 1} \(failed) end"
      #expect(try await sourcesAfter(loop, corrected, file: file) == [])
      try FileManager.default.removeItem(atPath: file)
      let other = "[1] | update p {views: 1} \(failed)"
      #expect(try await sourcesAfter(loop, other, "[2001] | update p {views: 9} \(failed)", file: file).count == 3)
    }
  }

  @Test func failedRefusesTheFileOfAnotherRun() async throws {
    try await inDirectory { directory in
      let file = directory + "/bad.ndjson"
      let update = Self.head + "[2001] | update p {views: 7} on-error: \"continue\" failed: \"\(file)\""
      #expect(await Ran.retort("-c", update).status == 5)
      let other = try #require(FileHandle(forReadingAtPath: file))
      #expect(flock(other.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
      let refused = await Ran.retort("-c", update)
      #expect(refused.status == 1 && refused.notes.contains("another run is writing its failed elements to"))
      #expect(!refused.notes.contains("not-found"), "\(refused.notes)")
      try other.close()
      #expect(await Ran.retort("-c", update).status == 5)
    }
  }

  /// The stage `write` refuses the journal, the backup and the file of failed elements of its pipeline.
  @Test(arguments: ["journal", "backup", "failed"], ["", " append: true"])
  func writeRefusesTheFilesOfItsPipeline(_ option: String, _ append: String) async throws {
    try await inDirectory { directory in
      let file = "\(directory)/x.ndjson"
      let update = "[1, 2001] | update p {views: 7} on-error: \"continue\" \(option): \"\(file)\""
      let ran = await Ran.retort("-c", Self.head + "\(update) | write \"\(file)\"\(append)")
      #expect(ran.status == 1 && ran.notes.contains("\(option): and write name the same file"), "\(ran)")
      let content = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
      #expect(option == "backup" || !content.contains("\"relationships\""), "\(content)")
    }
  }
}
