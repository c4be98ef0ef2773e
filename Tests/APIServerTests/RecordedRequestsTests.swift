import Foundation
import JSONText
import SQLite
import Testing

@testable import APIServer

/// Tests that the flavour of carrot_rpc replies to recorded requests in the same way as the real service.
@Suite struct RecordedRequestsTests {
  private struct Exchange {
    let name: String
    let queue: String
    let request: [UInt8]
    let reply: JSONValue?
  }

  /// Returns the recorded exchanges in order.
  ///
  /// The function omits two exchanges without the AMQP property `reply_to`, because the tests send no AMQP properties.
  private static func exchanges() throws -> [Exchange] {
    let file = URL(filePath: #filePath).appending(path: "../../ClientTests/Fixtures/recorded-exchanges.ndjson")
      .standardized
    return try JSONValue.lines(of: Array(try Data(contentsOf: file))).values.compactMap { line in
      let name = "\(line["section"]?.stringValue ?? ""): \(line["case"]?.stringValue ?? "")"
      guard !["envelope: no reply_to", "envelope: neither"].contains(name) else { return nil }
      return Exchange(
        name: name, queue: String(try #require(line["queue"]?.stringValue).dropFirst("peer_".count)),
        request: Array(try #require(line["request"]?.stringValue).utf8),
        reply: try line["reply"]?.stringValue.map { try JSONValue(parsing: $0) })
    }
  }

  /// Returns the sample service with the data of the real service: a hundred authors, and posts that need an author.
  private func service() throws -> ResourceService {
    let database = try SharedDatabase()
    try database.use { database in
      try SampleDatabase.create(in: database)
      try database.execute(
        """
        INSERT INTO authors (id, name, email) SELECT id + 50, name || ' B', 'author' || (id + 50) || '@example.com'
        FROM authors;
        UPDATE comments SET author_id = NULL WHERE id = 13;
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'author_id INTEGER REFERENCES authors (id) ON DELETE RESTRICT',
          'author_id INTEGER NOT NULL REFERENCES authors (id) ON DELETE RESTRICT') WHERE name = 'posts';
        PRAGMA writable_schema = RESET;
        """)
    }
    return try ResourceService(database, ProtocolDialect(flavour: .carrot))
  }

  /// Returns a summary of a reply that does not depend on the data of the service.
  ///
  /// The summary contains the errors or, for a result, the members of the document and of its first resource.
  private func gist(_ reply: JSONValue?) -> String {
    guard let reply else { return "silence" }
    if let error = reply["error"] {
      let errors = error["data"]?["errors"]?.arrayValue.map { Array($0) } ?? []
      let texts = errors.map { error in
        let pointer = error["source"]?["pointer"].map { " \($0.text)" } ?? ""
        return "\(error["code"].map { $0.stringValue ?? $0.text } ?? "") \(error["detail"]?.text ?? "")\(pointer)"
      }
      return "error \(error["code"]?.text ?? "") \(texts.sorted())"
    }
    let result = reply["result"]
    let members = result?.objectValue?.keys.joined(separator: " ") ?? result?.text ?? ""
    let data = result?["data"]
    return "result \(members), \(data?.arrayValue == nil ? "one" : "list"), \(shape(data?.arrayValue?.first ?? data))"
  }

  private func shape(_ resource: JSONValue?) -> String {
    let relationships = resource?["relationships"]?.objectValue ?? [:]
    return "\(resource?.objectValue?.keys.sorted() ?? []) "
      + relationships.map { "\($0.key) \($0.value.objectValue?.keys.joined(separator: " ") ?? "")" }.sorted()
      .joined(separator: ", ")
  }

  /// The names of the exchanges in which the two services differ.
  ///
  /// The real service's own application code, or Ruby's conversion of odd values, causes these differences.
  private static let exceptions: Set<String> = [
    "show: id is not canonical (\" 0x1 \" is Ruby's Integer syntax)", "show: fields for an unknown type",
    "index: bad filter", "index: page size over the maximum", "index: two errors at once",
    "create: many at once (data is an array)", "create: read-only attribute",
  ]

  @Test func theFlavourRepliesLikeTheRealService() throws {
    let service = try service()
    var different: Set<String> = []
    for exchange in try Self.exchanges() {
      let reply = service.reply(queue: exchange.queue, body: exchange.request).body
      let (found, wanted) = (gist(try reply.map { try JSONValue(parsing: $0) }), gist(exchange.reply))
      if found != wanted { different.insert(exchange.name) }
      if !Self.exceptions.contains(exchange.name) {
        #expect(found == wanted, "\(exchange.name)")
      }
    }
    #expect(different == Self.exceptions)
  }
}
