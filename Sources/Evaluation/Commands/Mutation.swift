import Synchronization
import Client
import JSONAPI
import JSONText
import Language
import Values

/// One change of one resource, ready to be sent.
struct Mutation: Sendable {
  let client: ClientValue
  let request: PreparedRequest
  let arguments: Arguments
  /// Which argument is the record, for carets.
  let record: Int?
  let patience: ResourceClient.Patience

  /// How it ended (TheLanguage.md, "Rule 3: every element has an outcome").
  enum Outcome: Sendable {
    case done(Value)
    case absent(Fault)
    case failed(Fault)
    case unknown(Fault)
    case refused(Fault)
    /// It was not sent, since the statement was interrupted: nothing came of it.
    case dropped(Fault)

    var fault: Fault? {
      switch self {
      case .done: nil
      case .absent(let fault), .failed(let fault), .unknown(let fault), .refused(let fault), .dropped(let fault): fault
      }
    }

    /// What it gives.
    ///
    /// - Throws: what went wrong, and that it was absent.
    func value() throws(Fault) -> Value {
      if case .done(let value) = self { return value }
      throw fault ?? Fault(.interrupted, "interrupted")
    }
  }

  /// `create CLIENT RECORD`.
  static func create(_ arguments: Arguments) throws(Fault) -> Mutation {
    let client = try arguments.client()
    let record = try object(arguments, 1)
    let options = try arguments.documentOptions()
    let keepID = try arguments.bool("keep-id") ?? false
    return try prepared(arguments, client, record: 1) { () throws(ClientError) in
      try client.client.createRequest(record, options: options, keepID: keepID)
    }
  }

  /// `update CLIENT ID RECORD`.
  static func update(_ arguments: Arguments) throws(Fault) -> Mutation {
    let client = try arguments.client()
    let id = try arguments.id(1, of: client)
    let record = try object(arguments, 2)
    let options = try arguments.documentOptions()
    return try prepared(arguments, client, record: 2) { () throws(ClientError) in
      try client.client.updateRequest(id, record, options: options)
    }
  }

  /// `destroy CLIENT ID`.
  static func destroy(_ arguments: Arguments) throws(Fault) -> Mutation {
    let client = try arguments.client()
    let id = try arguments.id(1, of: client)
    let options = try arguments.documentOptions()
    return try prepared(arguments, client, record: nil) { () throws(ClientError) in
      client.client.destroyRequest(id, options: options)
    }
  }

  static func prepared(
    _ arguments: Arguments, _ client: ClientValue, record: Int?, _ body: () throws(ClientError) -> PreparedRequest
  ) throws(Fault) -> Mutation {
    let patience = try arguments.patience(client)
    let expires = try arguments.bool("expire") ?? true
    do throws(ClientError) {
      var request = try body()
      request.expires = expires
      return Mutation(client: client, request: request, arguments: arguments, record: record, patience: patience)
    } catch {
      let words = record.flatMap { arguments.words($0, error.path) }
      throw Fault(
        Fault.Kind(error.kind.rawValue), error.message,
        at: [Fault.Mark(words?.range ?? arguments.range(record ?? 1))], in: arguments.source, nextStep: error.nextStep)
    }
  }

  private static func object(_ arguments: Arguments, _ index: Int) throws(Fault) -> JSONObject {
    switch arguments.value(index) {
    case .record(let record):
      do throws(Fault) { return try Value.record(record).json().objectValue ?? [:] } catch {
        throw error.placed(at: arguments.range(index), in: arguments.source)
      }
    case .resource(let resource) where !resource.isIdentifier: return resource.object
    default:
      throw Fault(
        .type, "\(arguments.name) needs a record, not \(arguments.value(index).typeWithArticle)",
        at: [Fault.Mark(arguments.range(index))], in: arguments.source, nextStep: "{text: \"Hello\"}")
    }
  }

  /// Sends it and tells how it ended.
  ///
  /// This is the one way a change leaves.
  func send(_ session: Session) async -> Outcome {
    do throws(Fault) { try session.refuseStreamed(client, request.method) } catch { return .refused(error) }
    session.state.withLock { $0.changesSent += 1 }
    if !request.notLoaded.isEmpty { session.note(notLoaded: request.notLoaded, of: client.name, "not sent") }
    do throws(ClientError) {
      if request.method.hasSuffix("_relationship") {
        _ = try await client.client.send(request, patience: patience)
        return .done(.null)
      }
      let document = try await client.client.document(request, patience: patience)
      if request.method == "destroy" { return .done(.null) }
      if request.method == "update" {
        session.noteOther(document, than: request.params["id"]?.idText, client, "update")
      }
      let include = request.params["include"]?.stringValue?.split(separator: ",").map(String.init) ?? []
      return .done(client.resources(document, asked: include).first ?? .null)
    } catch {
      let error = await client.explained(error)
      let fault = Fault(error, arguments, record: record)
      switch error.kind {
      case .notFound where request.method == "destroy": return .absent(fault)
      case .unknown: return .unknown(fault)
      case .interrupted: return .dropped(fault)
      case .malformed where error.wasSent: return .unknown(fault)
      default: return .failed(fault)
      }
    }
  }
}
