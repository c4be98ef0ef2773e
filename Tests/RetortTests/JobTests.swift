import Foundation
import JSONRPC
import TestBench
import Testing

/// Tests that run typical jobs of operators as scripts.
///
/// Each job runs on the service inside the program and through a real RabbitMQ.
@Suite(.timeLimit(.minutes(15))) struct JobTests {
  enum World: CaseIterable { case embedded, rabbitMQ }

  /// A job: its name, its script, and the expected standard output and standard error (`notes`).
  struct Job: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var script: String
    var output: String
    var notes: String

    init(_ name: String, _ script: String, output: String = "", notes: String = "") {
      (testDescription, self.script, self.output, self.notes) = (name, script, output, notes)
    }
  }

  private static let clients = """
    let old = connect "OLD" name: "old"
    let new = connect "NEW" name: "new"
    let old-authors = client queue: "authors" on: old
    let old-posts = client queue: "posts" on: old
    let authors = client queue: "authors" on: new
    let posts = client queue: "posts" on: new

    """

  @Test(arguments: jobs, World.allCases) func aJobHasTheExpectedOutput(_ job: Job, in world: World) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await Self.serving(in: world) { old, new in
      let script = (Self.clients + job.script).replacing("\"OLD\"", with: "\"\(old)\"")
        .replacing("\"NEW\"", with: "\"\(new)\"")
        .replacing(#/"([\w-]+\.(csv|ndjson|journal))"/#) { "\"\(directory)/\($0.output.1)\"" }
      let ran = await Ran.retort("--yes", "-c", script)
      #expect(ran.output == job.output)
      // The comparison omits code excerpts, which depend on the directory's name, and speeds, which only slow runs
      // report.
      let notes = ran.notes.replacing(directory + "/", with: "").split(
        separator: "\n", omittingEmptySubsequences: false)
      #expect(
        notes.filter { !$0.starts(with: #/ *(-->|\d* \|)/#) && !$0.contains(" p95 ") }.joined(separator: "\n")
          == job.notes)
      #expect(ran.status == (job.notes.contains("error") ? 5 : 0))
    }
  }

  /// Calls `body` with the addresses of two separate sample blogs.
  private static func serving(in world: World, _ body: (_ old: String, _ new: String) async throws -> Void) async throws
  {
    guard world == .rabbitMQ else { return try await body("embedded:blog", "embedded:blog") }
    let broker = try await PrivateBroker.shared
    let (old, new) = (try broker.vhost(), try broker.vhost())
    try await ServedBlog.serving(on: old.uri) {
      try await ServedBlog.serving(on: new.uri) { try await body(old.uri, new.uri) }
    }
  }

  static let jobs = [
    Job(
      "1 import, update or create",
      #"""
      [{email: "Author1@example.com", name: "Ada", born: "1.2.1990"}, {email: "bo@x.org", name: "Bo", born: "31.12.1991"}] | write "p.csv"
      read "p.csv" | map {email: lower(.email), name: .name, born-on: date(time(.born, "%d.%m.%Y"))} | upsert authors key: .email on-error: "continue" failed: "bad.ndjson"
      stream authors filter: {email: ["author1@example.com", "bo@x.org"]} | select .name .born-on
      """#,
      output: #"""
        {"name":"Ada","born-on":"1990-02-01"}
        {"name":"Bo","born-on":"1991-12-31"}

        """#,
      notes: """
        wrote 2 to p.csv
        upsert authors: 1 created, 1 updated, 0 same

        """),
    Job(
      "2 copy between services, ids mapped; 3 verify the copy",
      #"""
      let comments = client queue: "comments" on: new
      for queue in [comments, posts, authors] do destroy-all queue filter: {} confirm: true end
      let ids = stream old-authors | as a | map {email: a.email, name: a.name} | create authors key: .email journal: "a.journal" | map {old: a.id, new: .id} | index-by .old
      stream old-posts include: "author" | map {text: .text, author: {type: "authors", id: ids[.author.id].new}} | create posts key: .text journal: "b.journal"
      assert (diff (stream old-authors | select .email .name) (stream authors | select .email .name) key: .email | count) == 0
      let by-text = stream posts include: "author" | index-by .text
      stream old-posts include: "author" | where by-text[.text].author.email != .author.email | count
      """#,
      output: "0\n",
      notes: """
        create authors: 50 ok
        create posts: 1000 ok
        diff: 0 added, 0 removed, 0 changed, 50 same

        """),
    Job(
      "4 nightly cleanup with a cap",
      #"""
      stream posts | where time(.inserted-at) < ago(30d) | where .state == "spam" | collect | destroy posts max: int(var("cap", "300")) backup: "gone.ndjson"
      [(count posts), (read "gone.ndjson" | count)]
      read "gone.ndjson" | create posts keep-id: true
      diff (stream old-posts) (stream posts) key: .id | count
      """#,
      output: "750\n250\n0\n",
      notes: """
        posts: the relationships comments, tags are not in the backup, because the service sent no data for them; to get the data, use include: "comments,tags"
        destroy posts: 250 ok
        posts: the relationships comments, tags are not sent, because the service sent no data for them; to get the data, use include: "comments,tags"
        create posts: 250 ok
        diff: 0 added, 0 removed, 0 changed, 1000 same

        """),
    Job(
      "5 rename a state, with a way back",
      #"""
      stream posts filter: {state: "draft"} | collect | update posts {state: "published"} backup: "before.ndjson" journal: "rename.journal"
      count posts filter: {state: "draft"}
      read "before.ndjson" | update posts {state: .state}
      diff (stream old-posts) (stream posts) key: .id | count
      """#,
      output: "0\n0\n",
      notes: """
        update posts: 250 ok
        update posts: 250 ok
        diff: 0 added, 0 removed, 0 changed, 1000 same

        """),
    Job(
      "6 run failures again",
      #"""
      [{email: "cy@x.org", name: "Ada Archer", born: "1.2.1990"}, {email: "di@x.org", name: "Di", born: "1.2.1990"}] | write "p.csv"
      read "p.csv" | map {email: lower(.email), name: .name, born-on: date(time(.born, "%d.%m.%Y"))} | upsert authors key: .email on-error: "continue" failed: "bad.ndjson"
      let renamed = update authors 1 {name: "Ada Ashe"}
      read "bad.ndjson" | where .error.kind != "unknown" | map .source | map {email: lower(.email), name: .name, born-on: date(time(.born, "%d.%m.%Y"))} | upsert authors key: .email
      """#,
      notes: """
        wrote 2 to p.csv
        upsert authors: 1 created, 0 updated, 0 same, 1 failed
        error[invalid]: authors upsert: name - has already been taken
          = the service reports an error at /data/attributes/name
          = at element 1: {"email":"cy@x.org","name":"Ada Archer","born-on":"1990-0...
        upsert authors: 1 created, 0 updated, 0 same

        """),
    Job(
      "7 report by group", "stream posts | group .state | select .key .count views: (.items | sum .views)",
      output: """
        {"key":"published","count":250,"views":12495250}
        {"key":"spam","count":250,"views":12375000}
        {"key":"archived","count":250,"views":12454750}
        {"key":"draft","count":250,"views":12534500}

        """),
    Job(
      "8 duplicates",
      #"""
      let twice = ["DI@x.org", "di@x.org", "ed@x.org"] | map {name: it, email: it} | create authors
      stream authors | group lower(.email) | where .count > 1 | select .key ids: (.items | map .id)
      """#,
      output: #"""
        {"key":"di@x.org","ids":["51","52"]}

        """#, notes: "create authors: 3 ok\n"),
    Job(
      "9 bad dates",
      #"""
      let bad = update authors 7 {born-on: "31.12.1991"}
      stream authors | where matches(.born-on ?? "", /^\d\d\./) | collect | update authors {born-on: date(time(.born-on, "%d.%m.%Y"))}
      print (show authors 7).born-on
      """#, output: "1991-12-31\n", notes: "update authors: 1 ok\n"),
    Job(
      "10 tags for many",
      #"""
      stream posts filter: {state: "draft"} | collect | link posts "tags" [{type: "tags", id: "3"}]
      stream posts filter: {state: "draft"} include: "tags" | where not ("3" in (.tags | map .id)) | count
      """#, output: "0\n", notes: "link posts: 250 ok\n"),
  ]
}
