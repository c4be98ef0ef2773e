import Client
import Foundation
import JSONAPI
import JSONRPC
import JSONText
import Testing

/// Tests that each verb of the client sends a request that a real carrot_rpc service accepted.
///
/// For methods without a recorded request, the tests compare with the samples in
/// WireProtocol.md, "Relationship methods".
@Suite struct SentRequestsTests {
  typealias Verb = @Sendable (ResourceClient) async throws -> Void

  private static func query(
    include: [String] = [], filter: [(String, String)] = [], sort: [String] = [], fields: [(String, [String])] = [],
    page: Pagination.Page? = nil
  ) -> Query {
    var query = Query()
    query.include = include
    query.filter = filter.map { (name: $0.0, value: $0.1) }
    query.sort = sort
    query.fields = fields.map { (type: $0.0, names: $0.1) }
    query.page = page
    return query
  }

  private static let recorded: [(name: String, type: String, verb: Verb)] = [
    ("show: plain", "posts", { _ = try await $0.show("1") }),
    (
      "show: to-one and to-many include", "posts", { _ = try await $0.show("3", query(include: ["author", "tags"])) }
    ),
    (
      "show: nested include, sparse fieldsets", "posts",
      {
        let fields = [("posts", ["text", "comments"]), ("comments", ["body", "author"]), ("authors", ["name"])]
        _ = try await $0.show("3", query(include: ["comments.author"], fields: fields))
      }
    ),
    ("index: no page: default size 10", "tags", { _ = try await $0.index(Query()) }),
    (
      "index: page of 2", "authors",
      { _ = try await $0.index(query(page: Pagination.Page(number: 2, size: 2))) }
    ),
    (
      "index: filter + sort + include + fields + page", "posts",
      {
        _ = try await $0.index(
          query(
            include: ["author"], filter: [("state", "published")], sort: ["-views", "id"],
            fields: [("posts", ["views", "author"]), ("authors", ["name"])], page: Pagination.Page(number: 1, size: 2)))
      }
    ),
    ("index: filter by name", "authors", { _ = try await $0.index(query(filter: [("name", "Ada Archer")])) }),
    (
      "index: filter by id", "authors",
      { _ = try await $0.index(query(filter: [("id", "1,2")], fields: [("authors", ["name"])])) }
    ),
    (
      "create: success, plain", "authors",
      {
        let record: JSONObject = [
          "name": "New Author", "email": "new@example.com", "born-on": "1999-12-31", "active": false,
        ]
        _ = try await $0.document($0.createRequest(record))
      }
    ),
    (
      "create: success, relationships and include", "posts",
      { client in
        let record: JSONObject = [
          "text": "Hällo <b>\u{2028}& \"q\" 😀", "state": "draft", "views": 3,
          "rating": .number(JSONNumber(text: "4.5") ?? JSONNumber(0)),
          "author": ["type": "authors", "id": "1"],
          "tags": [["type": "tags", "id": "1"], ["type": "tags", "id": "2"]],
        ]
        let options = query(include: ["author", "tags"], fields: [("authors", ["name"]), ("tags", ["name"])]).params
        _ = try await client.document(client.createRequest(record, options: options))
      }
    ),
    (
      "create: client-generated id", "tags",
      { _ = try await $0.document($0.createRequest(["id": "777", "name": "client-id"], keepID: true)) }
    ),
  ]

  @Test(arguments: recorded.indices) func aVerbSendsTheRecordedRequest(index: Int) async throws {
    let (name, type, verb) = Self.recorded[index]
    let url = try #require(
      Bundle.module.url(forResource: "recorded-exchanges", withExtension: "ndjson", subdirectory: "Fixtures"))
    let lines = JSONValue.lines(of: Array(try Data(contentsOf: url))).values
    let line = try #require(
      lines.first { "\($0["section"]?.stringValue ?? ""): \($0["case"]?.stringValue ?? "")" == name })
    let wanted = try JSONValue(parsing: try #require(line["request"]?.stringValue))
    let sent = try await sent(type, verb)
    #expect(Self.sorted(sent) == Self.sorted(wanted))
  }

  private static let samples: [(request: String, verb: Verb)] = [
    (
      #"{"method":"show_relationship","params":{"person_id":"5","relationship":"tags"}}"#,
      { _ = try await $0.relationship("tags", of: "5").show() }
    ),
    (
      #"{"method":"create_relationship","params":{"person_id":"5","relationship":"tags","data":[{"type":"tags","id":"3"}]}}"#,
      { try await change($0, .link, "tags", [["type": "tags", "id": "3"]]) }
    ),
    (
      #"{"method":"update_relationship","params":{"person_id":"5","relationship":"company","data":{"type":"companies","id":"9"}}}"#,
      { try await change($0, .relink, "company", ["type": "companies", "id": "9"]) }
    ),
    (
      #"{"method":"update_relationship","params":{"person_id":"5","relationship":"company","data":null}}"#,
      { try await change($0, .relink, "company", .null) }
    ),
    (
      #"{"method":"update_relationship","params":{"person_id":"5","relationship":"tags","data":[]}}"#,
      { try await change($0, .relink, "tags", []) }
    ),
    (
      #"{"method":"destroy_relationship","params":{"person_id":"5","relationship":"tags","data":[{"type":"tags","id":"3"}]}}"#,
      { try await change($0, .unlink, "tags", [["type": "tags", "id": "3"]]) }
    ),
    (
      #"{"method":"get_related_resource","params":{"person_id":"5","relationship":"lead_company","source":"api/v1/people"}}"#,
      { _ = try await $0.relationship("lead-company", of: "5").related(source: nil) }
    ),
    (
      #"{"method":"update","params":{"id":"5","data":{"type":"people","id":"5","attributes":{"first-name":"Anne"},"relationships":{"company":{"data":null}}}}}"#,
      { client in
        var client = client
        client.settings.relationships = ["company": .toOne(type: "companies")]
        _ = try await client.document(client.updateRequest("5", ["first-name": "Anne", "company": .null]))
      }
    ),
    (#"{"method":"destroy","params":{"id":"5"}}"#, { _ = try await $0.document($0.destroyRequest("5")) }),
  ]

  private static func change(
    _ client: ResourceClient, _ change: RelationshipClient.LinkageChange, _ name: String, _ linkage: JSONValue
  ) async throws {
    _ = try await client.send(client.relationship(name, of: "5").changeRequest(change, linkage))
  }

  @Test(arguments: samples.indices) func aVerbSendsTheSampleOfTheProtocol(index: Int) async throws {
    let (request, verb) = Self.samples[index]
    let wanted = Self.sorted(try JSONValue(parsing: request))
    #expect(Self.sorted(try await sent("people", verb)) == wanted)
  }

  /// Calls a verb of a client for a type, and returns the request that the client sends.
  private func sent(_ type: String, _ verb: Verb) async throws -> JSONValue {
    let reply: ScriptedTransport.Answer = #"{"data":{"type":"x","id":"1"}}"#
    let (client, transport) = ResourceClient.scripted([reply], ClientSettings(type: type, meta: [:]))
    try await verb(client)
    try #require(transport.sent.count == 1)
    return try JSONValue(parsing: transport.sent[0].body)
  }

  /// Returns the method and the parameters of a request as JSON text, with the members of objects in sorted order.
  private static func sorted(_ request: JSONValue) -> String {
    func ordered(_ value: JSONValue) -> JSONValue {
      switch value {
      case .object(let object):
        .object(JSONObject(object.sorted { $0.key < $1.key }.map { ($0.key, ordered($0.value)) }))
      case .array(let array): .array(JSONArray(array.map(ordered)))
      default: value
      }
    }
    return ordered(["method": request["method"] ?? .null, "params": request["params"] ?? .null]).text
  }
}
