import Testing

@testable import APIServer

/// Tests of the types and relationships that the service derives from tables and foreign keys.
@Suite struct SchemaTests {
  @Test func aTextKeyIsTheIDAndMustBeGiven() throws {
    let service = try ResourceService.of("CREATE TABLE countries (code TEXT PRIMARY KEY, full_name TEXT) WITHOUT ROWID")
    #expect(
      service.ask("countries", "create", #"{"data":{"type":"countries","id":"a/ ü","attributes":{"full-name":"X"}}}"#)
        == #"{"data":{"id":"a/ ü","type":"countries","attributes":{"full-name":"X"}}}"#)
    #expect(service.ids("countries", #"{"filter":{"id":"a/ ü"}}"#) == ["a/ ü"])
    #expect(
      service.ask("countries", "create", #"{"data":{"type":"countries"}}"#)
        == #"{"title":"can't be blank","detail":"id - can't be blank","code":"100","source":{"pointer":"/data/id"},"status":"422"}"#
    )
  }

  @Test func aKeyWithADefaultNeedsNone() throws {
    let service = try ResourceService.of("CREATE TABLE a (id TEXT PRIMARY KEY DEFAULT ('k' || 1))")
    #expect(
      service.ask("a", "create", #"{"data":{"type":"a","attributes":{}}}"#) == #"{"data":{"id":"k1","type":"a"}}"#)
  }

  @Test func aTableWithoutAKeyUsesItsRowID() throws {
    let service = try ResourceService.of(
      "CREATE TABLE log (line TEXT, rowid TEXT); INSERT INTO log VALUES ('one', 'x'), ('two', 'y')")
    #expect(
      service.ask("log", "show", #"{"id":"2"}"#)
        == #"{"data":{"id":"2","type":"log","attributes":{"line":"two","rowid":"y"}}}"#)
    #expect(
      service.ask("log", "create", #"{"data":{"type":"log","attributes":{"line":"three"}},"fields":{"log":"line"}}"#)
        == #"{"data":{"id":"3","type":"log","attributes":{"line":"three"}}}"#)
    #expect(
      service.ask("log", "create", #"{"data":{"type":"log","id":"9"}}"#)
        == #"{"title":"Param not allowed","detail":"id is not allowed.","code":"105","status":"400"}"#)
    #expect(service.ask("log", "destroy", #"{"id":"1"}"#) == "{}")
    #expect(service.ids("log", "{}") == ["2", "3"])
  }

  @Test func doesNotServeTablesWithoutAStableKey() throws {
    let service = try ResourceService.of(
      """
      CREATE TABLE pairs (a INTEGER, b INTEGER, c TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
      CREATE TABLE things (id INTEGER PRIMARY KEY); CREATE VIEW names AS SELECT id FROM things;
      CREATE VIRTUAL TABLE search USING fts5(body);
      """)
    #expect(service.queues == ["things"])
  }

  @Test func relationshipsAreNamedAfterColumnsAndTables() throws {
    let service = try ResourceService.of(
      """
      CREATE TABLE people (id INTEGER PRIMARY KEY, boss_id REFERENCES people);
      CREATE TABLE blog_posts (
        id INTEGER PRIMARY KEY, author_id REFERENCES people, editor_id REFERENCES people (id), place REFERENCES people,
        pair_a, pair_b, FOREIGN KEY (pair_a, pair_b) REFERENCES pairs);
      CREATE TABLE pairs (a, b, PRIMARY KEY (a, b));
      INSERT INTO people VALUES (1, NULL), (2, 1); INSERT INTO pairs VALUES (5, 6); INSERT INTO blog_posts VALUES (1, 2, 1, NULL, 5, 6);
      """)
    #expect(
      service.ask("people", "show", #"{"id":"1","include":"people,editor-blog-posts"}"#)
        == #"{"data":{"id":"1","type":"people","relationships":{"boss":{"data":null},"author-blog-posts":{"links":{"related":"/people/1/author-blog-posts"}},"editor-blog-posts":{"data":[{"type":"blog_posts","id":"1"}]},"place-blog-posts":{"links":{"related":"/people/1/place-blog-posts"}},"people":{"data":[{"type":"people","id":"2"}]}}},"included":[{"id":"2","type":"people","relationships":{"boss":{"data":{"type":"people","id":"1"}},"author-blog-posts":{"links":{"related":"/people/2/author-blog-posts"}},"editor-blog-posts":{"links":{"related":"/people/2/editor-blog-posts"}},"place-blog-posts":{"links":{"related":"/people/2/place-blog-posts"}},"people":{"links":{"related":"/people/2/people"}}}},{"id":"1","type":"blog_posts","attributes":{"pair-a":5,"pair-b":6},"relationships":{"author":{"data":{"type":"people","id":"2"}},"editor":{"data":{"type":"people","id":"1"}},"place":{"data":null}}}]}"#
    )
  }

  @Test func namesThatAreTakenAreLonger() throws {
    let service = try ResourceService.of(
      """
      CREATE TABLE a (id INTEGER PRIMARY KEY, bs INTEGER);
      CREATE TABLE bs (id INTEGER PRIMARY KEY, a TEXT, a_id REFERENCES a, type_id REFERENCES a);
      CREATE TABLE "od""d" (id INTEGER PRIMARY KEY, "sel""ect" TEXT);
      INSERT INTO a VALUES (1, 7); INSERT INTO bs VALUES (1, 'x', 1, NULL); INSERT INTO "od""d" VALUES (1, 'q');
      """)
    #expect(
      service.ask("bs", "show", #"{"id":"1"}"#)
        == #"{"data":{"id":"1","type":"bs","attributes":{"a":"x"},"relationships":{"a-id":{"data":{"type":"a","id":"1"}},"type-id":{"data":null}}}}"#
    )
    #expect(
      service.ask("a", "show", #"{"id":"1"}"#)
        == #"{"data":{"id":"1","type":"a","attributes":{"bs":7},"relationships":{"a-id-bs":{"links":{"related":"/a/1/a-id-bs"}},"type-id-bs":{"links":{"related":"/a/1/type-id-bs"}}}}}"#
    )
    #expect(
      service.ask(#"od"d"#, "index", #"{"filter":{"sel\"ect":"q"},"sort":"-sel\"ect"}"#).hasPrefix(
        #"{"data":[{"id":"1","type":"od\"d","attributes":{"sel\"ect":"q"}}],"meta":{"record-count":1}"#))
  }

  @Test func aJoinTableHasNoOtherColumn() throws {
    let service = try ResourceService.of(
      """
      CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY);
      CREATE TABLE a_b (a_id REFERENCES a, b_id REFERENCES b);
      CREATE TABLE dated (a_id REFERENCES a, b_id REFERENCES b, since TEXT, PRIMARY KEY (a_id, b_id));
      """)
    #expect(service.queues == ["a", "b", "dated"])
    #expect(
      service.ask("a", "create", #"{"data":{"type":"a"}}"#)
        == #"{"data":{"id":"1","type":"a","relationships":{"dated":{"links":{"related":"/a/1/dated"}},"b":{"links":{"related":"/a/1/b"}}}}}"#
    )
  }

  @Test(arguments: [
    ("CHECK (a > 0)", "must satisfy a > 0", ["a"]), ("CONSTRAINT named CHECK(b)", "named", ["b"]),
    (#"CONSTRAINT "can't be ""b""" CHECK (B <> ')' /* a */ AND abs(a) > 1)"#, #"can't be "b""#, ["b", "a"]),
    ("CONSTRAINT 'it''s' CHECK ([a] + `b`)", "it's", ["a", "b"]),
    ("CONSTRAINT x UNIQUE CHECK ((a) -- )\n > (1))", "must satisfy (a) -- )\n > (1)", ["a"]),
    ("CHECK (1)", "must satisfy 1", []), ("CHECK (check_sum(a", "must satisfy check_sum(a)", ["a"]),
  ])
  func checksAreReadFromTheTable(constraint: String, message: String, columns: [String]) {
    let checks = CheckConstraint.all(
      inTable: "CREATE TABLE t (a INTEGER DEFAULT (check_me(1)), b TEXT, \(constraint))", columns: ["a", "b"])
    #expect(checks.map(\.message) == [message])
    #expect(checks.map(\.columns) == [columns])
  }
}
