import Testing

@testable import APIServer

/// Tests of the methods `update` and `destroy`.
@Suite struct UpdateTests {
  let service: ResourceService
  private let notFound =
    #"{"title":"Record not found","detail":"The record identified by 5000 could not be found.","code":"404","status":"404"}"#

  init() throws { service = try .blog() }

  @Test func onlyGivenMembersChange() {
    #expect(
      service.ask(
        "posts", "update",
        #"{"id":"1","data":{"type":"posts","id":"1","attributes":{"text":"New"},"relationships":{"author":{"data":null}}}}"#
      )
        == #"{"data":{"id":"1","type":"posts","attributes":{"text":"New","state":"published","views":7919,"rating":1.10,"inserted-at":"2026-01-01T01:00:00Z"},"relationships":{"author":{"data":null},"comments":{"links":{"related":"/posts/1/comments"}},"tags":{"links":{"related":"/posts/1/tags"}}}}}"#
    )
  }

  @Test func aToManyOfAJoinTableIsReplaced() {
    func update(_ linkage: String) -> String {
      service.ask(
        "posts", "update",
        #"{"id":"1","data":{"type":"posts","id":"1","relationships":{"tags":{"data":\#(linkage)}}},"include":"tags","fields":{"posts":"tags","tags":""}}"#
      )
    }
    #expect(
      update(#"[{"type":"tags","id":"4"}]"#)
        == #"{"data":{"id":"1","type":"posts","relationships":{"tags":{"data":[{"type":"tags","id":"4"}]}}},"included":[{"id":"4","type":"tags"}]}"#
    )
    #expect(update("[]") == #"{"data":{"id":"1","type":"posts","relationships":{"tags":{"data":[]}}}}"#)
  }

  @Test func theIDIsInTheParametersOrInTheDocumentOrInBoth() {
    let shown = #"{"data":{"id":"2","type":"tags","attributes":{"name":"beta"}}}"#
    let rest = #""attributes":{"name":"beta"}},"fields":{"tags":"name"}}"#
    #expect(service.ask("tags", "update", #"{"id":2,"data":{"type":"tags",\#(rest)"#) == shown)
    #expect(service.ask("tags", "update", #"{"data":{"type":"tags","id":"2",\#(rest)"#) == shown)
    #expect(
      service.ask("tags", "update", #"{"id":"2","data":{"type":"tags","id":"3",\#(rest)"#)
        == #"{"title":"Key is not included in URL","detail":"The URL does not support the key 3","code":"110","status":"400"}"#
    )
    #expect(
      service.ask("tags", "update", #"{"data":{"type":"tags",\#(rest)"#)
        == #"{"title":"Missing Parameter","detail":"The required parameter, id, is missing.","code":"106","status":"400"}"#
    )
  }

  @Test func reportsAMissingRowBeforeViolations() {
    #expect(
      service.ask("posts", "update", #"{"id":"5000","data":{"type":"posts","attributes":{"text":""}}}"#) == notFound)
  }

  @Test func violationsAreAskedOfTheChangedColumnsOnly() {
    #expect(
      service.ask("posts", "update", #"{"id":"1","data":{"type":"posts","attributes":{"text":" ","state":"x"}}}"#)
        == #"{"title":"can't be blank","detail":"text - can't be blank","code":"100","source":{"pointer":"/data/attributes/text"},"status":"422"},{"title":"is not included in the list","detail":"state - is not included in the list","code":"100","source":{"pointer":"/data/attributes/state"},"status":"422"}"#
    )
    #expect(
      service.ask(
        "authors", "update",
        #"{"id":"1","data":{"type":"authors","attributes":{"name":"Ada Archer"}},"fields":{"authors":"name"}}"#)
        == #"{"data":{"id":"1","type":"authors","attributes":{"name":"Ada Archer"}}}"#)
    #expect(
      service.ask("authors", "update", #"{"id":"1","data":{"type":"authors","attributes":{"name":"Bea Archer"}}}"#)
        == #"{"title":"has already been taken","detail":"name - has already been taken","code":"100","source":{"pointer":"/data/attributes/name"},"status":"422"}"#
    )
    #expect(
      service.ask("posts", "show", #"{"id":"1","fields":{"posts":"text"}}"#)
        == #"{"data":{"id":"1","type":"posts","attributes":{"text":"Post 1"}}}"#)
  }

  @Test func anUpdateOfNothingShowsTheResource() {
    #expect(
      service.ask("tags", "update", #"{"id":"2","data":{"type":"tags","attributes":{}},"fields":{"tags":"name"}}"#)
        == #"{"data":{"id":"2","type":"tags","attributes":{"name":"bravo"}}}"#)
  }

  @Test func aRowIsDestroyedWithItsCascades() {
    #expect(service.ids("comments", #"{"filter":{"post":"9"}}"#) == ["9", "1009", "2009"])
    #expect(service.ask("posts", "destroy", #"{"id":"9"}"#) == "{}")
    #expect(service.ids("comments", #"{"filter":{"post":"9"}}"#) == [])
    #expect(
      service.ask("posts", "destroy", #"{"id":"9"}"#)
        == #"{"title":"Record not found","detail":"The record identified by 9 could not be found.","code":"404","status":"404"}"#
    )
    #expect(service.ask("posts", "destroy", #"{"id":10}"#) == "{}")
    #expect(
      service.ask("posts", "destroy", #"{"id":"1,2"}"#)
        == #"{"title":"Invalid field value","detail":"1,2 is not a valid value for id.","code":"103","status":"400"}"#)
  }

  @Test func aRowThatOthersReferToStays() {
    #expect(
      service.ask("authors", "destroy", #"{"id":"3"}"#)
        == #"{"title":"Conflict","detail":"authors 3 can't be destroyed: 20 posts refer to it.","code":"409","status":"409"}"#
    )
    #expect(service.ids("authors", #"{"filter":{"id":"3"}}"#) == ["3"])
  }

  @Test func referencesThatBecomeNull() throws {
    let service = try ResourceService.of(
      "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY, a_id REFERENCES a ON DELETE SET NULL); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1)"
    )
    #expect(service.ask("a", "destroy", #"{"id":"1"}"#) == "{}")
    #expect(
      service.ask("b", "show", #"{"id":"1"}"#) == #"{"data":{"id":"1","type":"b","relationships":{"a":{"data":null}}}}"#
    )
  }
}
