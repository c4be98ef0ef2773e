import JSONRPC
import SQLite
import Testing

@testable import APIServer

/// Tests of opening a SQLite database as a service, and of the errors of failed attempts.
@Suite struct OpeningTests {
  private func failure(_ path: String) -> ResourceService.DatabaseOpeningError? {
    do throws(ResourceService.DatabaseOpeningError) {
      _ = try ResourceService(opening: path)
      return nil
    } catch { return error }
  }

  @Test func doesNotCreateAMissingFile() throws {
    let file = try TemporaryFile()
    #expect(
      failure(file.path)
        == ResourceService.DatabaseOpeningError(
          .noSuchFile, "there is no file \"\(file.path)\"; for the sample write \"blog\"")
    )
    #expect(!file.exists)
  }

  @Test func reportsAFileThatIsNotADatabase() throws {
    let (empty, text) = (try TemporaryFile(bytes: []), try TemporaryFile(bytes: Array("id,name\n".utf8)))
    #expect(
      failure(empty.path)
        == ResourceService.DatabaseOpeningError(.notADatabase, "\"\(empty.path)\" is not a SQLite database"))
    #expect(
      failure(text.path)
        == ResourceService.DatabaseOpeningError(.notADatabase, "\"\(text.path)\" is not a SQLite database"))
    let folder = String(text.path.dropLast("/shop.sqlite".count))
    #expect(
      failure(folder)
        == ResourceService.DatabaseOpeningError(.notADatabase, "\"\(folder)\" is a directory, not a database"))
    let torn = try TemporaryFile(bytes: Array("SQLite format 3\0".utf8) + Array(repeating: 7, count: 5000))
    #expect(failure(torn.path)?.kind == .unreadable)
    let bare = try TemporaryFile("CREATE VIEW v AS SELECT 1")
    #expect(
      failure(bare.path) == ResourceService.DatabaseOpeningError(.noTables, "\"\(bare.path)\" has no table to serve"))
  }

  @Test func aFilesForeignKeysAreIndexedAndItIsInWALMode() throws {
    let file = try TemporaryFile(
      """
      CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY, a_id REFERENCES a, c_id REFERENCES a);
      CREATE INDEX mine ON b (c_id, a_id);
      """)
    _ = try ResourceService(opening: file.path)
    let database = try SharedDatabase(path: file.path, isReadOnly: true)
    let (indexes, mode) = try database.use { database in
      (
        try database.run("SELECT sql FROM sqlite_schema WHERE type = 'index' ORDER BY name").map { $0.text(0) },
        try database.run("PRAGMA journal_mode").first?.text(0)
      )
    }
    #expect(indexes == ["CREATE INDEX mine ON b (c_id, a_id)", #"CREATE INDEX "retort_b_a_id" ON "b" ("a_id")"#])
    #expect(mode == "wal")
  }

  @Test func aDatabaseThatIsOnlyReadRefusesWrites() throws {
    let file = try TemporaryFile("CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1)")
    let service = try ResourceService(SharedDatabase(path: file.path, isReadOnly: true))
    #expect(service.ids("a", "{}") == ["1"])
    #expect(
      service.ask("a", "destroy", #"{"id":"1"}"#)
        == #"{"title":"Forbidden","detail":"The database is read-only.","code":"403","status":"403"}"#)
  }

  @Test func theSampleIsTheSameEveryTime() throws {
    let service = try ResourceService.blog()
    let counts = service.queues.map { queue in
      service.ask(queue, "index", #"{"page":{"size":1}}"#).split(separator: #""record-count":"#).last?.prefix {
        $0 != "}"
      }
    }
    #expect(counts == ["50", "3000", "1000", "20"])
    let states = ["draft", "published", "spam", "archived"]
    for (number, state) in states.enumerated() {
      #expect(
        service.ids("posts", #"{"filter":{"state":"\#(state)"},"page":{"size":2}}"#)
          == (number == 0 ? ["4", "8"] : ["\(number)", "\(number + 4)"]))
    }
    #expect(
      service.ask("posts", "show", #"{"id":"1000","include":"author","fields":{"authors":"name"}}"#)
        == #"{"data":{"id":"1000","type":"posts","attributes":{"text":"Post 1000","state":"draft","views":19000,"rating":null,"inserted-at":"2026-02-11T16:00:00Z"},"relationships":{"author":{"data":{"type":"authors","id":"50"}},"comments":{"links":{"related":"/posts/1000/comments"}},"tags":{"links":{"related":"/posts/1000/tags"}}}},"included":[{"id":"50","type":"authors","attributes":{"name":"Jon Eliot"}}]}"#
    )
    #expect(
      service.ask("comments", "show", #"{"id":"3000"}"#)
        == #"{"data":{"id":"3000","type":"comments","attributes":{"body":"Comment 3000"},"relationships":{"post":{"data":{"type":"posts","id":"1000"}},"author":{"data":{"type":"authors","id":"1"}}}}}"#
    )
    #expect(service.ids("authors", #"{"filter":{"active":"false"}}"#) == ["7", "14", "21", "28", "35", "42", "49"])
  }
}
