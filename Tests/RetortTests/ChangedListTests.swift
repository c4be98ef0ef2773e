import Foundation
import Synchronization
import TestBench
import Testing

/// Tests of lists that other programs change while retort reads the pages, and of lists whose end retort can't reach.
@Suite(.timeLimit(.minutes(15))) struct ChangedListTests {
  /// Returns a page of posts with these ids, a link to the next page, and a total (`record-count`).
  private static func page(_ ids: [Int], next: String? = nil, total: Int? = nil) -> String {
    let data = ids.map { #"{"type":"posts","id":"\#($0)","attributes":{"n":\#($0)}}"# }.joined(separator: ",")
    let links = next.map { #","links":{"next":"\#($0)"}"# } ?? ""
    return #""result":{"data":[\#(data)]\#(links)\#(total.map { #","meta":{"record-count":\#($0)}"# } ?? "")}"#
  }

  /// Starts a service with these pages; `changed` records the id of each changed resource.
  ///
  /// For a create, `changed` records the attribute `n`, which is the id of the original resource.
  private static func service(_ pages: [(ids: [Int], total: Int?)], changed: Changed = Changed()) async throws
    -> OddService
  {
    try await OddService { method, params in
      guard method == "index" else {
        let data = params["data"] as? [String: Any]
        changed.add(params["id"] as? String ?? "\((data?["attributes"] as? [String: Any])?["n"] ?? "?")")
        return "\"result\":{}"
      }
      let number = (params["page"] as? [String: Int])?["number"] ?? 1
      let next = number < pages.count ? "/p?page[number]=\(number + 1)&page[size]=2" : nil
      return page(pages[number - 1].ids, next: next, total: pages[number - 1].total)
    }
  }

  private final class Changed: Sendable {
    private let ids = Mutex<[String]>([])
    func add(_ id: String) { ids.withLock { $0.append(id) } }
    var sorted: [String] { ids.withLock { $0.sorted() } }
  }

  private static let moved =
    "posts: the total (record-count) changed from 6 to 4 while the list was read: rows may be missing or repeated\n"

  @Test(arguments: ["stream posts | map .id", "for p in stream posts do print p.id end"])
  func aTotalThatMovesIsNoted(statement: String) async throws {
    let service = try await Self.service([([1, 2], 6), ([5, 6], 4)])
    let ran = await service.run(statement)
    #expect(ran.status == 0 && ran.output.replacing("\"", with: "") == "1\n2\n5\n6\n")
    #expect(ran.notes == Self.moved)
    await service.stop()
  }

  @Test func aStreamThatEndsEarlyReportsChanges() async throws {
    let service = try await Self.service([([1, 2], 6), ([2, 3], 4), ([4], 4)])
    let ran = await service.run("stream posts | take 3 | map .id | count")
    #expect(ran == Ran(status: 0, output: "3\n", notes: Self.moved + "posts: 1 id was received twice\n"))
    await service.stop()
  }

  @Test func aRepeatedIDStaysInAListAndIsNoted() async throws {
    let service = try await Self.service([([1, 2], nil), ([2, 3], nil)])
    let ran = await service.run("stream posts | count\ncount posts")
    #expect(ran == Ran(status: 0, output: "4\n3\n", notes: "posts: 1 id was received twice\n"))
    await service.stop()
  }

  @Test(arguments: [
    "stream posts | collect | update posts {a: 1}", "for p in stream posts | collect do update posts p.id {a: 1} end",
    "stream posts | collect | each do update posts it.id {a: 1} end",
    "def change(p) do update posts p.id {a: 1} end\nstream posts | collect | map .id | map {id: it} | change",
  ]) func anIDThatIsReadTwiceIsChangedOnce(statement: String) async throws {
    let changed = Changed()
    let service = try await Self.service([([1, 2], nil), ([2, 3], nil)], changed: changed)
    let ran = await service.run(statement)
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("posts: 1 id was received twice; repetitions were ignored\n"))
    #expect(changed.sorted == ["1", "2", "3"])
    await service.stop()
  }

  @Test(
    arguments: [
      (
        [([1, 2], 6), ([5, 6], 4)],
        "the total (record-count) changed from 6 to 4 while the list was read: rows may be missing or"
      ),
      ([([1, 2], 4), ([2, 3], 4)], "1 id was received twice"),
    ] as [([([Int], Int?)], String)]) func onShiftFailsAtTheChange(pages: [([Int], Int?)], message: String)
    async throws
  {
    let service = try await Self.service(pages.map { (ids: $0.0, total: $0.1) })
    let ran = await service.run("stream posts on-shift: \"fail\" | map .id")
    #expect(ran.status == 1 && ran.output == "\"1\"\n\"2\"\n")
    #expect(ran.notes.hasPrefix("error[service]: posts index: \(message)"), Comment(rawValue: ran.notes))
    #expect(
      ran.notes.contains(
        "  = repeat the read when nobody is changing the resources, or allow changes with on-shift: \"note\"\n"))
    let wrong = await service.run("stream posts on-shift: \"fial\" | count")
    #expect(wrong.status == 2)
    #expect(
      wrong.notes.contains("on-shift: must be \"note\" or \"fail\", not \"fial\""), Comment(rawValue: wrong.notes))
    await service.stop()
  }

  @Test func pagesThatOverlapEndAChange() async throws {
    let changed = Changed()
    let pages = Array(repeating: [([1, 2], Int?.some(4)), ([3, 4], 4)], count: 10).flatMap { $0 }
    let service = try await Self.service(pages.map { (ids: $0.0, total: $0.1) }, changed: changed)
    let ran = await service.run("stream posts | collect | update posts {a: 1}")
    #expect(ran.status == 1 && changed.sorted.isEmpty)
    #expect(
      ran.notes.contains("error[protocol]: posts index: page 4 and the previous page have no new resources")
    )
    await service.stop()
  }

  // MARK: - Links to next pages

  @Test(arguments: [
    "stream posts | map .id", "stream posts | collect", "print (count posts)",
    "stream posts | write \"FILE\"",
  ]) func aLinkThatCantBeReadIsNoEnd(statement: String) async throws {
    let service = try await OddService(["index": Self.page([1, 2, 3], next: "/things?page[after]=abc")])
    let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).ndjson").path
    let ran = await service.run(statement.replacing("FILE", with: file))
    #expect(ran.status == 1)
    #expect(
      ran.notes.contains("index: the link to the next page can't be read: \"/things?page[after]=abc\"")
        || ran.notes.contains("stream: the link to the next page can't be read: \"/things?page[after]=abc\"")
        || ran.notes.contains("count: the link to the next page can't be read: \"/things?page[after]=abc\""),
      Comment(rawValue: ran.notes))
    #expect(ran.notes.contains(#"  = to read that page: call posts "index" {"page":{"after":"abc"}} reads: true"#))
    #expect(!FileManager.default.fileExists(atPath: file))
    let followed = await service.run(#"print (call posts "index" {"page":{"after":"abc"}} reads: true) != null"#)
    #expect(followed == Ran(status: 0, output: "true\n", notes: ""))
    await service.stop()
  }

  @Test func aPageReportsAnUnreadableLink() async throws {
    let service = try await OddService(["index": Self.page([1], next: "/things?page[after]=abc")])
    let ran = await service.run("let page = index posts\nprint page.pagination.next")
    #expect(
      ran
        == Ran(
          status: 0, output: "null\n",
          notes: "posts index: the link to the next page can't be read: \"/things?page[after]=abc\"\n"))
    await service.stop()
  }

  @Test func aLinkWithoutASizeIsFollowed() async throws {
    let service = try await OddService { _, params in
      let page = params["page"] as? [String: Int]
      let (number, size) = (page?["number"] ?? 1, page?["size"] ?? 2)
      let ids = Array(1...6).dropFirst((number - 1) * size).prefix(size)
      return Self.page(Array(ids), next: number * size < 6 ? "/things?page[number]=\(number + 1)" : nil)
    }
    let ran = await service.run("print json((stream posts | map .id))\nprint (count posts)")
    #expect(ran == Ran(status: 0, output: "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]\n6\n", notes: ""))
    await service.stop()
  }

  // MARK: - Replies about other resources than requested

  @Test func aReplyOfAnotherTypeIsNoted() async throws {
    let other = #""result":{"data":{"type":"others","id":"1","attributes":{"n":1}}}"#
    let service = try await OddService(["show": other, "create": other, "update": other])
    let note = { (verb: String) in
      "posts \(verb): the reply is about others/1, but the client's type is posts; "
        + "make a client of the type others: client queue: \"posts\" type: \"others\"\n"
    }
    let ran = await service.run("let a = show posts 1\nlet b = create posts {n: 1}\nlet c = update posts 1 {n: 1}")
    #expect(ran == Ran(status: 0, output: "", notes: note("show") + note("create") + note("update")))
    let sink = await service.run("[{n: 1}, {n: 2}] | create posts")
    let all = "posts create: 2 replies are about resources of other types than posts\n"
    #expect(sink == Ran(status: 0, output: "", notes: note("create") + "create posts: 2 ok\n" + all))
    await service.stop()
  }

  @Test func aListIsNoReplyToAChangeOfOne() async throws {
    let two = #""result":{"data":[{"type":"posts","id":"1"},{"type":"posts","id":"2"}]}"#
    let service = try await OddService(["create": two, "update": two, "destroy": two])
    for statement in ["create posts {n: 1}", "update posts 1 {n: 1}"] {
      let ran = await service.run(statement)
      #expect(ran.status == 1)
      #expect(
        ran.notes.contains("the reply is a list of 2 resources, but the request sent one resource\n")
          && ran.notes.contains("the change may have been carried out: check before you send it again"),
        Comment(rawValue: ran.notes))
    }
    #expect(await service.run("[{n: 1}] | create posts").status == 5)
    #expect(await service.run("destroy posts 1") == Ran(status: 0, output: "", notes: ""))
    await service.stop()
  }

  /// The ids of the resources of a service.
  private final class Rows: Sendable {
    let ids = Mutex(Array(1...3))

    /// Removes an id, and adds a new id at the end unless the last id has reached the limit.
    func destroy(_ id: String?, limit: Int) {
      ids.withLock { ids in
        ids.removeAll { "\($0)" == id }
        if let last = ids.last, last < limit { ids.append(last + 1) }
      }
    }
  }

  private static func growing(_ rows: Rows, to limit: Int) async throws -> OddService {
    try await OddService { method, params in
      guard method == "destroy" else { return rows.ids.withLock { Self.page($0, total: $0.count) } }
      rows.destroy(params["id"] as? String, limit: limit)
      return "\"result\":{}"
    }
  }

  @Test func newRowsThatKeepComingAreNotedAtEachThousand() async throws {
    let service = try await Self.growing(Rows(), to: 1100)
    let ran = await service.run("destroy-all posts filter: {} confirm: true in-flight: 1")
    let notes = [6, 1005].map {
      "destroy-all posts: 3 resources were counted at the start, but \($0) have been found so far; "
        + "with max: 3, the statement would stop after 3 destroys\n"
    }
    #expect(ran == Ran(status: 0, output: "1100\n", notes: notes.joined()))
    await service.stop()
  }

  @Test func newRowsThatKeepComingEndAtTheMaximum() async throws {
    let rows = Rows()
    let service = try await Self.growing(rows, to: .max)
    let ran = await service.run("destroy-all posts filter: {} confirm: true in-flight: 1 max: 3")
    #expect(
      ran.status == 5
        && ran.notes.contains("error[limit]: destroy-all would destroy more resources than the limit max: 3 allows")
    )
    #expect(rows.ids.withLock { $0 } == [4, 5, 6], Comment(rawValue: ran.notes))
    await service.stop()
  }

  @Test func manyErrorsAreShownInPart() async throws {
    let errors = (1...1000).map { #"{"status":"422","detail":"wrong \#($0)"}"# }.joined(separator: ",")
    let service = try await OddService(["create": OddService.errors(errors)])
    let ran = await service.run("create posts {n: 1}")
    #expect(ran.notes.contains("  = wrong 20\n  = and 980 more errors\n"), Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains("wrong 21\n"))
    await service.stop()
  }
}
