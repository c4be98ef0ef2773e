import Testing

@testable import APIServer

/// Tests of the method `create`: the row that the service writes, and every error of a refused create.
@Suite struct CreateTests {
  let service: ResourceService

  init() throws { service = try .blog() }

  /// Returns the JSON:API error for an invalid member, such as `can't be blank` for `attributes/text`.
  private func violation(_ message: String, _ place: String) -> String {
    let member = place.split(separator: "/").last ?? ""
    return
      #"{"title":"\#(message)","detail":"\#(member) - \#(message)","code":"100","source":{"pointer":"/data/\#(place)"},"status":"422"}"#
  }

  @Test func theReplyIsTheResourceWithDefaultsAndIncludes() {
    #expect(
      service.ask(
        "posts", "create",
        #"{"data":{"type":"posts","attributes":{"text":"H\u00e4llo <b>\u2028& \"q\" 😀\n","views":9007199254740993,"rating":1.10},"relationships":{"author":{"data":{"type":"authors","id":"1"}},"tags":{"data":[{"type":"tags","id":"2"},{"type":"tags","id":"1"},{"type":"tags","id":"2"}]}}},"include":"tags","fields":{"tags":"name"}}"#
      )
        == #"{"data":{"id":"1001","type":"posts","attributes":{"text":"Hällo <b>\#u{2028}& \"q\" 😀\n","state":"draft","views":9007199254740993,"rating":1.10,"inserted-at":null},"relationships":{"author":{"data":{"type":"authors","id":"1"}},"comments":{"links":{"related":"/posts/1001/comments"}},"tags":{"data":[{"type":"tags","id":"1"},{"type":"tags","id":"2"}]}}},"included":[{"id":"1","type":"tags","attributes":{"name":"alpha"}},{"id":"2","type":"tags","attributes":{"name":"bravo"}}]}"#
    )
  }

  @Test func theDocumentMayGiveTheID() {
    let create = #"{"data":{"type":"tags","id":"777","attributes":{"name":"zulu"}},"fields":{"tags":"name"}}"#
    #expect(
      service.ask("tags", "create", create) == #"{"data":{"id":"777","type":"tags","attributes":{"name":"zulu"}}}"#)
    #expect(
      service.ask("tags", "create", create)
        == violation("has already been taken", "id") + "," + violation("has already been taken", "attributes/name"))
    #expect(
      service.ask("tags", "create", #"{"data":{"type":"tags","id":"x"}}"#)
        == #"{"title":"Invalid field value","detail":"x is not a valid value for id.","code":"103","status":"400"}"#)
  }

  @Test func allViolationsComeAtOnceInTheOrderOfTheColumns() {
    #expect(
      service.ask(
        "posts", "create",
        #"{"data":{"type":"posts","relationships":{"tags":{"data":[{"type":"tags","id":"77"}]},"author":{"data":{"type":"authors","id":"999"}}},"attributes":{"views":"many","state":"x","text":""}}}"#
      )
        == [
          violation("can't be blank", "attributes/text"),
          violation("is not included in the list", "attributes/state"),
          violation("is not a number", "attributes/views"), violation("must exist", "relationships/author"),
          violation("must exist", "relationships/tags"),
        ].joined(separator: ","))
    #expect(service.ids("posts", #"{"sort":"-id","page":{"size":1}}"#) == ["1000"])
  }

  @Test func nullAndAbsenceAreBlankAndBothUniqueColumnsAreNamed() {
    #expect(
      service.ask("posts", "create", #"{"data":{"type":"posts"}}"#) == violation("can't be blank", "attributes/text"))
    #expect(
      service.ask("posts", "create", #"{"data":{"type":"posts","attributes":{"text":null}}}"#)
        == violation("can't be blank", "attributes/text"))
    #expect(
      service.ask(
        "authors", "create",
        #"{"data":{"type":"authors","attributes":{"name":"Ada Archer","email":"author1@example.com","active":null}}}"#
      )
        == [
          violation("has already been taken", "attributes/name"),
          violation("has already been taken", "attributes/email"), violation("can't be blank", "attributes/active"),
        ].joined(separator: ","))
  }

  @Test(arguments: [
    (
      #"{}"#,
      #"{"title":"Missing Parameter","detail":"The required parameter, data, is missing.","code":"106","status":"400"}"#
    ),
    (
      #"{"data":{}}"#,
      #"{"title":"Missing Parameter","detail":"The required parameter, data, is missing.","code":"106","status":"400"}"#
    ),
    (
      #"{"data":"x"}"#,
      #"{"title":"Invalid data format","detail":"data is not an object.","code":"122","status":"400"}"#
    ),
    (
      #"{"data":[{"type":"posts"}]}"#,
      #"{"title":"Invalid data format","detail":"data is not an object.","code":"122","status":"400"}"#
    ),
    (
      #"{"data":{"attributes":{"text":"x"}}}"#,
      #"{"title":"Missing Parameter","detail":"The required parameter, type, is missing.","code":"106","status":"400"}"#
    ),
    (
      #"{"data":{"type":"authors"}}"#,
      #"{"title":"Invalid resource","detail":"authors is not a valid resource.","code":"101","status":"400"}"#
    ),
    (
      #"{"data":{"type":"posts","attributes":[]}}"#,
      #"{"title":"Invalid data format","detail":"attributes is not an object.","code":"122","status":"400"}"#
    ),
    (
      #"{"data":{"type":"posts","links":{},"attributes":{"text":"x","inserted_at":"y","author-id":1,"id":"1"}}}"#,
      ["links", "inserted_at", "author-id", "id"].map {
        #"{"title":"Param not allowed","detail":"\#($0) is not allowed.","code":"105","status":"400"}"#
      }.joined(separator: ",")
    ),
    (
      #"{"data":{"type":"posts","relationships":{"nope":{"data":null},"comments":{"data":[]}}}}"#,
      ["nope", "comments"].map {
        #"{"title":"Param not allowed","detail":"\#($0) is not allowed.","code":"105","status":"400"}"#
      }.joined(separator: ",")
    ),
    (
      #"{"data":{"type":"posts","relationships":{"author":{"data":{"type":"tags","id":"1"}}}}}"#,
      #"{"title":"Type Mismatch","detail":"tags is not a valid type for this operation.","code":"116","status":"400"}"#
    ),
    (
      #"{"data":{"type":"posts","relationships":{"tags":{"data":[{"type":"posts","id":"1"}]}}}}"#,
      #"{"title":"Type Mismatch","detail":"posts is not a valid type for this operation.","code":"116","status":"400"}"#
    ),
    (
      #"{"data":{"type":"posts","relationships":{"author":{"data":{"id":"1"}}}}}"#,
      #"{"title":"Invalid Links Object","detail":"Data is not a valid Links Object.","code":"115","status":"400"}"#
    ),
    (
      #"{"data":{"type":"posts","relationships":{"author":{},"tags":{"data":null}}}}"#,
      Array(
        repeating:
          #"{"title":"Invalid Links Object","detail":"Data is not a valid Links Object.","code":"115","status":"400"}"#,
        count: 2
      ).joined(separator: ",")
    ),
    (
      #"{"data":{"type":"posts","attributes":{"text":"x"}},"include":"nope"}"#,
      #"{"title":"Invalid field","detail":"nope is not a valid relationship of posts","code":"112","source":{"parameter":"include"},"status":"400"}"#
    ),
  ])
  func aDocumentThatIsWrongIsRefused(params: String, errors: String) {
    #expect(service.ask("posts", "create", params) == errors)
    #expect(service.ids("posts", #"{"sort":"-id","page":{"size":1}}"#) == ["1000"])
  }

  @Test func aCheckPointsToTheFirstColumnItNames() throws {
    let service = try ResourceService.of(
      """
      CREATE TABLE spans (
        id INTEGER PRIMARY KEY, start_at INTEGER, "end" INTEGER DEFAULT (1 + 1), -- CHECK (0)
        note TEXT CHECK (length(note) <= 3), CONSTRAINT "must not be before start-at" CHECK ("end" >= start_at),
        UNIQUE (start_at, "end"), CHECK (start_at <> 'x'))
      """)
    #expect(
      service.ask("spans", "create", #"{"data":{"type":"spans","attributes":{"start-at":3,"note":"long"}}}"#)
        == violation("must not be before start-at", "attributes/end") + ","
        + violation("must satisfy length(note) <= 3", "attributes/note"))
    let create = #"{"data":{"type":"spans","attributes":{"start-at":1}},"fields":{"spans":"end"}}"#
    #expect(service.ask("spans", "create", create) == #"{"data":{"id":"1","type":"spans","attributes":{"end":2}}}"#)
    #expect(service.ask("spans", "create", create) == violation("has already been taken", "attributes/start-at"))
  }

  @Test func rulesThatCantBeAskedBeforehandAreViolationsToo() throws {
    let service = try ResourceService.of(
      """
      CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER, s TEXT, sum INTEGER AS (n + 1) STORED
        CONSTRAINT "is too large" CHECK (sum < 100));
      CREATE UNIQUE INDEX partly ON a (s) WHERE n > 5;
      CREATE UNIQUE INDEX of_sum ON a (sum);
      CREATE TRIGGER t BEFORE INSERT ON a WHEN new.n = 13 BEGIN SELECT raise(ABORT, 'is unlucky'); END;
      INSERT INTO a (n, s) VALUES (6, 'x');
      """)
    func create(_ attributes: String) -> String {
      service.ask("a", "create", #"{"data":{"type":"a","attributes":\#(attributes)}}"#)
    }
    #expect(create(#"{"n":7,"s":"x"}"#) == violation("has already been taken", "attributes/s"))
    #expect(create(#"{"n":6}"#) == violation("has already been taken", "attributes/sum"))
    #expect(create(#"{"n":200}"#) == violation("is too large", "attributes/sum"))
    #expect(
      create(#"{"n":13}"#)
        == #"{"title":"is unlucky","detail":"is unlucky","code":"100","source":{"pointer":"/data"},"status":"422"}"#)
    #expect(
      create(#"{"sum":1}"#)
        == #"{"title":"Param not allowed","detail":"sum is not allowed.","code":"105","status":"400"}"#)
    #expect(
      create(#"{"n":1,"s":"x"}"#) == #"{"data":{"id":"2","type":"a","attributes":{"n":1,"s":"x","sum":2}}}"#)
  }

  @Test func uniquenessFollowsTheIndexsCollation() throws {
    let service = try ResourceService.of(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, s TEXT); CREATE UNIQUE INDEX i ON a (s COLLATE NOCASE); INSERT INTO a (s) VALUES ('Ada')"
    )
    #expect(
      service.ask("a", "create", #"{"data":{"type":"a","attributes":{"s":"ADA"}}}"#)
        == violation("has already been taken", "attributes/s"))
  }
}
