import Evaluation
import Foundation
import JSONRPC
import RetortShell
import TestBench
import Testing

/// Tests of the completions that Tab offers at a cursor position, which `^` marks.
///
/// The session is connected to `embedded:blog`, and has learned names from some replies.
@Suite struct CompletionTests {
  private static let opening = [
    #"connect "embedded:blog""#, #"let posts = client queue: "posts""#, #"let authors = client queue: "authors""#,
    #"index posts include: "author,tags,comments" page: {size: 20} | count"#,
    "let made = show posts 12 include: \"author\"",
    "let page = index posts page: {size: 2}", "let all = stream posts", "let row = {n: 1, \"a b\": 2, m: {k: 1}}",
    "def old(post, days: 30) do post.views end",
  ]

  private func withBlog(_ body: (Conversation, String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory + "/data", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    for name in ["a.csv", "b.ndjson", "c.bin", ".hidden.csv", "run.journal", "shop.sqlite", "x.retort", "data/d.csv"] {
      try "".write(toFile: directory + "/" + name, atomically: false, encoding: .utf8)
    }
    let conversation = Conversation(address: "embedded:blog", directory: directory) { uri async throws(LinkError) in
      try await openLink(uri, script: "test")
    }
    for statement in Self.opening {
      let reply = await conversation.say(statement)
      #expect(!reply.errors.contains("error"), Comment(rawValue: reply.errors))
    }
    try await body(conversation, directory)
    await conversation.close()
  }

  private func offered(_ marked: String, _ conversation: Conversation) -> CompletionResult {
    let parts = marked.split(separator: "^", maxSplits: 1, omittingEmptySubsequences: false)
    return conversation.completions(of: parts.joined(), at: parts[0].utf8.count)
  }

  /// Test cases: a text with the cursor, and all completions that Tab offers.
  private static let exactly: [(String, [String])] = [
    ("cou^", ["count"]), ("count ^", ["authors", "posts"]), ("count p^", ["posts"]),
    ("count posts ^", ["filter:", "meta:", "retry:", "timeout:"]), ("count posts meta: {} f^", ["filter:"]),
    ("count posts ^ filter: {}", ["meta:", "retry:", "timeout:"]), ("count posts filter: {st^", ["state:"]),
    ("count posts filter: {state: ^", ["\"archived\"", "\"draft\"", "\"published\"", "\"spam\""]),
    ("count posts filter: {state: \"dr^", ["draft"]), ("count posts filter: {state: \"dr^\"}", ["draft"]),
    ("stream posts | wh^", ["where"]), ("stream posts | where .vi^", ["views"]),
    ("stream posts | where .te^xt", ["text"]),
    ("stream posts | where .author.na^", ["name"]), ("made.st^", ["state"]), ("made.author.na^", ["name"]),
    ("made?.st^", ["state"]), ("row.^", ["m", "n"]), ("row.m.^", ["k"]), ("page.pag^", ["pagination"]),
    ("page.items[0].st^", ["state"]), ("all | where .st^", ["state"]), ("posts.^", ["connection", "queue", "type"]),
    ("stream posts | where .state == ^", ["\"archived\"", "\"draft\"", "\"published\"", "\"spam\""]),
    ("stream posts | where .state == \"pub^", ["published"]),
    ("for post in stream posts do print post.vi^", ["views"]), ("let x = show posts 1; x.vi^", ["views"]),
    ("stream posts | as p | map p.vi^", ["views"]), ("stream posts | map .author | where .na^", ["name"]),
    ("stream posts | select .id n: .views | where .^", ["id", "n"]),
    ("stream posts | group .state | where .^", ["count", "items", "key"]),
    ("stream posts | group .state | map (.items | map .vi^", ["views"]),
    ("show posts 1 include: \"au^", ["author"]), ("show posts 1 include: \"author,ta^", ["tags"]),
    ("show posts 1 include: [\"author\", \"ta^", ["tags"]), ("index posts sort: \"-vi^", ["views"]),
    ("index posts sort: \"id,-vi^", ["views"]), ("index posts fields: \"te^", ["text"]),
    ("index posts fields: {au^", ["authors:"]), ("index posts fields: {authors: \"na^", ["name"]),
    ("index posts page: {^", ["limit:", "number:", "offset:", "size:"]),
    ("index posts page: {size: 1, nu^", ["number:"]),
    ("create posts {te^", ["text:"]), ("create posts {text: \"a\", au^", ["author:"]),
    ("create posts {author: ^", ["{type: \"authors\", id: "]), ("create posts {author: {^", ["id:", "type:"]),
    ("create posts {author: {type: ^", ["\"authors\""]), ("create posts {author: {type: \"au^", ["authors"]),
    ("1..2 | update posts {st^", ["state:"]), ("related posts 1 \"au^", ["author"]),
    ("client queue: \"po^", ["posts"]), ("let c = client queue: \"ta^", ["tags"]),
    ("client queue: \"posts\" ty^", ["type:"]),
    ("client queue: \"posts\" keys: \"w^", ["wire"]), ("connect \"embedded:b^", ["embedded:blog"]),
    ("connect \"amqps^", ["amqps://"]),
    ("connect \"x\" guard: ^", ["\"confirm\"", "\"read-only\""]), ("help desc^ ", ["describe"]),
    ("help wh^", ["where", "while"]),
    ("set ti^", ["timeout:", "timing:"]), ("set timing: ^", ["false", "true"]), ("set output: \"nd^", ["ndjson"]),
    ("stop ^", ["authors", "posts"]), ("old made ^", ["days:"]), ("ol^", ["old"]), ("print low^", ["lower("]),
    ("stream posts | sort -.vi^", ["views"]), ("let ^", []), ("# co^", []), ("print \"\\(made.st^", ["state"]),
    ("print \"co^", []), ("for x ^", ["in"]), ("stream posts | as ^", []), ("zzz^", []), ("if made.st^", ["state"]),
    ("if made.state == \"dr^", ["draft"]), ("link posts 1 \"ta^", ["tags"]), ("\ncou^", ["count"]),
    ("try do\n  sh^", ["show"]), ("def f(a) do\n  let b = show posts a\n  print b.vi^", ["views"]),
    ("1..3 | map (show posts it) | where .vi^", ["views"]), ("call posts ^", ["\""]),
    ("client queue: ^", ["\"authors\"", "\"comments\"", "\"posts\"", "\"tags\""]),
    ("stream posts include: ^", ["\"author", "\"comments", "\"tags"]),
    ("related posts 1 ^", ["\"author\"", "\"comments\"", "\"tags\""]),
    ("connect \"x\" name: ^", ["\""]), ("index posts page: {size: ^", []), ("exit ^", []),
    ("upsert posts {text: \"a\", state: \"b\"} key: ^", [".state", ".text"]),
    ("upsert posts {text: \"a\", state: \"b\"} key: .^", ["state", "text"]),
    ("upsert posts {text: \"a\"} key: .te^", ["text"]),
    ("diff (stream authors) [] key: .na^", ["name"]), ("[{n: 1, m: 2}] | upsert posts key: .^", ["m", "n"]),
    ("[{n: 1, m: 2}] | create posts key: ^", [".m", ".n"]), ("row[\"^", ["a b", "m", "n"]), ("row[\"a^", ["a b"]),
    ("row[^", ["\"a b\"", "\"m\"", "\"n\""]),
    ("row?[\"n^", ["n"]), ("set output: ^", ["\"card\"", "\"csv\"", "\"json\"", "\"ndjson\"", "\"table\""]),
    ("create posts made ke^", ["keep-id:", "keys:"]),
  ]

  @Test func fittingCandidatesAreOffered() async throws {
    try await withBlog { conversation, _ in
      for (marked, expected) in Self.exactly {
        #expect(offered(marked, conversation).candidates.map(\.text) == expected, Comment(rawValue: marked))
      }
    }
  }

  @Test func filesAreOffered() async throws {
    try await withBlog { conversation, directory in
      for (marked, expected) in [
        ("read \"DIR/^", ["DIR/a.csv", "DIR/b.ndjson", "DIR/data/"]), ("read \"DIR/.^", ["DIR/.hidden.csv"]),
        ("read \"DIR/data/^", ["DIR/data/d.csv"]), ("source \"DIR/x^", ["DIR/x.retort"]), ("read \"DIR/none/^", []),
        ("1..2 | update posts {} journal: \"DIR/run^", ["DIR/run.journal"]), ("[1] | write \"DIR/a^", ["DIR/a.csv"]),
        ("connect \"embedded:DIR/sh^", ["embedded:DIR/shop.sqlite"]),
      ] {
        let found = offered(marked.replacing("DIR", with: directory), conversation)
        let texts = expected.map { $0.replacing("DIR", with: directory) }
        #expect(found.candidates.map(\.text) == texts, Comment(rawValue: marked))
        #expect(found.suffix == (expected.last?.hasSuffix("/") ?? true ? nil : "\"") || expected.count != 1)
      }
    }
  }

  @Test func theHeadOfAFileIsKnown() async throws {
    try await withBlog { conversation, directory in
      try "name,\"born on\",n\r\n1,2,3\n".write(toFile: directory + "/p.csv", atomically: false, encoding: .utf8)
      try #"{"k":{"deep":1}}"#.write(toFile: directory + "/p.ndjson", atomically: false, encoding: .utf8)
      for (marked, expected) in [
        ("read \"DIR/p.csv\" | map .^", ["n", "name"]), ("read \"DIR/p.csv\" | where .na^", ["name"]),
        ("read \"DIR/p.ndjson\" | map .k.^", ["deep"]), ("read \"DIR/none.csv\" | map .^", []),
        ("read \"DIR\" as: \"csv\" | map .^", []),
        ("read \"DIR/p.csv\" as: \"ndjson\" | map .^", []),
      ] {
        let found = offered(marked.replacing("DIR", with: directory), conversation)
        #expect(found.candidates.map(\.text) == expected, Comment(rawValue: marked))
      }
    }
  }

  @Test func anEmbeddedServiceIsKnownBeforeItsFirstReply() async throws {
    let conversation = Conversation(address: "embedded:blog", directory: "/tmp") { uri async throws(LinkError) in
      try await openLink(uri, script: "test")
    }
    _ = await conversation.say("connect \"embedded:blog\"; let posts = client queue: \"posts\"")
    #expect(
      offered("show posts 1 include: \"^", conversation).candidates.map(\.text) == ["author", "comments", "tags"])
    #expect(offered("stream posts | map .author.^", conversation).candidates.map(\.text).contains("name"))
    let described = await conversation.say("describe posts | where .is == \"attribute\" | map .name | print")
    #expect(described.output == "text\nstate\nviews\nrating\ninserted-at\n" && described.errors.isEmpty)
    await conversation.close()
  }

  @Test func anAddressIsOffered() async throws {
    try await withBlog { conversation, _ in
      let found = offered("connect ^", conversation).candidates.map(\.text)
      #expect(Set(found).isSuperset(of: ["\"amqp://", "\"amqps://", "\"embedded:"]) && !found.contains("_"))
    }
  }

  @Test func manyThingsAreOfferedWhereManyFit() async throws {
    try await withBlog { conversation, _ in
      let statement = Set(offered("^", conversation).candidates.map(\.text))
      #expect(
        statement.isSuperset(of: ["let", "for", "count", "old", "posts", "made"]) && !statement.contains("where"))
      let head = Set(offered("let x = ^", conversation).candidates.map(\.text))
      #expect(head.isSuperset(of: ["count", "posts", "lower("]) && !head.contains("let"))
      let operand = Set(offered("stream posts | where ^", conversation).candidates.map(\.text))
      #expect(operand.isSuperset(of: [".views", ".author", "made", "lower("]))
      let filters = Set(offered("count posts filter: {^", conversation).candidates.map(\.text))
      #expect(filters.isSuperset(of: ["state:", "views:", "author:", "id:"]))
      let ids = offered("show posts ^", conversation).candidates
      #expect(
        ids.contains { $0.text == "12" && $0.note == "from a recent reply" } && ids.contains { $0.text == "made" })
    }
  }

  @Test func theCandidatesHaveNotes() async throws {
    try await withBlog { conversation, _ in
      func note(_ marked: String) -> String? { offered(marked, conversation).candidates.first?.note }
      #expect(
        note("cou^")
          == "Counts the resources that match a filter. Without a filter, the command counts all resources.")
      #expect(note("count posts fil^") == "the values that a resource must have, such as {state: \"draft\", author: 7}")
      #expect(note("made.sta^") == "string")
      #expect(note("stream posts | where .sta^")?.hasPrefix("string: \"") == true)
      #expect(note("show posts 1 include: \"au^") == "to one authors")
      #expect(note("count po^")?.hasPrefix("client of queue posts on embedded:blog") == true)
    }
  }

  @Test func theTextAfterACandidateFits() async throws {
    try await withBlog { conversation, _ in
      #expect(offered("cou^", conversation).suffix == " ")
      #expect(offered("count posts filter: {state: \"dr^", conversation).suffix == "\"")
      #expect(offered("count posts filter: {state: \"dr^\"}", conversation).suffix == nil)
      #expect(offered("made.te^", conversation).suffix == nil)
      #expect(offered("show posts 1 include: \"au^", conversation).suffix == nil)
      let sort = offered("index posts sort: \"id,-vi^", conversation)
      #expect(sort.start == #"index posts sort: "id,-"#.utf8.count)
    }
  }

  @Test func refusedNamesAreNotOffered() async throws {
    try await withBlog { conversation, _ in
      #expect(offered("count posts filter: {inserted^", conversation).candidates.count == 1)
      let refused = await conversation.say("count posts filter: {nope: 1}")
      #expect(refused.errors.contains("nope"))
      #expect(offered("count posts filter: {nop^", conversation).candidates.isEmpty)
    }
  }

  /// Completion works at every position of every text.
  @Test func everyPlaceHasAnAnswer() async throws {
    try await withBlog { conversation, _ in
      for (marked, _) in Self.exactly {
        let text = marked.replacing("^", with: "")
        for place in 0...text.utf8.count {
          let found = conversation.completions(of: text, at: place)
          #expect(found.start <= place, Comment(rawValue: text))
        }
      }
    }
  }
}
