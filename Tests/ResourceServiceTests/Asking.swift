import SQLite
import Synchronization

@testable import ResourceService

extension ResourceService {
  /// A new copy of the sample.
  static func blog() throws -> ResourceService { try ResourceService(opening: "blog") }

  /// A service on tables created for a test, and the statements that it runs.
  static func of(
    _ sql: String, _ dialect: Dialect = Dialect(), remembersChanges: Bool = false, log: StatementLog? = nil
  ) throws -> ResourceService {
    let database = try SharedDatabase()
    try database.use { database in
      try database.execute(sql)
      try ForeignKeyIndexes.create(database)
    }
    let service = try ResourceService(database, dialect, remembersChanges: remembersChanges)
    if let log { database.use { $0.trace = { log.add($0) } } }
    return service
  }

  /// The text of the reply to a request.
  func exchange(_ queue: String, _ request: String) -> String {
    String(decoding: answer(queue: queue, body: Array(request.utf8)), as: UTF8.self)
  }

  /// The result or the JSON:API errors of a reply without the envelope; any other reply completely.
  func ask(_ queue: String, _ method: String, _ params: String) -> String {
    let reply =
      exchange(queue, #"{"id":"1","jsonrpc":"2.0","method":"\#(method)","params":\#(params)}"#)
    for (start, end) in [
      (#"{"id":"1","jsonrpc":"2.0","result":"#, "}"),
      (
        #"{"error":{"code":422,"message":"JSONAPI error","data":{"errors":["#, #"]}},"id":"1","jsonrpc":"2.0"}"#
      ),
    ] where reply.hasPrefix(start) && reply.hasSuffix(end) {
      return String(reply.dropFirst(start.count).dropLast(end.count))
    }
    return reply
  }

  /// The ids of an index, in their order.
  func ids(_ queue: String, _ params: String) -> [String] {
    let reply = ask(queue, "index", params)
    let list = reply.split(separator: #"],"meta""#).first ?? ""
    return list.split(separator: #"{"id":""#).dropFirst().filter { $0.contains(#","type":"\#(queue)""#) }.compactMap {
      $0.split(separator: #"""#).first.map(String.init)
    }
  }
}

/// The statements that a service has run.
final class StatementLog: Sendable {
  private let statements = Mutex<[String]>([])

  func add(_ statement: String) { statements.withLock { $0.append(statement) } }

  /// The statements since the last call, without transactions.
  func taken() -> [String] {
    statements.withLock { statements in
      defer { statements = [] }
      return statements.filter { !["BEGIN", "COMMIT", "ROLLBACK"].contains($0.split(separator: " ").first) }
    }
  }
}
