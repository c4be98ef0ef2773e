import JSONRPC
import JSONText
import SQLite
import Synchronization

/// A service that offers a SQLite database as JSON:API resources over JSON-RPC.
///
/// Each table is a type, and has a queue of the same name; see `Schema`. The service receives the bytes of a request
/// and returns the bytes of the reply. The caller decides how requests arrive, for example from a broker's queue or
/// from the same program.
///
/// ```swift
/// let service = try ResourceService(opening: "blog")
/// service.answer(queue: "tags", body: Array(#"{"id":"1","method":"show","params":{"id":"3"}}"#.utf8))
/// ```
///
/// The service answers one request at a time. Its functions can be called on any thread.
public final class ResourceService: Sendable {
  let database: SharedDatabase
  let schema: Schema
  let dialect: ProtocolDialect
  let memory = Mutex(CountAndPageStartCache())
  /// Whether the service stores the answers to changes.
  ///
  /// A broker can deliver a request twice. For the second delivery, the service returns the stored answer and does not
  /// repeat the change.
  private let remembersChanges: Bool

  /// The names of the queues, which are the names of the types, in alphabetical order.
  public let queues: [String]

  /// Opens the sample database `blog` or a database file; see ``DatabaseFile``.
  ///
  /// If `remembersChanges` is true and the database is writable, the service stores its last 10,000 answers to changes
  /// in the table `retort_answers`. Each change and its answer are stored in the same transaction.
  ///
  /// - Throws: ``DatabaseOpeningError`` if the file is missing, is not a database or has no table to serve.
  public convenience init(
    opening name: String, dialect: ProtocolDialect = ProtocolDialect(), remembersChanges: Bool = false
  ) throws(DatabaseOpeningError) {
    let (database, isWritable) = try DatabaseFile(path: name).open()
    do { try self.init(database, dialect, remembersChanges: remembersChanges && isWritable) } catch {
      throw DatabaseFile.unreadable(name, error)
    }
    guard !queues.isEmpty else { throw DatabaseOpeningError(.noTables, "\"\(name)\" has no table to serve") }
  }

  init(_ database: SharedDatabase, _ dialect: ProtocolDialect = ProtocolDialect(), remembersChanges: Bool = false)
    throws
  {
    self.database = database
    self.dialect = dialect
    self.remembersChanges = remembersChanges
    schema = try database.use { try Schema($0, dialect) }
    queues = schema.names
    if remembersChanges, !queues.isEmpty { try database.inTransaction(.immediate, AnsweredChanges.create) }
  }

  /// The reply to a request.
  public struct Reply: Sendable {
    /// The bytes of the reply; nil if the service sends no reply.
    public var body: [UInt8]?
    /// Whether the reply is an error.
    ///
    /// If true, the service did not carry out the request.
    public var isError: Bool
    /// Whether the reply is a stored answer.
    ///
    /// If true, the broker delivered the request a second time, and the service had already carried out the change.
    public var isRemembered = false
  }

  /// Answers a request, and returns the bytes of the reply; an empty array means that there is no reply.
  public func answer(queue: String, body: [UInt8]) -> [UInt8] { reply(queue: queue, body: body).body ?? [] }

  /// Answers a request, and returns the reply.
  ///
  /// A service that stores its answers does not repeat a change that the broker redelivers. If the service imitates the
  /// Elixir library Retort (flavour `retort`), the id of a request must equal the message's correlation id.
  ///
  /// Some errors have the form of JSON-RPC 2.0 section 5.1: invalid JSON, a request without a method, and parameters
  /// that are not an object. Errors in a document or a query, and requests to a queue that the service does not serve,
  /// get the code 422. Their `data` is a document with a list of errors. The wording of each error depends on the
  /// imitated library. A service that imitates carrot_rpc (flavour `carrot`) does not reply to an invalid request.
  public func reply(
    queue: String, body: [UInt8], correlationID: [UInt8]? = nil, isRedelivered: Bool = false
  ) -> Reply {
    let request: Request
    do throws(ErrorResponse) { request = try Request(decoding: body) } catch {
      return Reply(body: dialect.flavour == .carrot ? nil : error.encoded(), isError: true)
    }
    if dialect.isSilent(on: request, body) { return Reply(body: nil, isError: true) }
    if let correlationID, !dialect.accepts(request, under: correlationID) {
      let error = ErrorObject(.invalidRequest, "Invalid Request")
      return Reply(body: ErrorResponse(id: request.id, error: error).encoded(), isError: true)
    }
    let key =
      remembersChanges
      ? correlationID.map { AnsweredChanges.MessageIdentity(id: $0, body: body, isRedelivered: isRedelivered) } : nil
    do throws(ErrorObject) {
      let answer = try answer(to: request, queue, key)
      return Reply(
        body: dialect.written(Self.reply(request.id, answer.result)), isError: false, isRemembered: answer.isRemembered)
    } catch {
      return Reply(body: dialect.written(ErrorResponse(id: request.id, error: error).encoded()), isError: true)
    }
  }

  /// Returns the bytes of a reply with the given result, which is already JSON.
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
}
