import SQLite
import Testing

@testable import APIServer

/// Tests of changes that the broker delivers a second time.
///
/// The service does not carry out the change again, and sends the stored reply.
@Suite struct RedeliveryTests {
  private static let tables = """
    CREATE TABLE posts (id INTEGER PRIMARY KEY, text TEXT UNIQUE, views INTEGER DEFAULT 0);
    CREATE TABLE tags (id INTEGER PRIMARY KEY); INSERT INTO tags VALUES (1);
    CREATE TABLE post_tags (post_id REFERENCES posts, tag_id REFERENCES tags);
    """

  private func reply(
    _ service: ResourceService, _ id: String, _ method: String, _ params: String, isAgain: Bool
  ) -> ResourceService.Reply {
    service.reply(
      queue: "posts", body: Array(#"{"id":"\#(id)","jsonrpc":"2.0","method":"\#(method)","params":\#(params)}"#.utf8),
      correlationID: Array(id.utf8), isRedelivered: isAgain)
  }

  @Test(arguments: [
    ("create", #"{"data":{"type":"posts","attributes":{"text":"new"}}}"#),
    ("update", #"{"id":"1","data":{"type":"posts","id":"1","attributes":{"views":5}}}"#), ("destroy", #"{"id":"1"}"#),
    ("create_relationship", #"{"post_id":"1","relationship":"tags","data":[{"type":"tags","id":"1"}]}"#),
  ]) func aChangeIsAnsweredFromTheDatabase(method: String, params: String) throws {
    let file = try TemporaryFile(Self.tables + "INSERT INTO posts (id, text) VALUES (1, 'one')")
    let first = try ResourceService(opening: file.path, remembersChanges: true)
    let made = reply(first, "c-1", method, params, isAgain: false)
    #expect(!made.isError && !made.isRemembered)
    // A second service opens the database, as a new process does after a crash.
    let second = try ResourceService(opening: file.path, remembersChanges: true)
    let before = second.ask("posts", "index", #"{"include":"tags"}"#)
    let again = reply(second, "c-1", method, params, isAgain: true)
    #expect(again.body == made.body)
    #expect(again.isRemembered)
    #expect(second.ask("posts", "index", #"{"include":"tags"}"#) == before)
  }

  @Test func carriesOutAnUnfinishedChange() throws {
    let service = try ResourceService.of(Self.tables, remembersChanges: true)
    let create = #"{"data":{"type":"posts","attributes":{"text":"a"}}}"#
    let first = reply(service, "c-1", "create", create, isAgain: true)
    #expect(!first.isError && !first.isRemembered)
    // A request counts as the same change only if the broker redelivers it with the same correlation id and body.
    #expect(!reply(service, "c-1", "create", create.replacing("\"a\"", with: "\"b\""), isAgain: true).isRemembered)
    #expect(reply(service, "c-1", "create", create, isAgain: false).isError)
    #expect(service.ids("posts", "{}") == ["1", "2"])
  }

  @Test func aRefusalIsNotKept() throws {
    let service = try ResourceService.of(Self.tables, remembersChanges: true)
    let destroy = { reply(service, "c-1", "destroy", #"{"id":"1"}"#, isAgain: $0) }
    #expect(destroy(false).isError)
    _ = reply(service, "c-2", "create", #"{"data":{"type":"posts","attributes":{"text":"a"}}}"#, isAgain: false)
    #expect(!destroy(true).isError)
  }

  @Test func hidesTheTableAndKeepsTheLatestAnswers() throws {
    let database = try SharedDatabase()
    try database.use { try $0.execute(Self.tables) }
    let service = try ResourceService(database, remembersChanges: true)
    #expect(service.queues == ["posts", "tags"])
    try database.inTransaction(.immediate) { database in
      for number in 1...10_010 {
        let key = AnsweredChanges.MessageIdentity(id: Array("\(number)".utf8), body: [], isRedelivered: true)
        try AnsweredChanges.add([UInt8(ascii: "x")], to: key, database)
      }
    }
    let kept = try database.use { database in
      try ["10", "11", "10010"].map { id in
        try AnsweredChanges.answer(
          to: AnsweredChanges.MessageIdentity(id: Array(id.utf8), body: [], isRedelivered: true), database)
          != nil
      }
    }
    #expect(kept == [false, true, true])
  }

  @Test func aServiceThatStoresNothingDoesNotChangeTheFile() throws {
    let file = try TemporaryFile(Self.tables)
    _ = try ResourceService(opening: file.path)
    let tables = try SharedDatabase(path: file.path, isReadOnly: true).use { database in
      try database.run("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map { $0.text(0) }
    }
    #expect(tables == ["post_tags", "posts", "tags"])
  }
}
