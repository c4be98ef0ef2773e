import Testing

@testable import APIServer

/// Tests of the pages of a list: links and counts, and the search for the next page by the key of the last row.
@Suite struct PagingTests {
  /// Calls `index`, and returns the end of the response: `meta` and `links`.
  private func end(_ service: ResourceService, _ queue: String, _ params: String) -> String {
    let reply = service.ask(queue, "index", params)
    return reply.split(separator: #""meta":"#).last.map { String($0) } ?? reply
  }

  private func links(_ pages: [(String, Int)], _ rest: String, before: String = "") -> String {
    pages.map { #""\#($0.0)":"/tags?\#(before)page%5Bnumber%5D=\#($0.1)&page%5Bsize%5D=\#(rest)""# }.joined(
      separator: ",")
  }

  // The explicit type saves time: without it, the compiler takes minutes for the literal.
  private static let linked: [(params: String, pages: [(String, Int)], size: String)] = [
    (#"{}"#, [("first", 1), ("next", 2), ("last", 2)], "10"),
    (#"{"page":{"number":"2","size":"3"}}"#, [("first", 1), ("prev", 1), ("next", 3), ("last", 7)], "3"),
    (#"{"page":{"number":20,"size":1}}"#, [("first", 1), ("prev", 19), ("last", 20)], "1"),
    (#"{"page":{"number":99,"size":10}}"#, [("first", 1), ("prev", 98), ("last", 2)], "10"),
    (#"{"page":{"size":1000}}"#, [("first", 1), ("last", 1)], "1000"),
    (
      #"{"page":{"number":9223372036854775807}}"#, [("first", 1), ("prev", 9_223_372_036_854_775_806), ("last", 2)],
      "10"
    ),
  ]

  @Test(arguments: linked)
  func linksNameThePagesThereAre(params: String, pages: [(String, Int)], size: String) throws {
    #expect(
      end(try .blog(), "tags", params) == #"{"record-count":20},"links":{\#(links(pages, size))}}"#)
  }

  @Test func anEmptyListHasOnePage() throws {
    #expect(
      try ResourceService.blog().ask("tags", "index", #"{"filter":{"name":"No & [body]"}}"#)
        == #"{"data":[],"meta":{"record-count":0},"links":{\#(links([("first", 1), ("last", 1)], "10", before: "filter%5Bname%5D=No+%26+%5Bbody%5D&"))}}"#
    )
  }

  private static let orders = [
    "", "-id", "n", "-n", "s", "-s", "n,-s", "-n,s", "-n,-s,-id", "owner.name,n", "-owner.name,-n", "required,-n",
    "-required",
  ]

  @Test(arguments: orders) func everyOrderCanBeContinued(sort: String) throws {
    let log = StatementLog()
    let service = try ResourceService.of(
      """
      CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE);
      INSERT INTO owners VALUES (1, 'b'), (2, 'A'), (3, NULL), (4, 'B');
      CREATE TABLE a (id INTEGER PRIMARY KEY, n REAL, s TEXT, required INTEGER NOT NULL, owner_id REFERENCES owners);
      WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 200)
      INSERT INTO a SELECT i, nullif(i * 7 % 5, 3) / 4.0, nullif(char(65 + i * 11 % 7), 'C'), i % 3, nullif(i % 5, 0)
      FROM i;
      """, log: log)
    let whole = service.ids("a", #"{"sort":"\#(sort)","page":{"size":1000}}"#)
    #expect(whole.count == 200)
    _ = log.taken()
    let paged = (1...29).flatMap { service.ids("a", #"{"sort":"\#(sort)","page":{"size":7,"number":\#($0)}}"#) }
    #expect(paged == whole)
    #expect(log.taken().allSatisfy { !$0.contains("OFFSET") })
  }

  @Test func pagesOfALargeTableAreFoundByKeyAndCountedOnce() throws {
    let log = StatementLog()
    let service = try ResourceService.of(
      """
      CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER);
      WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 20000) INSERT INTO a SELECT i, i FROM i;
      """, log: log)
    _ = log.taken()
    for page in 1...200 {
      #expect(service.ids("a", #"{"page":{"size":100,"number":\#(page)}}"#).first == "\(page * 100 - 99)")
    }
    let statements = log.taken()
    #expect(statements.count { $0.contains("count(*)") } == 1)
    #expect(statements.count == 401)
    let page = "SELECT t.\"id\", t.\"n\", t.\"id\" FROM \"a\" AS t"
    #expect(
      statements.filter { $0.hasPrefix(page) }
        == (0..<200).map {
          "\(page)\($0 == 0 ? "" : " WHERE ((t.\"id\" > \($0 * 100)))") ORDER BY t.\"id\" LIMIT 100"
        })
  }

  @Test func aPageInTheMiddleAndInterleavedClientsArePagedRight() throws {
    let log = StatementLog()
    let service = try ResourceService.of(
      "CREATE TABLE a (id INTEGER PRIMARY KEY); WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 99) INSERT INTO a SELECT i FROM i",
      log: log)
    #expect(service.ids("a", #"{"page":{"number":5,"size":3}}"#) == ["13", "14", "15"])
    #expect(log.taken().contains { $0.hasSuffix("LIMIT 3 OFFSET 12") })
    for (left, right) in zip(6...8, 1...3) {
      #expect(service.ids("a", #"{"page":{"number":\#(left),"size":3}}"#).first == "\(left * 3 - 2)")
      #expect(service.ids("a", #"{"page":{"number":\#(right),"size":3}}"#).first == "\(right * 3 - 2)")
      #expect(service.ids("a", #"{"page":{"number":\#(right),"size":4},"sort":"-id"}"#).first == "\(103 - right * 4)")
    }
    #expect(log.taken().allSatisfy { !$0.contains("OFFSET") })
  }

  @Test func aChangeIsCountedAndShiftsThePages() throws {
    let service = try ResourceService.blog()
    #expect(service.ids("tags", #"{"page":{"size":2}}"#) == ["1", "2"])
    #expect(service.ask("tags", "destroy", #"{"id":"1"}"#) == "{}")
    #expect(service.ids("tags", #"{"page":{"size":2,"number":2}}"#) == ["4", "5"])
    #expect(end(service, "tags", "{}").hasPrefix(#"{"record-count":19}"#))
  }

  @Test func anotherConnectionsChangeIsSeen() throws {
    let file = try TemporaryFile("CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1), (2), (3)")
    let (one, other) = (try ResourceService(opening: file.path), try ResourceService(opening: file.path))
    #expect(one.ids("a", #"{"page":{"size":1}}"#) == ["1"])
    #expect(other.ask("a", "destroy", #"{"id":"1"}"#) == "{}")
    #expect(one.ids("a", #"{"page":{"size":1,"number":2}}"#) == ["3"])
    #expect(end(one, "a", "{}").hasPrefix(#"{"record-count":2}"#))
  }
}
