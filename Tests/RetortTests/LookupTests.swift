import Foundation
import Synchronization
import TestBench
import Testing

/// Tests of the lookups that a statement makes at its end for changes without a readable reply.
@Suite(.timeLimit(.minutes(15))) struct LookupTests {
  /// The members of an unreadable response, which has neither a result nor an error.
  private static let unreadable = #""other":1"#

  @Test(arguments: [
    ("link", #"[{type: "tags", id: "2"}]"#, true), ("link", #"[{type: "tags", id: "3"}]"#, false),
    ("unlink", #"[{type: "tags", id: "3"}]"#, true), ("unlink", #"[{type: "tags", id: "2"}]"#, false),
    ("relink", #"[{type: "tags", id: "2"}, {type: "tags", id: "1"}]"#, true), ("relink", "[]", false),
  ]) func aChangeOfLinkageIsLookedUp(_ verb: String, _ tags: String, isFound: Bool) async throws {
    let service = try await OddService { method, _ in
      method == "show_relationship"
        ? #""result":{"data":[{"type":"tags","id":"1"},{"type":"tags","id":"2"}]}"# : Self.unreadable
    }
    let ran = await service.run("[1] | \(verb) posts \"tags\" \(tags) on-error: \"continue\"")
    let counts = isFound ? "1 ok, 1 of them confirmed later" : "0 ok, 1 unknown"
    #expect(
      ran.notes.hasPrefix("\(verb) posts: looking up 1 change\n\(verb) posts: \(counts)\n"),
      Comment(rawValue: ran.notes))
    #expect(ran.status == (isFound ? 0 : 5))
    await service.stop()
  }

  /// A lookup finds a `transition` only if the resource is in the final state.
  ///
  /// An intermediate state, here `review`, does not suffice.
  @Test(arguments: [("published", true), ("review", false), ("draft", false)])
  func aTransitionIsLookedUp(_ state: String, isFound: Bool) async throws {
    let shown = Mutex(0)
    let service = try await OddService { method, _ in
      guard method == "show" else { return Self.unreadable }
      let isFirst = shown.withLock { count in
        count += 1
        return count == 1
      }
      return #""result":{"data":{"type":"posts","id":"1","attributes":{"state":"\#(isFirst ? "draft" : state)"}}}"#
    }
    let statement = #"""
      [1] | transition posts to: "published" via: {published: "review", review: "draft"} on-error: "continue"
      """#
    let ran = await service.run(statement)
    let counts = isFound ? "1 ok, 1 of them confirmed later" : "0 ok, 1 unknown"
    #expect(ran.notes.contains("transition posts: \(counts)\n"), Comment(rawValue: ran.notes))
    #expect(ran.status == (isFound ? 0 : 5))
    let off = await service.run(statement + " verify: false")
    #expect(!off.notes.contains("looking up"), Comment(rawValue: off.notes))
    await service.stop()
  }

  /// An unknown change that a lookup finds does not count as a failure for the limit `halt:`.
  @Test(arguments: [(2, ""), (5, "update posts stopped, because a change got no reply in time; ")])
  func changesThatAreFoundDoNotHalt(_ count: Int, _ error: String) async throws {
    let service = try await OddService { method, params in
      method == "show"
        ? #""result":{"data":{"type":"posts","id":"\#(params["id"] ?? "")","attributes":{"views":5}}}"#
        : Self.unreadable
    }
    let ran = await service.run("1..\(count) | update posts {views: 5} halt: 2 in-flight: 1")
    let rest = count > 2 ? ", \(count - 2) not sent" : ""
    #expect(ran.notes.contains("update posts: 2 ok, 2 of them confirmed later\(rest)\n"), Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains("reached halt"), Comment(rawValue: ran.notes))
    #expect(ran.status == (error.isEmpty ? 0 : 5), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("error[unknown]: \(error)") != error.isEmpty, Comment(rawValue: ran.notes))
    await service.stop()
  }

  /// If a lookup finds a change, the next stage gets the resource that the lookup read.
  @Test(arguments: ["", "retry: 1"]) func theNextStageGetsTheResource(_ option: String) async throws {
    let service = try await OddService { method, params in
      let author = #"{"type":"authors","id":"3","attributes":{"name":"Ann"}}"#
      let linkage = #"{"author":{"data":{"type":"authors","id":"3"}}}"#
      let post =
        #"{"type":"posts","id":"1","attributes":{"views":5,"inserted-at":"now"},"relationships":\#(linkage)}"#
      let included = params["include"] as? String == "author" ? #","included":[\#(author)]"# : ""
      return method == "show" ? #""result":{"data":\#(post)\#(included)}"# : Self.unreadable
    }
    let statement = """
      let own = client queue: "posts" keys: "underscore"
      [1] | update own {views: 5} include: "author" on-error: "continue" timeout: 1s \(option)
      | where .views == 5 | select .id .inserted_at .author.name
      """
    let ran = await service.run(statement)
    #expect(
      ran.output == #"{"id":"1","inserted_at":"now","author.name":"Ann"}"# + "\n", Comment(rawValue: ran.notes))
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    await service.stop()
  }

  /// For the limit `max:`, the unknown changes of earlier runs count too, because they may have been carried out.
  @Test func unknownChangesCountForTheLimit() async throws {
    let service = try await OddService { _, _ in Self.unreadable }
    let journal = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: journal) }
    let change = "update posts {views: 5} max: 5 verify: false on-error: \"continue\" journal: \"\(journal)\""
    #expect(await service.run("1..4 | \(change)").status == 5)
    let other = await service.run("11..13 | \(change)")
    #expect(other.status == 6 && other.notes.contains("but the limit max: is 5"), Comment(rawValue: other.notes))
    // The unknown changes of the statement's own elements count once.
    let same = await service.run("1..5 | \(change)")
    #expect(!same.notes.contains("the limit max:"), Comment(rawValue: same.notes))
    await service.stop()
  }

  /// If lookups find some of the changes that counted as failures, the error of `halt:` says so.
  @Test func theErrorOfHaltAgreesWithTheCounts() async throws {
    let service = try await OddService { method, params in
      method == "show"
        ? #""result":{"data":{"type":"posts","id":"\#(params["id"] ?? "")","attributes":{"views":\#(params["id"] ?? "")}}}"#
        : Self.unreadable
    }
    let ran = await service.run("[5, 1, 2] | update posts {views: 5} halt: 2 in-flight: 1")
    #expect(
      ran.notes.contains(
        "update posts stopped, because its failures reached the limit halt: 2; 1 change that counted as a failure was "
          + "confirmed later by a late reply or a lookup\n"), Comment(rawValue: ran.notes))
    #expect(
      ran.notes.contains("= update posts: 1 ok, 1 of them confirmed later, 1 unknown, 1 not sent\n"),
      Comment(rawValue: ran.notes))
    #expect(ran.status == 5)
    await service.stop()
  }

  /// Lookups end after three timeouts in a row, and the summary counts the changes without a lookup.
  ///
  /// A lookup waits as long as the timeout of the session.
  @Test func changesThatAreNotLookedUpAreCounted() async throws {
    let service = try await FakeService("--fault", "drop=1")
    let statements = """
      let service = connect
      let posts = client queue: "posts"
      set timeout: 300ms
      1..9 | update posts {views: 1} in-flight: 9 on-error: "continue"
      """
    let ran = await Ran.retort(
      "--timeout", "never", "-c", statements, environment: ["RETORT_URL": service.vhost.uri])
    #expect(ran.status == 5 && ran.notes.contains("update posts: 0 ok, 9 unknown\n"), Comment(rawValue: ran.notes))
    let said = ran.notes.firstMatch(
      of:
        #/update posts: (\d) changes were not looked up, because 3 lookups in a row got no reply: check these changes/#)
    let count = try #require(said.flatMap { Int($0.output.1) }, Comment(rawValue: ran.notes))
    #expect(3...6 ~= count)
    #expect(await service.stop().status == 0)
  }

  /// If a service carries out a change but sends no reply, a lookup finds the change.
  @Test(arguments: [
    #"link posts "tags" [{type: "tags", id: "1"}]"#, #"relink posts "author" {type: "authors", id: "1"}"#,
    #"unlink tagged "tags" [{type: "tags", id: "1"}]"#,
  ]) func aDroppedReplyIsLookedUp(_ sink: String) async throws {
    // With this seed, the service drops the reply to exactly one change, and drops no reply to a lookup.
    let service = try await FakeService("--fault", "drop=10%", "--seed", "1")
    let ran = await service.run(
      "let tagged = client queue: \"posts\" relationships: {tags: [\"tags\"]}\n1..20 | \(sink) timeout: 5s in-flight: 1 on-error: \"continue\""
    )
    #expect(ran.notes.hasSuffix(" posts: 20 ok, 1 of them confirmed later\n"), Comment(rawValue: ran.notes))
    #expect(ran.status == 0)
    #expect(await service.stop().status == 0)
  }

  /// If a lookup fails, a note contains the reason, and in a resumed run the error of the change contains it.
  @Test(arguments: [
    (
      reply: "", note: "1 lookup got no reply", said: "and its lookup got no reply",
      next: "wait until the service replies again"
    ),
    (
      reply: OddService.errors(#"{"status":"403","title":"no"}"#), note: "1 lookup failed (posts show: no)",
      said: "and its lookup failed: posts show: no", next: "correct the cause of the failed lookup"
    ),
  ])
  func aFailedLookupIsReported(reply: String, note: String, said: String, next: String) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).journal").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let service = try await OddService { method, _ in
      switch method {
      case "index": return #""result":{"data":[],"meta":{"record-count":1}}"#
      case "show" where reply.isEmpty: try? await Task.sleep(for: .seconds(3))
      case "show": return reply
      default: break
      }
      return Self.unreadable
    }
    let statement = "[1] | update posts {views: 5} on-error: \"continue\""
    let alone = await service.run("set timeout: 1s; \(statement)")
    #expect(alone.notes.contains("update posts: \(note): check these changes before"), Comment(rawValue: alone.notes))
    let journaled = "set timeout: 1s; \(statement) journal: \"\(path)\" verify: false"
    #expect(await service.run(journaled).status == 5)
    let resumed = await service.run(journaled)
    let advice = "then run the same statement with the same journal again"
    #expect(resumed.notes.contains("the change may have been carried out, \(said)\n"), Comment(rawValue: resumed.notes))
    #expect(resumed.notes.contains("= \(next), \(advice)\n"), Comment(rawValue: resumed.notes))
    #expect(
      resumed.notes.contains("update posts: \(note): run the same statement with the same journal"),
      Comment(rawValue: resumed.notes))
    await service.stop()
  }
}
