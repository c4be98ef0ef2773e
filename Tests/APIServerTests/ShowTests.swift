import Testing

@testable import APIServer

/// Tests of the method `show`: one resource with its relationships and the included resources.
@Suite struct ShowTests {
  let service: ResourceService

  init() throws { service = try .blog() }

  @Test func aResourceHasAttributesAndLinkage() {
    #expect(
      service.ask("posts", "show", #"{"id":"1"}"#)
        == #"{"data":{"id":"1","type":"posts","attributes":{"text":"Post 1","state":"published","views":7919,"rating":1.10,"inserted-at":"2026-01-01T01:00:00Z"},"relationships":{"author":{"data":{"type":"authors","id":"1"}},"comments":{"links":{"related":"/posts/1/comments"}},"tags":{"links":{"related":"/posts/1/tags"}}}}}"#
    )
  }

  @Test func nullsAndBooleans() {
    #expect(
      service.ask("authors", "show", #"{"id":"10","fields":{"authors":"name,active,born-on"}}"#)
        == #"{"data":{"id":"10","type":"authors","attributes":{"name":"Jon Archer","active":true,"born-on":null}}}"#)
    #expect(
      service.ask("authors", "show", #"{"id":"7","fields":{"authors":"active"}}"#)
        == #"{"data":{"id":"7","type":"authors","attributes":{"active":false}}}"#)
  }

  @Test func anIntegerIsAnIDToo() {
    #expect(
      service.ask("tags", "show", #"{"id":3,"fields":{"tags":"name"}}"#)
        == #"{"data":{"id":"3","type":"tags","attributes":{"name":"charlie"}}}"#)
  }

  @Test func includedResourcesComeOnceAndToManyLinkageWithThem() {
    #expect(
      service.ask(
        "posts", "show",
        #"{"id":"3","include":"comments.author,author,comments","fields":{"posts":"comments,author","comments":"author","authors":"name"}}"#
      )
        == #"{"data":{"id":"3","type":"posts","relationships":{"author":{"data":{"type":"authors","id":"3"}},"comments":{"data":[{"type":"comments","id":"3"},{"type":"comments","id":"1003"},{"type":"comments","id":"2003"}]}}},"included":[{"id":"3","type":"comments","relationships":{"author":{"data":{"type":"authors","id":"22"}}}},{"id":"1003","type":"comments","relationships":{"author":{"data":{"type":"authors","id":"22"}}}},{"id":"2003","type":"comments","relationships":{"author":{"data":{"type":"authors","id":"22"}}}},{"id":"22","type":"authors","attributes":{"name":"Bea Cooper"}},{"id":"3","type":"authors","attributes":{"name":"Cid Archer"}}]}"#
    )
  }

  @Test func aPrimaryResourceIsNotIncludedAgain() {
    #expect(
      service.ask(
        "comments", "show",
        #"{"id":"1","include":"post.comments","fields":{"comments":"post","posts":"comments"}}"#)
        == #"{"data":{"id":"1","type":"comments","relationships":{"post":{"data":{"type":"posts","id":"1"}}}},"included":[{"id":"1","type":"posts","relationships":{"comments":{"data":[{"type":"comments","id":"1"},{"type":"comments","id":"1001"},{"type":"comments","id":"2001"}]}}},{"id":"1001","type":"comments","relationships":{"post":{"data":{"type":"posts","id":"1"}}}},{"id":"2001","type":"comments","relationships":{"post":{"data":{"type":"posts","id":"1"}}}}]}"#
    )
  }

  @Test func aJoinTableIsAToManyOnBothSides() {
    #expect(
      service.ask("posts", "show", #"{"id":"5","include":"tags","fields":{"posts":"tags","tags":"name"}}"#)
        == #"{"data":{"id":"5","type":"posts","relationships":{"tags":{"data":[{"type":"tags","id":"3"},{"type":"tags","id":"6"}]}}},"included":[{"id":"3","type":"tags","attributes":{"name":"charlie"}},{"id":"6","type":"tags","attributes":{"name":"foxtrot"}}]}"#
    )
    #expect(service.ids("posts", #"{"filter":{"tags":"3"},"page":{"size":3}}"#) == ["2", "5", "22"])
    #expect(service.ids("tags", #"{"filter":{"posts":"5"}}"#) == ["3", "6"])
  }

  @Test func aNullToOneIncludesNothing() throws {
    let service = try ResourceService.of(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, b_id REFERENCES a); INSERT INTO a VALUES (1, NULL)")
    #expect(
      service.ask("a", "show", #"{"id":"1","include":"b"}"#)
        == #"{"data":{"id":"1","type":"a","relationships":{"b":{"data":null},"a":{"links":{"related":"/a/1/a"}}}}}"#)
  }

  @Test(arguments: [
    (
      #"{"id":"999999"}"#,
      #"{"title":"Record not found","detail":"The record identified by 999999 could not be found.","code":"404","status":"404"}"#
    ),
    (
      #"{"id":"abc"}"#,
      #"{"title":"Invalid field value","detail":"abc is not a valid value for id.","code":"103","status":"400"}"#
    ),
    (
      #"{"id":" 1"}"#,
      #"{"title":"Invalid field value","detail":" 1 is not a valid value for id.","code":"103","status":"400"}"#
    ),
    (
      #"{"id":1.0}"#,
      #"{"title":"Invalid field value","detail":"1.0 is not a valid value for id.","code":"103","status":"400"}"#
    ),
    (
      #"{"id":["1"]}"#,
      #"{"title":"Invalid field value","detail":"[\"1\"] is not a valid value for id.","code":"103","status":"400"}"#
    ),
    (
      #"{"id":"1","include":"author.nope"}"#,
      #"{"title":"Invalid field","detail":"nope is not a valid relationship of authors","code":"112","source":{"parameter":"include"},"status":"400"}"#
    ),
    (
      #"{"id":"1","include":["author"]}"#,
      #"{"title":"Invalid field","detail":"[\"author\"] is not a valid relationship of posts","code":"112","source":{"parameter":"include"},"status":"400"}"#
    ),
    (
      #"{"id":"1","include":"text"}"#,
      #"{"title":"Invalid field","detail":"text is not a valid relationship of posts","code":"112","source":{"parameter":"include"},"status":"400"}"#
    ),
    (
      #"{"id":"1","fields":{"posts":"text,nope"}}"#,
      #"{"title":"Invalid field","detail":"nope is not a valid field for posts.","code":"104","source":{"parameter":"fields"},"status":"400"}"#
    ),
    (
      #"{"id":"1","fields":{"posts":["text"]}}"#,
      #"{"title":"Invalid field","detail":"[\"text\"] is not a valid field for posts.","code":"104","source":{"parameter":"fields"},"status":"400"}"#
    ),
    (
      #"{"id":"1","fields":{"posts":"inserted_at"}}"#,
      #"{"title":"Invalid field","detail":"inserted_at is not a valid field for posts.","code":"104","source":{"parameter":"fields"},"status":"400"}"#
    ),
    (
      #"{"id":"1","fields":{"nopes":"a"}}"#,
      #"{"title":"Invalid resource","detail":"nopes is not a valid resource.","code":"101","status":"400"}"#
    ),
    (
      #"{"id":"1","fields":"text"}"#,
      #"{"title":"Invalid field format","detail":"Fields must specify a type.","code":"119","source":{"parameter":"fields"},"status":"400"}"#
    ),
  ])
  func refusesInvalidShows(params: String, error: String) {
    #expect(service.ask("posts", "show", params) == error)
  }

  @Test func anIncludePathHasAnEnd() {
    let path = Array(repeating: "author.posts", count: 9).joined(separator: ".")
    #expect(
      service.ask("posts", "show", #"{"id":"1","include":"\#(path)"}"#)
        == #"{"title":"Invalid field","detail":"\#(path) has more than 16 steps","code":"112","source":{"parameter":"include"},"status":"400","meta":{"maximum":16}}"#
    )
  }
}
