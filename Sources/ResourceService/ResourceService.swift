import GRDB
import JSONAPI
import JSONRPC
import JSONText

/// A SQLite database as JSON:API resources over JSON-RPC: bytes in, bytes out.
///
/// A table is a type and a queue of the same name. `author_id REFERENCES authors` is the to-one relationship `author`,
/// its reverse a to-many; a table of nothing but two references is a to-many on both sides.
///
/// ```swift
/// let service = try ResourceService(opening: "blog")
/// let reply = service.answer(queue: "posts", body: request)
/// ```
public final class ResourceService: Sendable {
  private let database: DatabaseQueue
  let schema: Schema
  private let memory = QueryMemory()

  /// Why a database can't be served.
  public struct OpeningError: Error, Sendable {
    /// One sentence.
    public var message: String
  }

  /// Opens the sample `blog`, or a file.
  ///
  /// A file's foreign keys get an index each where they have none, and it is put in WAL mode, so that several
  /// processes can serve it.
  ///
  /// - Throws: ``OpeningError`` where the file is not there or no database.
  public init(opening name: String) throws(OpeningError) {
    do {
      var configuration = Configuration()
      configuration.foreignKeysEnabled = true
      configuration.busyMode = .timeout(10)
      if name == "blog" {
        database = try DatabaseQueue(configuration: configuration)
        try database.write { try Sample.create(in: $0) }
      } else {
        guard FileFacts.isFile(name) else {
          throw OpeningError(message: "there is no file \(name); the sample is embedded:blog")
        }
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA journal_mode = WAL") }
        database = try DatabaseQueue(path: name, configuration: configuration)
      }
      schema = try database.write { db in
        try Schema.indexForeignKeys(db)
        return try Schema(db)
      }
    } catch let error as OpeningError {
      throw error
    } catch let error as DatabaseError {
      throw OpeningError(message: "\(name) can't be served: \(error.message ?? "error \(error.resultCode.rawValue)")")
    } catch {
      throw OpeningError(message: "\(name) can't be served: \(error)")
    }
  }

  /// The queues it answers on: a type each.
  public var queues: [String] { schema.names }

  /// Answers a request that came on the queue of a type.
  public func answer(queue: String, body: [UInt8]) -> [UInt8] {
    let request: Request
    do throws(ErrorResponse) { request = try Request(decoding: body) } catch { return error.encoded() }
    guard let type = schema.types[queue] else {
      return Response(id: request.id, outcome: .error(JSONRPC.ErrorObject(.methodNotFound, "Method not found")))
        .encoded()
    }
    do {
      let result = try database.writeWithoutTransaction { db in try self.result(request, type, db) }
      var reply: [UInt8] = []
      reply.reserveCapacity(result.count + 80)
      reply.append(contentsOf: #"{"id":"#.utf8)
      request.id.encode(into: &reply)
      reply.append(contentsOf: #","jsonrpc":"2.0","result":"#.utf8)
      reply.append(contentsOf: result)
      reply.append(UInt8(ascii: "}"))
      return reply
    } catch let failure as Failure {
      return Self.error(failure, request.id)
    } catch let unknown as UnknownMethod {
      let error = JSONRPC.ErrorObject(.methodNotFound, "Method not found", data: ["method": .string(unknown.method)])
      return Response(id: request.id, outcome: .error(error)).encoded()
    } catch {
      return Self.error(Failure("500", "500", "Internal Server Error", "\(error)"), request.id)
    }
  }

  private static func error(_ failure: Failure, _ id: JSONValue) -> [UInt8] {
    let error = JSONRPC.ErrorObject(.document, "JSONAPI error", data: failure.document)
    return Response(id: id, outcome: .error(error)).encoded()
  }

  private struct UnknownMethod: Error { var method: String }

  private func result(_ request: Request, _ type: ResourceType, _ db: Database) throws -> [UInt8] {
    let reader = Reader(db: db, schema: schema, type: type, memory: memory)
    switch request.method {
    case "index": return try reader.index(request.params)
    case "show": return try reader.show(request.params)
    case "create":
      let id = try transaction(db) { try Writer(db: db, schema: schema, type: type).create(request.params) }
      return try reader.show(request.params, id: id)
    case "update":
      let id = try transaction(db) { try Writer(db: db, schema: schema, type: type).update(request.params) }
      return try reader.show(request.params, id: id)
    case "destroy":
      try transaction(db) { try Writer(db: db, schema: schema, type: type).destroy(request.params) }
      return Array("{}".utf8)
    default: throw UnknownMethod(method: request.method)
    }
  }

  private func transaction<Result>(_ db: Database, _ body: () throws -> Result) throws -> Result {
    var result: Result?
    try db.inTransaction(.immediate) {
      result = try body()
      return .commit
    }
    guard let result else { throw DatabaseError(message: "the transaction gave nothing") }
    return result
  }
}
