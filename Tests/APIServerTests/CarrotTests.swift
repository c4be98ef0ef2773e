import Testing

@testable import APIServer

/// Tests of the flavour in which the service imitates carrot_rpc and jsonapi-resources.
///
/// WireProtocol.md, "Flavours of serve", describes this flavour.
@Suite struct CarrotTests {
  typealias Exchange = (method: String, params: String, reply: String)

  private let service: ResourceService

  init() throws { service = try ResourceService(opening: "blog", dialect: ProtocolDialect(flavour: .carrot)) }

  private static let reads: [Exchange] = [
    (
      "show", #"{"id":1,"include":"author","fields":{"posts":"text,author,tags","authors":"name"}}"#,
      #"{"data":{"id":"1","type":"posts","links":{"self":"http://retort.example/api/v1/posts/1"},"attributes":{"text":"Post 1"},"relationships":{"author":{"links":{"self":"http://retort.example/api/v1/posts/1/relationships/author","related":"http://retort.example/api/v1/posts/1/author"},"data":{"type":"authors","id":"1"}},"tags":{"links":{"self":"http://retort.example/api/v1/posts/1/relationships/tags","related":"http://retort.example/api/v1/posts/1/tags"}}}},"included":[{"id":"1","type":"authors","links":{"self":"http://retort.example/api/v1/authors/1"},"attributes":{"name":"Ada Archer"}}]}"#
    ),
    (
      "show", #"{"id":"1","include":"tags","fields":{"posts":"author,tags","tags":"id"}}"#,
      #"{"data":{"id":"1","type":"posts","links":{"self":"http://retort.example/api/v1/posts/1"},"relationships":{"author":{"links":{"self":"http://retort.example/api/v1/posts/1/relationships/author","related":"http://retort.example/api/v1/posts/1/author"}},"tags":{"links":{"self":"http://retort.example/api/v1/posts/1/relationships/tags","related":"http://retort.example/api/v1/posts/1/tags"},"data":[{"type":"tags","id":"2"},{"type":"tags","id":"15"}]}}},"included":[{"id":"2","type":"tags","links":{"self":"http://retort.example/api/v1/tags/2"}},{"id":"15","type":"tags","links":{"self":"http://retort.example/api/v1/tags/15"}}]}"#
    ),
    (
      "index", #"{"filter":{"author":1},"page":{"number":2,"size":19},"fields":{"posts":"text"}}"#,
      #"{"data":[{"id":"951","type":"posts","links":{"self":"http://retort.example/api/v1/posts/951"},"attributes":{"text":"Post 951"}}],"meta":{"record-count":20},"links":{"first":"http://retort.example/api/v1/posts?fields%5Bposts%5D=text\u0026filter%5Bauthor%5D=1\u0026page%5Bnumber%5D=1\u0026page%5Bsize%5D=19","prev":"http://retort.example/api/v1/posts?fields%5Bposts%5D=text\u0026filter%5Bauthor%5D=1\u0026page%5Bnumber%5D=1\u0026page%5Bsize%5D=19","last":"http://retort.example/api/v1/posts?fields%5Bposts%5D=text\u0026filter%5Bauthor%5D=1\u0026page%5Bnumber%5D=2\u0026page%5Bsize%5D=19"}}"#
    ),
    (
      "index", #"{"filter":{"id":["1","0"]},"page":1,"fields":{"posts":"state"},"sort":null}"#,
      #"{"data":[{"id":"1","type":"posts","links":{"self":"http://retort.example/api/v1/posts/1"},"attributes":{"state":"published"}}],"meta":{"record-count":1},"links":{"first":"http://retort.example/api/v1/posts?fields%5Bposts%5D=state\u0026filter%5Bid%5D=1%2C0\u0026page%5Bnumber%5D=1\u0026page%5Bsize%5D=10","last":"http://retort.example/api/v1/posts?fields%5Bposts%5D=state\u0026filter%5Bid%5D=1%2C0\u0026page%5Bnumber%5D=1\u0026page%5Bsize%5D=10"}}"#
    ),
    (
      "show_relationship", #"{"post_id":"1","relationship":"author"}"#,
      #"{"links":{"self":"http://retort.example/api/v1/posts/1/relationships/author","related":"http://retort.example/api/v1/posts/1/author"},"data":{"type":"authors","id":"1"}}"#
    ),
    (
      "update",
      #"{"id":"1","data":{"type":"posts","id":"1","attributes":{"text":"<b> & \u2028\u2029 \u2027 é"}},"fields":{"posts":"text"}}"#,
      #"{"data":{"id":"1","type":"posts","links":{"self":"http://retort.example/api/v1/posts/1"},"attributes":{"text":"\u003cb\u003e \u0026 \u2028\u2029 ‧ é"}}}"#
    ),
  ]

  @Test(arguments: reads) func everythingHasLinks(exchange: Exchange) {
    #expect(service.ask("posts", exchange.method, exchange.params) == exchange.reply)
  }

  private static let refusals: [Exchange] = [
    (
      "show", #"{"id":"0"}"#,
      #"{"title":"Record not found","detail":"The record identified by 0 could not be found.","code":404,"status":"404"}"#
    ),
    (
      "show", "{}",
      #"{"title":"Record not found","detail":"The record identified by  could not be found.","code":404,"status":"404"}"#
    ),
    (
      "create", #"{"data":{"type":"posts","attributes":{"text":""}}}"#,
      #"{"title":"can't be blank","detail":"text - can't be blank","code":100,"source":{"pointer":"/data/attributes/text"},"status":"422"}"#
    ),
    (
      "index", #"{"filter":{"nope":"1"},"include":"nope","sort":"bad","page":{"size":1001}}"#,
      #"{"title":"Invalid field","detail":"nope is not a valid relationship of posts","code":112,"status":"400"},{"title":"Filter not allowed","detail":"nope is not allowed.","code":102,"status":"400"},{"title":"Invalid sort criteria","detail":"bad is not a valid sort criteria for posts","code":114,"status":"400"},{"title":"Invalid page value","detail":"size exceeds maximum page size of 1000.","code":118,"status":"400"}"#
    ),
    ("show", #"{"id":"1","include":["author"]}"#, failed),
    ("index", #"{"sort":["id"]}"#, failed),
    ("create", #"{"data":"x"}"#, failed),
    ("destroy", #"{"id":1}"#, failed),
    (
      "update", #"{"id":"1","data":{"type":"posts","attributes":{}}}"#,
      #"{"title":"A key is required","detail":"The resource object does not contain a key.","code":109,"status":"400"}"#
    ),
    (
      "update", #"{"id":1,"data":{"type":"posts","id":"1","attributes":{}}}"#,
      #"{"title":"Key is not included in URL","detail":"The URL does not support the key 1","code":110,"status":"400"}"#
    ),
    (
      "create_relationship", #"{"post_id":"1","relationship":"tags","data":[{"type":"tags","id":"2"}]}"#,
      #"{"title":"Relation exists","detail":"The relation to 2 already exists.","code":113,"status":"400"}"#
    ),
    (
      "show_relationship", #"{"post-id":"1","relationship":"tags"}"#,
      #"{"title":"Missing Parameter","detail":"The required parameter, post_id, is missing.","code":106,"status":"400"}"#
    ),
    (
      "update_relationship", #"{"post_id":"1","relationship":"author"}"#,
      #"{"title":"Missing Parameter","detail":"The required parameter, data, is missing.","code":106,"status":"400"}"#
    ),
    (
      "create_relationship", #"{"post_id":"1","relationship":"author"}"#,
      #"{"title":"Missing Parameter","detail":"The required parameter, data, is missing.","code":106,"status":"400"}"#
    ),
    (
      "destroy_relationship", #"{"post_id":"1","relationship":"tags"}"#,
      #"{"title":"Missing Parameter","detail":"The required parameter, data, is missing.","code":106,"status":"400"}"#
    ),
    (
      "update_relationship", #"{"post_id":"1"}"#,
      #"{"title":"Missing Parameter","detail":"The required parameter, relationship, is missing.","code":106,"status":"400"}"#
    ),
    (
      "destroy_relationship", #"{"peer_post_id":"1","relationship":"author"}"#,
      #"{"title":"Missing Parameter","detail":"The required parameter, post_id, is missing.","code":106,"status":"400"}"#
    ),
    (
      "get_related_resource", #"{"post_id":"1","relationship":"author"}"#,
      #"{"title":"Missing Parameter","detail":"The required parameter, source, is missing.","code":106,"status":"400"}"#
    ),
    ("get_related_resource", #"{"post_id":"1","relationship":"author","source":"api/v1/peer_posts"}"#, failed),
    ("show_relationship", #"{"post_id":"1","relationship":"nope"}"#, failed),
    ("update_relationship", #"{"post_id":"1","relationship":"nope","data":null}"#, failed),
    (
      "update_relationship", #"{"post_id":"1","relationship":"author","data":{"type":"authors","id":"1","meta":{}}}"#,
      #"{"title":"Invalid Links Object","detail":"Data is not a valid Links Object.","code":115,"status":"400"}"#
    ),
    (
      "create_relationship", #"{"post_id":"1","relationship":"author","data":{"type":"tags","id":"1"}}"#,
      #"{"title":"Type Mismatch","detail":"tags is not a valid type for this operation.","code":116,"status":"400"}"#
    ),
    (
      "create_relationship", #"{"post_id":"1","relationship":"tags","data":[{"type":"tags","id":"99"}]}"#,
      #"{"title":"Record not found","detail":"The record identified by 99 could not be found.","code":404,"status":"404"}"#
    ),
    (
      "create", #"{"data":{"type":"peer_posts","attributes":{}}}"#,
      #"{"title":"Invalid resource","detail":"peer_posts is not a valid resource.","code":101,"status":"400"}"#
    ),
    (
      "publish", "{}",
      #"{"error":{"code":-32601,"message":"Method not found","data":{"method":"publish"}},"id":"1","jsonrpc":"2.0"}"#
    ),
  ]

  private static let failed =
    #"{"title":"Internal Server Error","detail":"Internal Server Error","code":500,"status":"500"}"#

  @Test(arguments: refusals) func errorsHaveIntegerCodes(exchange: Exchange) {
    #expect(service.ask("posts", exchange.method, exchange.params) == exchange.reply)
  }

  private static let changes: [Exchange] = [
    ("destroy", #"{"id":"1"}"#, "{}"),
    ("destroy", #"{"id":"1,2,3"}"#, #"{"data":[]}"#),
    ("create_relationship", #"{"post_id":"1","relationship":"tags","data":[{"type":"tags","id":"3"}]}"#, "{}"),
    ("update_relationship", #"{"post_id":"1","relationship":"author","data":{"type":"authors","id":"2"}}"#, "{}"),
    ("destroy_relationship", #"{"post_id":"1","relationship":"tags","data":[{"type":"tags","id":"2"}]}"#, "{}"),
    ("create_relationship", #"{"post_id":"1","relationship":"author","data":{"type":"authors","id":"2"}}"#, "null"),
    ("update_relationship", #"{"post_id":"1","relationship":"author","data":null}"#, "{}"),
    ("destroy_relationship", #"{"post_id":"1","relationship":"author"}"#, "{}"),
  ]

  @Test(arguments: changes) func changesHaveLittleToSay(exchange: Exchange) {
    #expect(service.ask("posts", exchange.method, exchange.params) == exchange.reply)
  }

  @Test func addingToAToOneDoesNothingAndRemovingClearsIt() {
    let author = { service.ask("posts", "show_relationship", #"{"post_id":"1","relationship":"author"}"#) }
    let before = author()
    let other = #"{"post_id":"1","relationship":"author","data":{"type":"authors","id":"7"}}"#
    #expect(service.ask("posts", "create_relationship", other) == "null")
    #expect(author() == before)
    #expect(service.ask("posts", "destroy_relationship", other) == "{}")
    #expect(author().hasSuffix(#""data":null}"#))
  }

  @Test func aRequiredToOneIsNotBroken() throws {
    let service = try ResourceService.of(
      """
      CREATE TABLE authors (id INTEGER PRIMARY KEY); INSERT INTO authors VALUES (1);
      CREATE TABLE posts (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL REFERENCES authors);
      INSERT INTO posts VALUES (1, 1);
      """, ProtocolDialect(flavour: .carrot))
    let broken =
      #"{"title":"must exist","detail":"author - must exist","code":100,"source":{"pointer":"/data/relationships/author"},"status":"422"}"#
    let params = #"{"post_id":"1","relationship":"author","data":null}"#
    #expect(service.ask("posts", "update_relationship", params) == broken)
    #expect(service.ask("posts", "destroy_relationship", params) == broken)
  }

  @Test(arguments: [
    ("addresses", "address"), ("boxes", "box"), ("classes", "class"), ("statuses", "status"), ("aliases", "alias"),
    ("companies", "company"), ("people", "person"), ("staff-people", "staff_person"), ("children", "child"),
    ("batches", "batch"), ("wishes", "wish"), ("wolves", "wolf"), ("knives", "knife"), ("heroes", "hero"),
    ("analyses", "analysis"), ("buses", "bus"), ("quizzes", "quiz"), ("matrices", "matrix"), ("indices", "index"),
    ("media", "medium"), ("series", "series"), ("news", "news"), ("houses", "house"), ("posts", "post"),
    ("blog-posts", "blog_post"), ("movies", "movie"), ("keys", "key"), ("queries", "query"), ("press", "press"),
  ]) func aParentIsNamedByTheSingularOfItsType(type: String, singular: String) throws {
    let service = try ResourceService.of(
      "CREATE TABLE \(type.quotedForSQL) (id INTEGER PRIMARY KEY, top_id REFERENCES \(type.quotedForSQL))",
      ProtocolDialect(flavour: .carrot))
    #expect(
      service.ask(type, "show_relationship", #"{"relationship":"top"}"#)
        == #"{"title":"Missing Parameter","detail":"The required parameter, \#(singular)_id, is missing.","code":106,"status":"400"}"#
    )
  }

  @Test func anIDWithCommasIsSeveral() {
    #expect(service.ask("tags", "destroy", #"{"id":"1,99"}"#).contains(#""code":404"#))
    #expect(service.ids("tags", #"{"filter":{"id":"1,2"}}"#) == ["1", "2"])
    #expect(service.ask("tags", "destroy", #"{"id":"1,2"}"#) == #"{"data":[]}"#)
    #expect(service.ids("tags", #"{"filter":{"id":"1,2,3"}}"#) == ["3"])
  }

  @Test(arguments: [
    "", "{", "[]", "1", "{}", #"{"method":1}"#, #"{"id":"1","method":"show","params":[]}"#,
    #"{"id":"1","method":"index"}"#, #"{"id":"1","method":"index","params":null}"#,
    #"{"id":"1","method":"index","params":"x"}"#, #"[{"id":"1","method":"index","params":{}}]"#,
    #"{"id":"1","method":"inspect","params":{}}"#,
  ]) func sendsNoReplyToInvalidRequests(text: String) {
    #expect(service.reply(queue: "posts", body: Array(text.utf8)).body == nil)
  }

  @Test func sendsNoReplyToInvalidJSON() {
    let body = Array(#"{"id":""#.utf8) + [0xFF] + Array(#"","method":"index","params":{}}"#.utf8)
    #expect(service.reply(queue: "posts", body: body).body == nil)
  }
}
