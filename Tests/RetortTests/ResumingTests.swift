import Foundation
import JSONText
import TestBench
import Testing

/// Tests that the notes and errors about resuming a run propose only steps that work.
@Suite(.timeLimit(.minutes(15))) struct ResumingTests {
  /// Calls `body` with the path of a new temporary directory, and returns the result of `body`.
  private func inDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try await body(directory)
  }

  /// A script with two journals stops in its second statement; after the removal of its first statement, it resumes.
  @Test func theStatementOfACompleteJournalIsRemoved() async throws {
    let service = try await FakeService()
    try await inDirectory { directory in
      let (script, input, journal) = ("\(directory)/s.retort", "\(directory)/in.json", "\(directory)/1.journal")
      let clients = "connect\nlet posts = client queue: \"posts\"\n"
      let first = "[1, 2] | update posts {views: 7} journal: \"\(journal)\"\n"
      let second = "read \"\(input)\" | update posts {views: 9} journal: \"\(directory)/2.journal\"\n"
      func ran(_ text: String, _ ids: String) async throws -> Ran {
        try text.write(toFile: script, atomically: true, encoding: .utf8)
        try ids.write(toFile: input, atomically: true, encoding: .utf8)
        return await Ran.retort(script, environment: ["RETORT_URL": service.vhost.uri])
      }
      let stopped = try await ran(clients + first + second, #"["3", "9999", "5"]"#)
      #expect(stopped.status == 5)
      let step =
        "to resume, remove from the script the statement with the complete journal \(journal), "
        + "then run: retort \(script)\n"
      #expect(stopped.notes.contains("update posts: \(step)"), Comment(rawValue: stopped.notes))
      let whole = try await ran(clients + first + second, #"["3", "5"]"#)
      #expect(whole.status == 6 && whole.notes.contains("the journal \(journal) was completed at "))
      #expect(
        whole.notes.contains(
          "= all changes of this statement are done: to run the rest of the script, remove the statement;"),
        Comment(rawValue: whole.notes))
      let rest = try await ran(clients + second, #"["3", "9999", "5"]"#.replacing("9999", with: "4"))
      #expect(rest.status == 0 && rest.notes.contains(" done in earlier runs\n"), Comment(rawValue: rest.notes))
    }
    #expect(await service.stop().status == 0)
  }

  /// No other run can use a journal of the sample blog, because the sample is in memory and ends with its run.
  ///
  /// Every message about a journal of the sample says so.
  @Test(arguments: [
    "[1, 9999] | update posts {views: 1} journal: \"FILE\"",
    "[1, 9999] | each journal: \"FILE\" key: it do update posts it {views: 1} end",
  ]) func aJournalOfTheSampleEndsWithItsRun(_ statement: String) async throws {
    let note =
      "no later run can resume this journal, because the data of embedded:blog is lost at the end of the run; "
      + "to keep data between runs, use connect \"embedded:FILE.sqlite\", or retort serve blog\n"
    try await inDirectory { directory in
      let script =
        "connect \"embedded:blog\"\nlet posts = client queue: \"posts\"\n"
        + statement.replacing("FILE", with: "\(directory)/j")
      for text in ["\(note)", "= \(note)"] {
        let ran = await Ran.retort("-c", script)
        #expect(ran.status != 0 && ran.notes.contains(text), Comment(rawValue: ran.notes))
        #expect(!ran.notes.contains("to resume") && !ran.notes.contains("retort journal"))
      }
      let shown = await Ran.retort("journal", "\(directory)/j")
      #expect(shown.output.hasSuffix(note) && !shown.output.contains("to resume"), Comment(rawValue: shown.output))
      // The counts are those of the recorded changes, and not of all elements.
      #expect(
        shown.output.contains("\nrecorded: 1 done, ")
          && shown.output.contains(" unknown\n") && shown.output.contains("\nelements that no run has reached yet are"),
        Comment(rawValue: shown.output))
    }
  }

  /// A connection to the sample blog can't resume a journal that belongs to a broker.
  @Test func aJournalOfABrokerIsNotOfTheSample() async throws {
    let service = try await FakeService()
    try await inDirectory { directory in
      let statement =
        "\nlet posts = client queue: \"posts\"\n[1, 9999] | update posts {views: 1} journal: \"\(directory)/j\""
      _ = await Ran.retort("-c", "connect" + statement, environment: ["RETORT_URL": service.vhost.uri])
      let ran = await Ran.retort("-c", "connect \"embedded:blog\"" + statement)
      #expect(ran.status == 6, Comment(rawValue: ran.notes))
      #expect(
        ran.notes.contains(
          "= the open connection is to a sample in memory: connect to the journal's broker, or use another journal\n"),
        Comment(rawValue: ran.notes))
    }
    #expect(await service.stop().status == 0)
  }

  /// The check of a script warns about a journal that the run or a resumed run would refuse.
  @Test(arguments: [
    (
      "for i in 1..2 do [i] | update posts {views: 1} journal: \"j\" end",
      "only the first iteration of the loop can use this journal"
    ),
    (
      "[1] | update posts {views: 1} journal: \"j\"\n[2] | update posts {views: 1} journal: \"j\"",
      "the statement on line 3 uses this journal too"
    ),
    (
      "stream posts | take 5 | collect | destroy posts confirm: true journal: \"j\"",
      "a resumed run selects other elements with take"
    ),
  ]) func theCheckFindsASecondUse(_ statements: String, _ warning: String) async throws {
    try await inDirectory { directory in
      let script = "\(directory)/s.retort"
      try "connect \"embedded:blog\"\nlet posts = client queue: \"posts\"\n\(statements)\n"
        .write(toFile: script, atomically: true, encoding: .utf8)
      let ran = await Ran.retort("check", script)
      #expect(ran.notes.contains(warning), Comment(rawValue: ran.notes + ran.output))
    }
  }

  /// A note names a connection without a guard if another connection to the same broker has a guard.
  ///
  /// A guard, such as `guard: "confirm"`, restricts the changes over a connection. The connections can be opened in any
  /// order.
  @Test(arguments: [
    #"connect name: "a" guard: "confirm"; connect name: "b"; connect name: "c" guard: "read-only""#,
    #"connect name: "b"; connect name: "a" guard: "confirm"; connect name: "c" guard: "read-only""#,
  ]) func aMissingGuardIsNoted(_ statements: String) async throws {
    let service = try await FakeService()
    let ran = await Ran.retort("-c", statements, environment: ["RETORT_URL": service.vhost.uri])
    #expect(ran.status == 0)
    #expect(
      ran.notes == "the connection b has no guard, but the connection a to the same broker has a guard\n",
      Comment(rawValue: ran.notes))
    #expect(await service.stop().status == 0)
  }

  /// Only the owner can read the file of failed elements (`failed:`).
  @Test func theFileOfFailedElementsIsPrivate() async throws {
    try await inDirectory { directory in
      let file = "\(directory)/failed.ndjson"
      let ran = await Ran.retort(
        "-c",
        "connect \"embedded:blog\"\nlet posts = client queue: \"posts\"\n"
          + "[1, 9999] | update posts {views: 1} on-error: \"continue\" failed: \"\(file)\"")
      #expect(ran.status == 5)
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  /// `related` and `relationship` show a note if they return only the first page of a list.
  @Test(arguments: [("related", "resources"), ("relationship", "identifiers")])
  func aNextPageIsNoted(_ verb: String, _ noun: String) async throws {
    let page = #""result":{"data":[{"type":"tags","id":"1"}],"links":{"next":"/p?page[number]=2"}}"#
    let service = try await OddService(["get_related_resource": page, "show_relationship": page])
    let ran = await service.run("\(verb) posts 5 \"tags\"")
    #expect(ran.status == 0)
    #expect(
      ran.notes
        == "the reply has 1 \(noun) and a next page; to read all pages, use stream with a client of the related type\n",
      Comment(rawValue: ran.notes))
    await service.stop()
  }

  /// An `each` that is cancelled before its first iteration leaves its journal open, so that the next run resumes.
  @Test(arguments: [1, 2, 8]) func aCancelledEachDoesNotCompleteItsJournal(_ window: Int) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).journal").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let service = try await FakeService()
    let environment = ["RETORT_URL": service.vhost.uri]
    func script(_ body: String) -> String {
      "connect; let posts = client queue: \"posts\"; "
        + "1..20 | each in-flight: \(window) journal: \"\(path)\" key: it do \(body) end | count"
    }
    let first = await Ran.retort(
      "-c", script("if it == 9 do fail \"stop\" end; update posts it {views: 7}"), environment: environment)
    #expect(first.status != 0 && first.notes.contains("to resume"), Comment(rawValue: first.notes))

    // The task that runs the statement calls this closure, so the closure can cancel the task.
    let cancelled = await Ran.retort(
      ["-c", script("update posts it {views: 7}")], environment: environment
    ) { note in
      if note.contains("resuming ") { withUnsafeCurrentTask { $0?.cancel() } }
    }
    #expect(cancelled.status == 130 && cancelled.notes.contains("to resume"), Comment(rawValue: cancelled.notes))

    let third = await Ran.retort("-c", script("update posts it {views: 7}"), environment: environment)
    #expect(third.status == 0 && third.output == "20\n", Comment(rawValue: third.notes))
    #expect(await service.stop().status == 0)
  }

  /// The result of a change that an earlier run carried out is only a type and an id; the next step reads the other
  /// fields.
  @Test func aResultOfAnEarlierRunHasTypeAndID() async throws {
    let service = try await FakeService()
    try await inDirectory { directory in
      func ran(_ journal: String, _ ids: String, _ stages: String) async -> Ran {
        await Ran.retort(
          "-c",
          "connect; let posts = client queue: \"posts\"; [\(ids)] | update posts {views: 7} "
            + "journal: \"\(directory)/\(journal)\" on-error: \"continue\" | \(stages)",
          environment: ["RETORT_URL": service.vhost.uri])
      }
      for journal in ["a", "b"] { #expect(await ran(journal, "1, 9999", "count").status == 5) }
      let unread = await ran("a", "1, 2", "select .id .views")
      #expect(unread.notes.contains("posts/1 has no field views, because only its type and its id are known"))
      #expect(unread.notes.contains("add a stage: ... | show CLIENT | ...;"), Comment(rawValue: unread.notes))
      let read = await ran("b", "1, 2", "show posts | select .id .views")
      #expect(read.output == "{\"id\":\"1\",\"views\":7}\n{\"id\":\"2\",\"views\":7}\n", Comment(rawValue: read.notes))
    }
    #expect(await service.stop().status == 0)
  }
}
