import JSONRPC
import JSONText
import SQLite
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
  let database: SharedDatabase
  let schema: Schema
  let dialect: Dialect
  let memory = Mutex(PageMemory())
  /// Whether the answers to changes are kept, for requests that are delivered again.
  private let remembersChanges: Bool

  /// The queues that are served, which are the types, in order.
  public let queues: [String]

  /// Opens the sample `blog` or a database file, see ``DatabaseFile``.
  ///
  /// A service that remembers its changes keeps the last 10,000 answers in the table `retort_answers` of a database that
  /// can be written, each in the transaction of its change.
  ///
  /// - Throws: ``OpeningError`` where the file is not there, is no database or has no table that can be served.
  public convenience init(
    opening name: String, dialect: Dialect = Dialect(), remembersChanges: Bool = false
  ) throws(OpeningError) {
    let (database, isWritable) = try DatabaseFile(path: name).open()
    do { try self.init(database, dialect, remembersChanges: remembersChanges && isWritable) } catch {
      throw DatabaseFile.unreadable(name, error)
    }
    guard !queues.isEmpty else { throw OpeningError(.noTables, "\"\(name)\" has no table that can be served") }
  }

  init(_ database: SharedDatabase, _ dialect: Dialect = Dialect(), remembersChanges: Bool = false) throws {
    self.database = database
    self.dialect = dialect
    self.remembersChanges = remembersChanges
    schema = try database.use { try Schema($0, dialect) }
    queues = schema.names
    if remembersChanges, !queues.isEmpty { try database.inTransaction(.immediate, AnsweredChanges.create) }
  }

  /// What a request is answered with.
  public struct Reply: Sendable {
    /// The bytes; nil for a service that keeps silent.
    public var body: [UInt8]?
    /// Whether they say that it was not carried out, and why.
    public var isError: Bool
    /// Whether it is the answer of a change that was made when its request came for the first time.
    public var isRemembered = false
  }

  /// Answers a request.
  public func answer(queue: String, body: [UInt8]) -> [UInt8] { reply(queue: queue, body: body).body ?? [] }

  /// Answers a request, and tells whether the answer is an error.
  ///
  /// A change that is delivered again and was made is not made again where the service remembers its changes.
  /// A correlation id is that of the message that brought it; retort refuses a request whose id is another.
  /// Text that is no JSON, a request without a method and parameters that are no object have the errors of JSON-RPC
  /// 2.0 section 5.1; whatever is wrong with a document or a query is error 422, its `data` a document of errors, and
  /// so is a queue that is not served. The flavours say the latter in their own words; carrot keeps silent on what is
  /// no request.
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
      ? correlationID.map { AnsweredChanges.Key(id: $0, body: body, isRedelivered: isRedelivered) } : nil
    do throws(ErrorObject) {
      let answer = try answer(to: request, queue, key)
      return Reply(
        body: dialect.written(Self.reply(request.id, answer.result)), isError: false, isRemembered: answer.isRemembered)
    } catch {
      return Reply(body: dialect.written(ErrorResponse(id: request.id, error: error).encoded()), isError: true)
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
}
