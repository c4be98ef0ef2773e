import JSONRPC
import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Values

/// A change that a command or a stage wants to send, with the arguments of the call.
///
/// The command or stage does not send the change itself. `StatementContext.change` or ``BulkRun`` passes the change to the
/// dispatcher, which sends it.
final class PreparedChange: Sendable {
  let change: Change
  let client: ClientValue
  let arguments: Arguments
  /// The index of the record among the arguments; nil if there is no record.
  ///
  /// An error uses the index to mark a part of the record in the statement.
  let record: Int?
  /// The relationships that a `create` omits, because the copied resource contains no linkage for them.
  let notLoaded: [String]

  init(
    _ verb: Change.Verb, _ arguments: Arguments, _ client: ClientValue, record: Int?,
    _ request: () throws(ClientError) -> ChangeRequest
  ) throws(Fault) {
    let timeout = try arguments.timeout(client)
    let expires = try arguments.expires()
    do throws(ClientError) {
      var request = try request()
      try client.client.completeParams(of: &request)
      change = Change(
        target: client.target, verb: verb, method: request.method, params: request.params, expires: expires,
        timeout: timeout)
      notLoaded = request.notLoaded
    } catch {
      let words = record.flatMap { arguments.target($0, error.path) }
      let made = "\(client.client.type) \(verb.rawValue): "
      let message = error.message.hasPrefix(made) ? String(error.message.dropFirst(made.count)) : nil
      throw Fault(
        Fault.Kind(error.kind.rawValue),
        message.map { "\(client.client.type) \(arguments.name): \($0)" } ?? error.message,
        at: [MarkedSourceRange(words?.range ?? arguments.range(record ?? 1))], in: arguments.source,
        nextStep: arguments.linkage(meantBy: error) ?? arguments.namingClient(error.nextStep))
    }
    self.client = client
    self.arguments = arguments
    self.record = record
  }

  /// Returns this change with the value of the option `key:`; returns the change unchanged if `key` is nil.
  ///
  /// The value identifies the resource that a `create` creates.
  func keyed(_ key: String?) -> PreparedChange { key.map { PreparedChange(self, change.keyed($0)) } ?? self }

  /// Returns an equal change that is faster to send again and again, because its parameters are encoded only once.
  func encodedOnce() -> PreparedChange { PreparedChange(self, change.encodedOnce()) }

  /// Creates a prepared change from a change that the statement has already sent.
  ///
  /// A lookup uses the prepared change to find out whether the change was carried out.
  init(restoring change: Change, _ arguments: Arguments, _ client: ClientValue) {
    (self.change, self.client, self.arguments, record, notLoaded) = (change, client, arguments, nil, [])
  }

  private init(_ other: PreparedChange, _ change: Change) {
    self.change = change
    (client, arguments, record, notLoaded) = (other.client, other.arguments, other.record, other.notLoaded)
  }

  /// Returns the change of the statement `create CLIENT RECORD`.
  static func create(_ arguments: Arguments) throws(Fault) -> PreparedChange {
    let client = try arguments.client()
    let record = try object(arguments, 1)
    let options = try arguments.documentOptions()
    let keepID = try arguments.bool("keep-id") ?? false
    return try PreparedChange(.create, arguments, client, record: 1) { () throws(ClientError) in
      try client.client.createRequest(record, options: options, keepID: keepID)
    }
  }

  /// Returns the change of the statement `update CLIENT ID RECORD`.
  static func update(_ arguments: Arguments) throws(Fault) -> PreparedChange {
    let client = try arguments.client()
    let id = try arguments.id(1, of: client)
    let record = try object(arguments, 2)
    let options = try arguments.documentOptions()
    return try PreparedChange(.update, arguments, client, record: 2) { () throws(ClientError) in
      try client.client.updateRequest(id, record, options: options)
    }
  }

  /// Returns the change of the statement `destroy CLIENT ID`.
  static func destroy(_ arguments: consuming Arguments) throws(Fault) -> PreparedChange {
    let client = try arguments.client()
    let id = try arguments.id(1, of: client)
    let options = try arguments.optionsWithoutDocument()
    return try PreparedChange(.destroy, arguments, client, record: nil) { () throws(ClientError) in
      try client.client.destroyRequest(id, options: options)
    }
  }

  /// Returns the argument at the given index as a JSON object.
  ///
  /// - Throws: A `type` error if the argument is neither a record nor a resource with fields.
  static func object(_ arguments: Arguments, _ index: Int) throws(Fault) -> JSONObject {
    switch arguments.value(index) {
    case .record(let record):
      do throws(Fault) { return try Value.record(record).json().objectValue ?? [:] } catch {
        throw error.placed(at: arguments.range(index), in: arguments.source)
      }
    case .resource(let resource) where !resource.isIdentifier: return resource.object
    default:
      throw Fault(
        .type, "\(arguments.name) needs a record, not \(arguments.value(index).typeWithArticle)",
        at: [MarkedSourceRange(arguments.range(index))], in: arguments.source, nextStep: recordStep(arguments, index))
    }
  }

  /// Returns the advice for a value that is not a record.
  ///
  /// For a list after `create`, the advice is a pipeline that creates each element: `LIST | create posts`.
  private static func recordStep(_ arguments: Arguments, _ index: Int) -> String {
    guard case .list = arguments.value(index), arguments.name == "create", let client = arguments.positional.first
    else { return #"{text: "Hello"}"# }
    return "LIST | create \(arguments.source.text(client.range))"
  }

  /// The name of the statement in messages: `update posts`.
  var label: String { "\(arguments.name) \(client.name)" }

  /// Returns the value that the statement gets from the reply to this change.
  func value(of reply: ChangeResult, _ session: Session) -> Value {
    // The carrier of a dry run returns what the request contains, with the names of the request.
    let reply = session.dryRun.hasChanges ? client.renamed(reply) : reply
    guard case .document(let document) = reply else {
      if case .result(let result) = reply, change.verb == .call { return Value(result) }
      return .null
    }
    noteOther(reply, session)
    if change.verb == .destroy { return .null }
    if change.verb == .call { return Value(.object(document.object)) }
    let include = change.params["include"]?.stringValue?.split(separator: ",").map(String.init) ?? []
    return client.resources(document, asked: include).first ?? .null
  }

  /// Shows a note if the reply to a create, an update or a destroy contains a resource with another id or type.
  ///
  /// The function also shows a note if neither the request of a create nor its reply contains an id.
  func noteOther(_ reply: ChangeResult, _ session: Session) {
    guard case .document(let document) = reply, change.givesDocument else { return }
    let id = change.id
    session.noteOther(document, than: id, client, change.verb.rawValue)
    guard change.verb != .destroy else { return }
    let sentID = id != nil || change.params["data"]?["id"] != nil
    session.noteMissing(document, client, change.verb.rawValue, sentID: sentID)
    if let field = arguments["key"]?.expression?.path { noteChangedKey(field, reply, session) }
  }

  /// Shows a note if the reply to a create has another value in the field of the option `key:` than the request, such
  /// as an email in lower case.
  ///
  /// A lookup by the value of the request may not find such a resource.
  func noteChangedKey(_ field: String, _ reply: ChangeResult, _ session: Session) {
    let name = client.client.wireName(field)
    guard change.verb == .create, case .document(let document) = reply,
      let sent = change.params["data"]?["attributes"]?[name],
      let stored = document.first?["attributes"]?[name], !stored.equals(sent)
    else { return }
    session.note(
      once: "changed key \(label) \(field)",
      "\(label): the service changed \(field) from \(sent.text) to \(stored.text), so a lookup by \(field) may not "
        + "find this resource, and another run may create it again; give the records the values that the service "
        + "stores, such as {\(field): lower(.\(field))}")
  }
}
