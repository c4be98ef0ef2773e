import JSONRPC
import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Values

/// A change that a command or a stage proposes, with the arguments of its call.
///
/// The command or stage does not send the change: `RunContext.change` and ``BulkRun`` pass it to the dispatcher.
final class ChangeProposal: Sendable {
  let change: Change
  let client: ClientValue
  let arguments: Arguments
  /// The index of the argument that is the record, so that an error can mark a part of the record; nil without a record.
  let record: Int?
  /// The relationships that a create omits, because the copied resource has no data for them.
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
        at: [Fault.LabelledRange(words?.range ?? arguments.range(record ?? 1))], in: arguments.source,
        nextStep: arguments.linkage(meantBy: error) ?? arguments.namingClient(error.nextStep))
    }
    self.client = client
    self.arguments = arguments
    self.record = record
  }

  /// Returns the same proposal with the value of `key:`, which identifies the change; unchanged if `key` is nil.
  func keyed(_ key: String?) -> ChangeProposal { key.map { ChangeProposal(self, key: $0) } ?? self }

  /// Creates the proposal of a change that was already sent.
  init(restoring change: Change, _ arguments: Arguments, _ client: ClientValue) {
    (self.change, self.client, self.arguments, record, notLoaded) = (change, client, arguments, nil, [])
  }

  private init(_ other: ChangeProposal, key: String) {
    change = other.change.keyed(key)
    (client, arguments, record, notLoaded) = (other.client, other.arguments, other.record, other.notLoaded)
  }

  /// Returns the change of `create CLIENT RECORD`.
  static func create(_ arguments: Arguments) throws(Fault) -> ChangeProposal {
    let client = try arguments.client()
    let record = try object(arguments, 1)
    let options = try arguments.documentOptions()
    let keepID = try arguments.bool("keep-id") ?? false
    return try ChangeProposal(.create, arguments, client, record: 1) { () throws(ClientError) in
      try client.client.createRequest(record, options: options, keepID: keepID)
    }
  }

  /// Returns the change of `update CLIENT ID RECORD`.
  static func update(_ arguments: Arguments) throws(Fault) -> ChangeProposal {
    let client = try arguments.client()
    let id = try arguments.id(1, of: client)
    let record = try object(arguments, 2)
    let options = try arguments.documentOptions()
    return try ChangeProposal(.update, arguments, client, record: 2) { () throws(ClientError) in
      try client.client.updateRequest(id, record, options: options)
    }
  }

  /// Returns the change of `destroy CLIENT ID`.
  static func destroy(_ arguments: Arguments) throws(Fault) -> ChangeProposal {
    let client = try arguments.client()
    let id = try arguments.id(1, of: client)
    let options = try arguments.optionsWithoutDocument()
    return try ChangeProposal(.destroy, arguments, client, record: nil) { () throws(ClientError) in
      client.client.destroyRequest(id, options: options)
    }
  }

  /// Returns, as JSON, the record that is the argument at the given index.
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
        at: [Fault.LabelledRange(arguments.range(index))], in: arguments.source, nextStep: recordStep(arguments, index))
    }
  }

  /// Returns the next step for a value that is not a record; for a list after `create`, the step is a pipeline that
  /// creates each element.
  private static func recordStep(_ arguments: Arguments, _ index: Int) -> String {
    guard case .list = arguments.value(index), arguments.name == "create", let client = arguments.positional.first
    else { return #"{text: "Hello"}"# }
    return "LIST | create \(arguments.source.text(client.range))"
  }

  /// The name in messages: `update posts`.
  var label: String { "\(arguments.name) \(client.name)" }

  /// Returns the value of a reply to this change.
  func value(of reply: ChangeReply, _ session: Session) -> Value {
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

  /// Shows a note if the reply to a create, an update or a destroy is about another resource, or about none.
  func noteOther(_ reply: ChangeReply, _ session: Session) {
    guard case .document(let document) = reply, change.givesDocument else { return }
    let id = change.id
    session.noteOther(document, than: id, client, change.verb.rawValue)
    guard change.verb != .destroy else { return }
    let sentID = id != nil || change.params["data"]?["id"] != nil
    session.noteMissing(document, client, change.verb.rawValue, sentID: sentID)
  }
}
