import Client
import JSONText
import Testing

/// Tests of the conversion of a record to a JSON:API document for a create or an update.
///
/// The rules are in TheLanguage.md, "Records", and in WireProtocol.md, "Records become documents".
@Suite struct RecordDocumentTests {
  private let client = ResourceClient.scripted([], declared).0
  private static let declared = ClientSettings(
    type: "posts", meta: [:], relationships: ["author": .toOne(type: "authors"), "tags": .toMany(type: "tags")])

  private func data(_ record: String, keepID: Bool = false) throws -> String? {
    try client.createRequest(object(record), keepID: keepID).params["data"]?.text
  }

  @Test(arguments: [
    (#"{}"#, #"{"type":"posts","attributes":{}}"#),
    (
      #"{"text":"x","n":null,"l":[],"o":{"a":{"id":1}}}"#,
      #"{"type":"posts","attributes":{"text":"x","n":null,"l":[],"o":{"a":{"id":1}}}}"#
    ),
    (
      #"{"editor":{"type":"authors","id":"7"}}"#,
      #"{"type":"posts","attributes":{},"relationships":{"editor":{"data":{"type":"authors","id":"7"}}}}"#
    ),
    (
      #"{"editor":{"id":7,"type":"authors"}}"#,
      #"{"type":"posts","attributes":{},"relationships":{"editor":{"data":{"type":"authors","id":"7"}}}}"#
    ),
    (
      #"{"liked-by":[{"type":"authors","id":"7"},{"type":"bots","id":12345678901234567890}]}"#,
      #"{"type":"posts","attributes":{},"relationships":{"liked-by":{"data":[{"type":"authors","id":"7"},{"type":"bots","id":"12345678901234567890"}]}}}"#
    ),
    (
      #"{"editor":{"type":"authors","id":"7","attributes":{"name":"Ann"},"links":{}}}"#,
      #"{"type":"posts","attributes":{},"relationships":{"editor":{"data":{"type":"authors","id":"7"}}}}"#
    ),
    (
      #"{"author":{"id":7}}"#,
      #"{"type":"posts","attributes":{},"relationships":{"author":{"data":{"type":"authors","id":"7"}}}}"#
    ),
    (
      #"{"author":null,"tags":[]}"#,
      #"{"type":"posts","attributes":{},"relationships":{"author":{"data":null},"tags":{"data":[]}}}"#
    ),
    (
      #"{"tags":[{"id":"1"},{"type":"labels","id":"2"}]}"#,
      #"{"type":"posts","attributes":{},"relationships":{"tags":{"data":[{"type":"tags","id":"1"},{"type":"labels","id":"2"}]}}}"#
    ),
    (
      #"{"blocks":[{"type":"text","id":"1"},{"type":"image","src":"a"}]}"#,
      #"{"type":"posts","attributes":{"blocks":[{"type":"text","id":"1"},{"type":"image","src":"a"}]}}"#
    ),
    (
      #"{"point":{"x":1,"y":2},"names":["a","b"],"mixed":[1,{"id":1,"n":2}]}"#,
      #"{"type":"posts","attributes":{"point":{"x":1,"y":2},"names":["a","b"],"mixed":[1,{"id":1,"n":2}]}}"#
    ),
  ])
  func recordsAreSorted(record: String, document: String) throws {
    #expect(try data(record) == document)
  }

  @Test(arguments: [
    (#"{"editor":{"id":7}}"#, "editor has an id but no type"),
    (#"{"editors":[{"id":7}]}"#, "editors has an id but no type"),
    (#"{"editor":{"type":"authors","id":null}}"#, "editor has the id null"),
    (#"{"editor":{"type":"authors","id":""}}"#, #"editor has the id """#),
    (#"{"editor":{"type":"authors","id":"1,2"}}"#, #"editor has the id "1,2""#),
    (#"{"editor":{"type":"authors","id":1.0}}"#, "editor has the id 1.0"),
    (#"{"editor":{"type":"authors","id":1e3}}"#, "editor has the id 1e3"),
    (#"{"editor":{"type":"authors","id":[1]}}"#, "editor has the id [1]"),
    (#"{"editor":{"type":"authors","attributes":{}}}"#, "editor has no id"),
    (#"{"editor":{"type":5,"id":1}}"#, "editor is a relationship, but the value is not a record with type and id"),
    (#"{"author":{"name":"Ann"}}"#, "author is a relationship, but its value has no id"),
    (#"{"author":{"id":1,"name":"Ann"}}"#, "author is a relationship, but the value has fields besides the id"),
    (#"{"author":"7"}"#, "author is a to-one relationship to authors, but the value is not a record with an id"),
    (#"{"author":[{"id":1}]}"#, "author is a to-one relationship to authors, but the value is not a record with an id"),
    (#"{"tags":{"id":1}}"#, "tags is a to-many relationship to tags, but the value is not a list"),
    (#"{"tags":null}"#, "tags is a to-many relationship to tags, but the value is not a list"),
    (#"{"tags":[1]}"#, "tags is a relationship, but the value is not a record with type and id"),
    (#"{"tags":[{"id":1},{"name":"x"}]}"#, "tags is a relationship, but its value has no id"),
    (#"{"type":"authors","attributes":{}}"#, "the resource has the type authors"),
    (#"{"type":"posts","attributes":{},"relationships":[]}"#, "the relationships of the resource are not a record"),
    (#"{"type":"posts","attributes":"a","relationships":{}}"#, "the attributes of the resource are not a record"),
    (
      #"{"type":"posts","relationships":{"author":{"data":"1"}}}"#,
      "author is a relationship, but the value is not a record with type and id"
    ),
    (#"{"type":"posts","relationships":{"tags":{"data":[{"type":"tags","id":"1,2"}]}}}"#, #"tags has the id "1,2""#),
  ])
  func refusesInvalidLinkage(record: String, message: String) throws {
    #expect { try data(record) } throws: { error in
      let error = error as? ClientError
      return error?.kind == .value && error?.message == "posts create: \(message)" && error?.nextStep?.isEmpty != true
    }
  }

  @Test func aNestedRecordWithoutIDHasANextStep() throws {
    #expect { try data(#"{"author":{"name":"Ann"}}"#) } throws: { error in
      (error as? ClientError)?.nextStep
        == #"create the related resource first: let made = create ...; then write author: {type: "authors", id: made.id}"#
    }
    #expect { try data(#"{"editor":{"id":1}}"#) } throws: { error in
      (error as? ClientError)?.nextStep
        == #"write editor: {type: "...", id: ...}, or declare the relationship: client ... relationships: {editor: "..."}"#
    }
  }

  private static let resource =
    #"{"id":"5","type":"posts","links":{"self":"/5"},"attributes":{"text":"x","rating":1.10,"id":9,"list":[]},"#
    + #""relationships":{"author":{"data":{"type":"authors","id":7,"meta":{}},"links":{}},"tags":{"links":{}},"#
    + #""editor":{"data":null},"likes":{"data":[]}},"meta":{}}"#

  @Test func aResourceHasAttributesAndLinkage() throws {
    let rest =
      #""attributes":{"text":"x","rating":1.10,"id":9,"list":[]},"relationships":{"#
      + #""author":{"data":{"type":"authors","id":"7"}},"editor":{"data":null},"likes":{"data":[]}}}"#
    #expect(try data(Self.resource) == #"{"type":"posts","# + rest)
    #expect(try data(Self.resource, keepID: true) == #"{"type":"posts","id":"5","# + rest)
    #expect(
      try client.updateRequest("6", object(Self.resource)).params["data"]?.text == #"{"type":"posts","id":"6","# + rest)
  }

  @Test func sendsTheIDOnlyWithKeepID() throws {
    #expect { try data(#"{"id":5,"text":"x"}"#) } throws: { error in
      (error as? ClientError)?.message == "posts create: the record has the id 5, but the service assigns ids"
    }
    #expect(try data(#"{"id":null}"#) == #"{"type":"posts","attributes":{}}"#)
    #expect(
      try data(#"{"id":5,"text":"x"}"#, keepID: true) == #"{"type":"posts","id":"5","attributes":{"text":"x"}}"#)
    for (record, message) in [
      (#"{"id":null}"#, "the id null"), (#"{"id":"1,2"}"#, #"the id "1,2""#), (#"{"id":1.5}"#, "the id 1.5"),
      ("{}", "no id"),
    ] {
      #expect { try data(record, keepID: true) } throws: { error in
        (error as? ClientError)?.message == "posts create: the record has \(message)"
      }
    }
  }

  @Test func anUpdateDoesNotChangeTheID() throws {
    #expect(
      try client.updateRequest("5", object(#"{"id":5}"#)).params["data"]?.text
        == #"{"type":"posts","id":"5","attributes":{}}"#)
    #expect { try client.updateRequest("5", object(#"{"id":6}"#)) } throws: { error in
      (error as? ClientError)?.message == #"posts update: the record has the id 6, but the statement updates "5""#
    }
  }

  @Test func optionsAreMergedAndWin() throws {
    let options = try object(#"{"data":{"type":"x","meta":{"a":1}},"include":"author"}"#)
    #expect(
      try JSONValue.object(client.createRequest(object(#"{"text":"x"}"#), options: options).params).text
        == #"{"data":{"type":"x","attributes":{"text":"x"},"meta":{"a":1}},"include":"author"}"#)
  }
}
