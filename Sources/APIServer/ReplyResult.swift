import JSONRPC
import JSONText
import SQLite
import Synchronization

/// The `result` of a successful reply, as JSON in UTF-8.
struct ReplyResult: Sendable {
  let result: [UInt8]
  /// Whether the result comes from the table of stored answers.
  ///
  /// If true, the broker delivered the request a second time, and the service had already carried out the change.
  var isRemembered = false
}

extension ResourceService {
  /// Carries out a request and returns its result.
  ///
  /// - Throws: The error object of the reply.
  func answer(
    to request: Request, _ queue: String, _ key: AnsweredChanges.MessageIdentity?
  ) throws(ErrorObject) -> ReplyResult {
    guard let type = schema.types[queue] else { throw dialect.worded(RequestRefusal(.invalidResource(queue))) }
    guard let method = Method(rawValue: request.method), dialect.flavour != .retort || !method.isOfRelationship else {
      throw ErrorObject(.methodNotFound, "Method not found", data: ["method": .string(request.method)])
    }
    do {
      let params = try dialect.admitted(request.params, to: method)
      return method.isChange
        ? try change(method, params, type, key) : ReplyResult(result: try read(method, params, type))
    } catch let refusal as RequestRefusal {
      throw dialect.worded(refusal)
    } catch {
      throw dialect.worded(RequestRefusal((error as? SQLError)?.requestError(of: type) ?? .internalError("\(error)")))
    }
  }

  private func read(_ method: Method, _ params: JSONObject, _ type: ResourceType) throws -> [UInt8] {
    switch method {
    case .index:
      let listing = try IndexRequest(params, of: type, in: schema)
      return try database.inTransaction(.deferred) { database in
        var memory = self.memory.withLock { $0.taken() }
        defer { self.memory.withLock { $0 = memory } }
        return try listing.document(database, &memory)
      }
    case .show:
      let replyWriter = try SingleResourceReplyWriter(params, of: type, in: schema)
      let (id, key) = try ResourceIDParser.parse(params["id"], of: type)
      guard let document = try database.inTransaction(.deferred, { try replyWriter.document(key, $0) }) else {
        throw RequestRefusal(.notFound(id))
      }
      return document
    default:
      let relating = try RelationshipRequest(method, params, of: type, in: schema)
      return try database.inTransaction(.deferred) { database in
        try method == .relatedResource ? relating.related(database) : relating.show(database)
      }
    }
  }

  /// Carries out a change and stores the service's answer, both in one transaction.
  ///
  /// If the service already carried out the same change, the function only returns the stored answer.
  private func change(
    _ method: Method, _ params: JSONObject, _ type: ResourceType, _ key: AnsweredChanges.MessageIdentity?
  ) throws -> ReplyResult {
    let body = try changing(method, params, type)
    return try database.inTransaction(.immediate) { database in
      if let key, let known = try AnsweredChanges.answer(to: key, database) {
        return ReplyResult(result: known, isRemembered: true)
      }
      let result = try body(database)
      if let key { try AnsweredChanges.add(result, to: key, database) }
      return ReplyResult(result: result)
    }
  }

  /// Parses a change, and returns the function that carries it out.
  private func changing(
    _ method: Method, _ params: JSONObject, _ type: ResourceType
  ) throws -> @Sendable (Database) throws -> [UInt8] {
    switch method {
    case .create: return try CreateOrUpdateRequest(creating: params, of: type, in: schema).carryOut
    case .update: return try CreateOrUpdateRequest(updating: params, of: type, in: schema).carryOut
    case .destroy:
      let all = try dialect.destroys(params).map { try DestroyRequest($0, of: type, in: schema) }
      let result = Array(dialect.destroyed(all.count).utf8)
      return { database in
        for destroying in all { try destroying.carryOut(database) }
        return result
      }
    default:
      let relating = try RelationshipRequest(method, params, of: type, in: schema)
      return { try relating.change(method, $0) }
    }
  }
}
