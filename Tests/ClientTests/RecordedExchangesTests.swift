import Client
import Foundation
import JSONAPI
import JSONRPC
import JSONText
import Testing

/// Tests that the client decodes all recorded exchanges with a real service.
///
/// The service ran carrot_rpc 1.2.1 and jsonapi-resources. The exchanges were recorded on a real broker.
@Suite struct RecordedExchangesTests {
  private struct Exchange {
    let section: String
    let name: String
    let request: String
    let reply: String?
  }

  private func exchanges() throws -> [Exchange] {
    let url = try #require(
      Bundle.module.url(forResource: "recorded-exchanges", withExtension: "ndjson", subdirectory: "Fixtures"))
    let lines = JSONValue.lines(of: Array(try Data(contentsOf: url)))
    #expect(lines.fault == nil)
    return try lines.values.map { line in
      Exchange(
        section: try #require(line["section"]?.stringValue), name: try #require(line["case"]?.stringValue),
        request: try #require(line["request"]?.stringValue), reply: line["reply"]?.stringValue)
    }
  }

  /// Returns the document or the error that a client gets from a recorded reply.
  private func outcome(_ exchange: Exchange, _ reply: String) async throws -> Result<Document, ClientError> {
    let method = try JSONValue(parsing: exchange.request)["method"]?.stringValue ?? ""
    let (client, _) = ResourceClient.scripted([.bytes(Array(reply.utf8))])
    do throws(ClientError) {
      return .success(try await client.document(ReadRequest(method: method, params: [:])))
    } catch { return .failure(error) }
  }

  @Test func theServiceWasSilentFourteenTimes() throws {
    let exchanges = try exchanges()
    #expect(exchanges.count == 93)
    #expect(
      exchanges.filter { $0.reply == nil }.map(\.name) == [
        "no method", "method is a number", "method names another public Ruby method (inspect)", "no params",
        "params null", "params an array", "params a string", "bad JSON", "empty payload", "JSON, not an object",
        "a batch", "invalid UTF-8", "no reply_to", "neither",
      ])
  }

  @Test func everyReplyIsReadAndKeepsItsText() async throws {
    var counts = ["documents": 0, "errors": 0]
    for exchange in try exchanges() {
      guard let reply = exchange.reply else { continue }
      let response = try Response(decoding: Array(reply.utf8))
      let received = try JSONValue(parsing: reply)
      #expect(response.id == received["id"])
      switch response.outcome {
      case .result(let result): #expect(result.text == received["result"]?.text)
      case .error(let error): #expect(error.data?.text == received["error"]?["data"]?.text)
      }
      switch try await outcome(exchange, reply) {
      case .success(let document):
        counts["documents", default: 0] += 1
        #expect(document.resources.allSatisfy { ResourceIdentifier($0) != nil }, "\(exchange.name)")
      case .failure: counts["errors", default: 0] += 1
      }
    }
    #expect(counts == ["documents": 38, "errors": 41])
  }

  @Test func everyErrorHasItsKind() async throws {
    let kinds: [String: ClientError.Kind] = [
      "show: not found": .notFound, "show: no id": .notFound, "show: include as a JSON array": .badGateway,
      "create: client-generated id already taken": .badGateway, "create: data is a string": .badGateway,
      "create: validation failure: two attributes and a relationship": .invalid,
      "create: validation failure: email taken": .invalid, "create: to-one linkage to a missing record": .invalid,
      "create: attribute of the wrong JSON type (views: \"many\")": .invalid,
      "create: to-many linkage to a missing record": .notFound, "envelope: unknown method": .methodNotFound,
      "envelope: empty method": .methodNotFound,
      "envelope: method names a private Ruby method (consume)": .methodNotFound,
    ]
    var found: Set<String> = []
    for exchange in try exchanges() {
      guard let reply = exchange.reply, case .failure(let error) = try await outcome(exchange, reply) else { continue }
      let key = "\(exchange.section): \(exchange.name)"
      found.insert(key)
      #expect(error.kind == kinds[key] ?? .service, "\(key)")
      #expect(error.wasSent && (error.errors.isEmpty == (error.kind == .methodNotFound)), "\(key)")
    }
    #expect(found.isSuperset(of: kinds.keys))
  }

  @Test func severalErrorsAtOnceKeepTheirPointers() async throws {
    let exchange = try #require(try exchanges().first { $0.name.hasPrefix("validation failure: two") })
    guard case .failure(let error) = try await outcome(exchange, exchange.reply ?? "") else {
      Issue.record("no error")
      return
    }
    #expect(error.message == "posts create: 3 errors from the service")
    #expect(
      error.errors.map(\.pointer) == [
        "/data/relationships/author", "/data/attributes/text", "/data/attributes/state",
      ])
    #expect(
      error.errors.map(\.detail) == [
        "author - must exist", "text - can't be blank", "state - is not included in the list",
      ])
  }

  @Test(arguments: [
    ("no page: default size 10", 10, 20, "1/10 -/- 2/10 2/10"), ("page of 2", 2, 100, "1/2 1/2 3/2 50/2"),
    ("page values as strings", 1, 100, "1/1 1/1 3/1 100/1"), ("last page", 1, 20, "1/1 19/1 -/- 20/1"),
    ("past the last page", 0, 20, "1/10 98/10 -/- 2/10"), ("page as a bare number", 10, 20, "1/10 1/10 -/- 2/10"),
    ("filter + sort + include + fields + page", 2, 511, "1/2 -/- 2/2 256/2"),
    ("filter with two values", 3, 336, "1/3 -/- 2/3 112/3"),
    ("filter by to-one relationship", 1, 12, "1/1 -/- 2/1 12/1"),
    ("filter by to-many relationship", 1, 84, "1/1 -/- 2/1 84/1"), ("filter by name", 1, 1, "1/10 -/- -/- 1/10"),
    ("filter by id", 2, 2, "1/10 -/- -/- 1/10"), ("filter value as a JSON number", 1, 12, "1/1 -/- 2/1 12/1"),
    ("filter value as a JSON array", 1, 174, "1/1 -/- 2/1 174/1"),
    ("filter matching nothing", 0, 0, "1/10 -/- -/- 1/10"),
    ("sort by a relationship's attribute", 1, 1000, "1/1 -/- 2/1 1000/1"),
  ])
  func everyListReportsItsPages(name: String, size: Int, total: Int, pages: String) async throws {
    let exchange = try #require(try exchanges().first { $0.section == "index" && $0.name == name })
    let document = try await outcome(exchange, exchange.reply ?? "").get()
    #expect(document.resources.count == size)
    let pagination = try #require(document.pagination())
    #expect(pagination.totalSize == total)
    let found = [pagination.first, pagination.previous, pagination.next, pagination.last].map { page in
      page.map { "\($0.number)/\($0.size)" } ?? "-/-"
    }
    #expect(found.joined(separator: " ") == pages)
  }

  @Test func everyListIsTested() async throws {
    var lists = 0
    for exchange in try exchanges() where exchange.section == "index" {
      if case .success = try await outcome(exchange, exchange.reply ?? "") { lists += 1 }
    }
    #expect(lists == 16)
  }

  @Test func includedResourcesAndDigitsArrive() async throws {
    let all = try exchanges()
    let nested = try #require(all.first { $0.name == "nested include, sparse fieldsets" })
    let document = try await outcome(nested, nested.reply ?? "").get()
    #expect(document.included["authors", "98"]?["attributes"]?["name"] == "Ray Foster")
    let plain = try #require(all.first { $0.name == "plain" })
    let post = try #require(try await outcome(plain, plain.reply ?? "").get().resource)
    #expect(post["attributes"]?["rating"]?.text == "0.89")
    #expect(post["relationships"]?["author"]?["data"] == nil)
  }
}
