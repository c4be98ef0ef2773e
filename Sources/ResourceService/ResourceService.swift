import GRDB
import JSONRPC
import JSONText
import Synchronization

/// A SQLite database as JSON:API resources over JSON-RPC.
///
/// A table is a type and a queue of the same name, see `Schema`. The service takes a request's bytes and gives the
/// reply's, the same in process and behind a broker's queue:
///
/// ```swift
/// let service = try ResourceService(opening: "blog")
/// service.answer(queue: "tags", body: Array(#"{"id":"1","method":"show","params":{"id":"3"}}"#.utf8))
/// ```
///
/// One request is answered at a time; requests may come from any thread.
public final class ResourceService: Sendable {
  private let database: DatabaseQueue
  private let schema: Schema
  private let dialect: Dialect
  private let memory = Mutex(PageMemory())

  /// The queues that are served, which are the types, in order.
  public let queues: [String]

  /// Opens the sample `blog` or a database file, see ``DatabaseFile``.
  ///
  /// - Throws: ``OpeningError`` where the file is not there, is no database or has no table that can be served.
  public convenience init(opening name: String, dialect: Dialect = Dialect()) throws(OpeningError) {
    let database = try DatabaseFile(path: name).open()
    do { try self.init(database, dialect) } catch { throw DatabaseFile.unreadable(name, error) }
    guard !queues.isEmpty else { throw OpeningError(.noTables, "\"\(name)\" has no table that can be served") }
  }

  init(_ database: DatabaseQueue, _ dialect: Dialect = Dialect()) throws {
    self.database = database
    self.dialect = dialect
    schema = try database.inDatabase { try Schema($0, dialect) }
    queues = schema.names
  }

  /// What a request is answered with.
  public struct Reply: Sendable {
    /// The bytes; nil for a service that keeps silent.
    public var body: [UInt8]?
    /// Whether they say that it was not carried out, and why.
    public var isError: Bool
  }

  /// Answers a request.
  public func answer(queue: String, body: [UInt8]) -> [UInt8] { reply(queue: queue, body: body).body ?? [] }

  /// Answers a request, and tells whether the answer is an error.
  ///
  /// A correlation id is that of the message that brought it; retort refuses a request whose id is another.
  /// Text that is no JSON, a request without a method and parameters that are no object have the errors of JSON-RPC
  /// 2.0 section 5.1; whatever is wrong with a document or a query is error 422, its `data` a document of errors, and
  /// so is a queue that is not served. The flavours say the latter in their own words; carrot keeps silent on what is
  /// no request.
  public func reply(queue: String, body: [UInt8], correlationID: [UInt8]? = nil) -> Reply {
    let request: Request
    do throws(ErrorResponse) { request = try Request(decoding: body) } catch {
      return Reply(body: dialect.flavour == .carrot ? nil : error.encoded(), isError: true)
    }
    if dialect.isSilent(on: request, body) { return Reply(body: nil, isError: true) }
    if let correlationID, !dialect.accepts(request, under: correlationID) {
      let error = ErrorObject(.invalidRequest, "Invalid Request")
      return Reply(body: ErrorResponse(id: request.id, error: error).encoded(), isError: true)
    }
    do throws(ErrorObject) {
      return Reply(body: dialect.written(Self.reply(request.id, try result(of: request, queue))), isError: false)
    } catch {
      return Reply(body: dialect.written(ErrorResponse(id: request.id, error: error).encoded()), isError: true)
    }
  }

  private func result(of request: Request, _ queue: String) throws(ErrorObject) -> [UInt8] {
    guard let type = schema.types[queue] else { throw dialect.worded(Refusal(.invalidResource(queue))) }
    guard let method = Method(rawValue: request.method), dialect.flavour != .retort || !method.isOfRelationship else {
      throw ErrorObject(.methodNotFound, "Method not found", data: ["method": .string(request.method)])
    }
    do {
      return try result(of: method, dialect.admitted(request.params, to: method), type)
    } catch let refusal as Refusal {
      throw dialect.worded(refusal)
    } catch {
      throw dialect.worded(Refusal((error as? DatabaseError)?.objection(of: type) ?? .internalError("\(error)")))
    }
  }

  /// A reply whose result is JSON already.
  private static func reply(_ id: JSONValue, _ result: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(result.count + 100)
    bytes.append(contentsOf: #"{"id":"#.utf8)
    id.encode(into: &bytes)
    bytes.append(contentsOf: #","jsonrpc":"2.0","result":"#.utf8)
    bytes.append(contentsOf: result)
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  private func result(of method: Method, _ params: JSONObject, _ type: ResourceType) throws -> [UInt8] {
    switch method {
    case .index:
      let listing = try Listing(params, of: type, in: schema)
      return try transaction(.deferred) { database in
        var memory = self.memory.withLock { $0.taken() }
        defer { self.memory.withLock { $0 = memory } }
        return try listing.document(database, &memory)
      }
    case .show:
      let showing = try Showing(params, of: type, in: schema)
      let (id, key) = try RequestedID.parse(params["id"], of: type)
      guard let document = try transaction(.deferred, { try showing.document(key, $0) }) else {
        throw Refusal(.notFound(id))
      }
      return document
    case .create: return try transaction(.immediate, Writing(creating: params, of: type, in: schema).carryOut)
    case .update: return try transaction(.immediate, Writing(updating: params, of: type, in: schema).carryOut)
    case .destroy:
      let all = try dialect.destroys(params).map { try Destroying($0, of: type, in: schema) }
      try transaction(.immediate) { database in
        for destroying in all { try destroying.carryOut(database) }
      }
      return Array(dialect.destroyed(all.count).utf8)
    case .showRelationship, .createRelationship, .updateRelationship, .destroyRelationship, .relatedResource:
      return try relate(method, Relating(params, of: type, in: schema))
    }
  }

  private func relate(_ method: Method, _ relating: Relating) throws -> [UInt8] {
    try transaction(method == .showRelationship || method == .relatedResource ? .deferred : .immediate) { database in
      switch method {
      case .showRelationship: try relating.show(database)
      case .relatedResource: try relating.related(database)
      case .createRelationship: try relating.carryOut(method, relating.added(database), database)
      case .destroyRelationship: try relating.carryOut(method, relating.without(database), database)
      default: try relating.carryOut(method, nil, database)
      }
    }
  }

  private func transaction<Result>(
    _ kind: Database.TransactionKind, _ body: (Database) throws -> Result
  ) throws -> Result {
    try database.inDatabase { database in
      var result: Result?
      try database.inTransaction(kind) {
        result = try body(database)
        return .commit
      }
      guard let result else { throw DatabaseError(message: "the transaction has no result") }
      return result
    }
  }
}
