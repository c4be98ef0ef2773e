import SQLite
import Synchronization

@testable import APIServer

extension ResourceService {
  /// Returns a service on a new copy of the sample blog.
  static func blog() throws -> ResourceService { try ResourceService(opening: "blog") }

  /// Returns a service on a new database with the tables that `sql` creates.
  ///
  /// `log` receives each SQL statement that the service runs.
  static func of(
    _ sql: String, _ dialect: ProtocolDialect = ProtocolDialect(), remembersChanges: Bool = false,
    log: StatementLog? = nil
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

  /// Sends a request to the service, and returns the reply as text.
  func exchange(_ queue: String, _ request: String) -> String {
    String(decoding: answer(queue: queue, body: Array(request.utf8)), as: UTF8.self)
  }

  /// Calls a method, and returns the result or the JSON:API errors of the response, without the JSON-RPC envelope.
  ///
  /// If the response contains neither, the function returns the whole response.
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

  /// Returns the ids of the resources that `index` returns, in the order of the reply.
  func ids(_ queue: String, _ params: String) -> [String] {
    let reply = ask(queue, "index", params)
    let list = reply.split(separator: #"],"meta""#).first ?? ""
    return list.split(separator: #"{"id":""#).dropFirst().filter { $0.contains(#","type":"\#(queue)""#) }.compactMap {
      $0.split(separator: #"""#).first.map(String.init)
    }
  }
}

/// Records the SQL statements that a service runs.
final class StatementLog: Sendable {
  private let statements = Mutex<[String]>([])

  func add(_ statement: String) { statements.withLock { $0.append(statement) } }

  /// Returns the statements since the last call, without `BEGIN`, `COMMIT` and `ROLLBACK`.
  func taken() -> [String] {
    statements.withLock { statements in
      defer { statements = [] }
      return statements.filter { !["BEGIN", "COMMIT", "ROLLBACK"].contains($0.split(separator: " ").first) }
    }
  }
}
