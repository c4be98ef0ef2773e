import Testing

@testable import APIServer

/// Tests of the method `index`: filters, sort orders, selected fields and errors.
@Suite struct IndexTests {
  let service: ResourceService

  init() throws { service = try .blog() }

  @Test func aDocumentHasDataIncludedMetaAndLinksInThisOrder() {
    let query =
      "fields%5Bauthors%5D=name&fields%5Bposts%5D=views%2Cauthor&filter%5Bstate%5D=published&include=author"
    #expect(
      service.ask(
        "posts", "index",
        #"{"filter":{"state":"published"},"sort":"-views,id","include":"author","fields":{"posts":"views,author","authors":"name"},"page":{"number":1,"size":2}}"#
      )

        == #"{"data":[{"id":"101","type":"posts","attributes":{"views":99819},"relationships":{"author":{"data":{"type":"authors","id":"1"}}}},{"id":"745","type":"posts","attributes":{"views":99655},"relationships":{"author":{"data":{"type":"authors","id":"45"}}}}],"included":[{"id":"1","type":"authors","attributes":{"name":"Ada Archer"}},{"id":"45","type":"authors","attributes":{"name":"Eve Eliot"}}],"meta":{"record-count":250},"links":{"first":"/posts?\#(query)&page%5Bnumber%5D=1&page%5Bsize%5D=2&sort=-views%2Cid","next":"/posts?\#(query)&page%5Bnumber%5D=2&page%5Bsize%5D=2&sort=-views%2Cid","last":"/posts?\#(query)&page%5Bnumber%5D=125&page%5Bsize%5D=2&sort=-views%2Cid"}}"#
    )
  }

  @Test(
    arguments: [
      ("posts", #"{"filter":{"state":"spam,archived"},"page":{"size":4}}"#, ["2", "3", "6", "7"]),
      ("posts", #"{"filter":{"author":"7"},"page":{"size":2}}"#, ["7", "57"]),
      ("posts", #"{"filter":{"author":"7,8"},"page":{"size":4}}"#, ["7", "8", "57", "58"]),
      ("posts", #"{"filter":{"author":"x"}}"#, []),
      ("posts", #"{"filter":{"state":"draft","author":"8"},"page":{"size":2}}"#, ["8", "108"]),
      ("posts", #"{"filter":{"views":"7919"}}"#, ["1"]),
      ("posts", #"{"filter":{"views":"many"}}"#, []),
      ("posts", #"{"filter":{"rating":"1.1"},"page":{"size":2}}"#, ["1", "11"]),
      ("posts", #"{"filter":{"rating":"x"}}"#, []),
      ("posts", #"{"filter":{"comments":"1005,7"}}"#, ["5", "7"]),
      ("authors", #"{"filter":{"active":"false"},"page":{"size":2}}"#, ["7", "14"]),
      ("authors", #"{"filter":{"name":"Ada Archer,Nobody"}}"#, ["1"]),
      ("authors", #"{"filter":{"id":"1,2,x,1"}}"#, ["1", "2"]),
      ("authors", #"{"filter":{}}"#, (1...10).map(String.init)),
      ("posts", #"{"sort":"author.name,-id","page":{"size":2}}"#, ["951", "901"]),
      ("posts", #"{"sort":"-inserted-at","page":{"size":2}}"#, ["1000", "999"]),
      ("posts", #"{"sort":"-id,views","page":{"size":2}}"#, ["1000", "999"]),
      ("comments", #"{"sort":"-post.author.name,post.id,id","page":{"size":2}}"#, ["50", "1050"]),
      ("authors", #"{"sort":"born-on","page":{"size":6}}"#, ["10", "20", "30", "40", "50", "1"]),
    ])
  func filtersAndOrders(queue: String, params: String, ids: [String]) {
    #expect(service.ids(queue, params) == ids)
  }

  @Test func numbersKeptAsTextAreOrderedAsNumbers() throws {
    let service = try ResourceService.of(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, r NUMBER_TEXT); INSERT INTO a VALUES (1, '10.5'), (2, '9.50'), (3, NULL)"
    )
    #expect(service.ids("a", #"{"sort":"r"}"#) == ["3", "2", "1"])
  }

  @Test(arguments: [
    (
      #"{"filter":{"nope":"1"}}"#,
      #"{"title":"Filter not allowed","detail":"nope is not allowed.","code":"102","source":{"parameter":"filter"},"status":"400"}"#
    ),
    (
      #"{"filter":"state"}"#,
      #"{"title":"Invalid filters syntax","detail":"state is not a valid syntax for filtering.","code":"120","source":{"parameter":"filter"},"status":"400"}"#
    ),
    (
      #"{"filter":{"author":7}}"#,
      #"{"title":"Invalid filter value","detail":"7 is not a valid value for author.","code":"107","source":{"parameter":"filter"},"status":"400"}"#
    ),
    (
      #"{"filter":{"state":null}}"#,
      #"{"title":"Invalid filter value","detail":"null is not a valid value for state.","code":"107","source":{"parameter":"filter"},"status":"400"}"#
    ),
    (
      #"{"sort":"-nope"}"#,
      #"{"title":"Invalid sort criteria","detail":"nope is not a valid sort criteria for posts","code":"114","source":{"parameter":"sort"},"status":"400"}"#
    ),
    (
      #"{"sort":"tags.name"}"#,
      #"{"title":"Invalid sort criteria","detail":"tags.name is not a valid sort criteria for posts","code":"114","source":{"parameter":"sort"},"status":"400"}"#
    ),
    (
      #"{"sort":["id"]}"#,
      #"{"title":"Invalid sort criteria","detail":"[\"id\"] is not a valid sort criteria for posts","code":"114","source":{"parameter":"sort"},"status":"400"}"#
    ),
    (
      #"{"page":{"size":1001}}"#,
      #"{"title":"Invalid page value","detail":"size exceeds maximum page size of 1000.","code":"118","source":{"parameter":"page"},"status":"400","meta":{"maximum":1000}}"#
    ),
    (
      #"{"page":{"number":0}}"#,
      #"{"title":"Invalid page value","detail":"0 is not a valid value for number page parameter.","code":"118","source":{"parameter":"page"},"status":"400"}"#
    ),
    (
      #"{"page":{"size":"x"}}"#,
      #"{"title":"Invalid page value","detail":"x is not a valid value for size page parameter.","code":"118","source":{"parameter":"page"},"status":"400"}"#
    ),
    (
      #"{"page":{"offset":0}}"#,
      #"{"title":"Page parameter not allowed","detail":"offset is not an allowed page parameter.","code":"105","source":{"parameter":"page"},"status":"400"}"#
    ),
    (
      #"{"page":2}"#,
      #"{"title":"Invalid Page Object","detail":"2 is not an object with number and size.","code":"117","source":{"parameter":"page"},"status":"400"}"#
    ),
    (
      #"{"filter":{"nope":"1"},"include":"nope","sort":"bad"}"#,
      #"{"title":"Invalid field","detail":"nope is not a valid relationship of posts","code":"112","source":{"parameter":"include"},"status":"400"},{"title":"Filter not allowed","detail":"nope is not allowed.","code":"102","source":{"parameter":"filter"},"status":"400"},{"title":"Invalid sort criteria","detail":"bad is not a valid sort criteria for posts","code":"114","source":{"parameter":"sort"},"status":"400"}"#
    ),
  ])
  func refusesInvalidQueries(params: String, errors: String) {
    #expect(service.ask("posts", "index", params) == errors)
  }

  @Test func includesTakeOneQueryEachForAnyNumberOfRecords() throws {
    let log = StatementLog()
    let service = try ResourceService.of(
      """
      CREATE TABLE a (id INTEGER PRIMARY KEY);
      CREATE TABLE b (id INTEGER PRIMARY KEY, a_id REFERENCES a);
      CREATE TABLE c (id INTEGER PRIMARY KEY, b_id REFERENCES b);
      WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 900) INSERT INTO a SELECT n FROM n;
      INSERT INTO b SELECT id, id FROM a; INSERT INTO c SELECT id, id FROM b;
      """, log: log)
    _ = service.ids("a", #"{"page":{"size":1}}"#)
    _ = log.taken()
    for size in [1, 900] {
      #expect(service.ids("c", #"{"include":"b.a.b,b.c","page":{"size":\#(size)}}"#).count == size)
      #expect(log.taken().filter { !$0.contains("count(*)") && !$0.contains("PRAGMA") }.count == 5)
    }
  }
}
