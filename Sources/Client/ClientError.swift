public import JSONAPI
public import JSONRPC
import JSONText

/// The error of a client's request, such as `show`, classified by kind (TheLanguage.md, "Errors").
public struct ClientError: Error, Sendable {
  /// The kinds of errors, with their names in the language.
  public enum Kind: String, Sendable {
    case notFound = "not-found"
    case sandboxAccessDisallowed = "sandbox-access-disallowed"
    case invalid
    case forbidden
    case methodNotFound = "method-not-found"
    case badGateway = "bad-gateway"
    case service
    case timeout
    case unknown
    case noRoute = "no-route"
    case connection
    case malformed = "protocol"
    case value
    case interrupted
  }

  /// The request that an error is about: its method, its client, its queue and its correlation id.
  public struct CallDescription: Sendable, Equatable {
    /// The JSON-RPC method of the request.
    public var method: String
    /// The client's type, which names the client in messages.
    public var label: String
    /// The queue of the request.
    public var queue: String
    /// The correlation id of the request.
    public var correlationID: String

    /// Creates the description of a request.
    public init(method: String, label: String, queue: String, correlationID: String) {
      (self.method, self.label, self.queue, self.correlationID) = (method, label, queue, correlationID)
    }
  }

  /// Facts about a request that was sent but got no reply in time.
  public struct MissingReply: Sendable, Equatable {
    /// Whether the request changes data.
    public var changes: Bool
    /// Whether the request's message has expired (AMQP `expiration`).
    ///
    /// A service can still receive an expired message from a dead-letter exchange or from a RabbitMQ stream queue.
    public var hasExpired: Bool
  }

  private struct Members {
    var kind: Kind
    var message: String
    var nextStep: String?
    var errors: [ErrorDetail] = []
    var answer: JSONRPC.ErrorObject?
    var call: CallDescription?
    var wasSent = false
    var wasConfirmed: Bool?
    var silence: MissingReply?
    var facts: [String] = []
    var path: [String] = []
  }

  /// An object with the members of an error, so that the error itself has the size of a pointer.
  ///
  /// Results and outcomes that may contain an error are then small too, and fast to copy.
  private final class Storage: Sendable {
    let members: Members

    init(_ members: Members) { self.members = members }
  }

  private var storage: Storage

  /// The kind of the error.
  public var kind: Kind {
    get { storage.members.kind }
    set { change { $0.kind = newValue } }
  }
  /// The message, one sentence.
  public var message: String {
    get { storage.members.message }
    set { change { $0.message = newValue } }
  }
  /// The next step for the user: advice such as `connect again`; nil if there is no advice.
  public var nextStep: String? {
    get { storage.members.nextStep }
    set { change { $0.nextStep = newValue } }
  }
  /// The entries of `errors` in the service's JSON:API document; empty if there are no such entries.
  public var errors: [ErrorDetail] {
    get { storage.members.errors }
    set { change { $0.errors = newValue } }
  }
  /// The JSON-RPC error object of the service, unchanged; nil if there is no error object.
  public var answer: JSONRPC.ErrorObject? {
    get { storage.members.answer }
    set { change { $0.answer = newValue } }
  }
  /// The request that the error is about; nil if the error occurred before the client built a request.
  public var call: CallDescription? {
    get { storage.members.call }
    set { change { $0.call = newValue } }
  }
  /// Whether the client sent the request; if true, the service may have carried it out.
  public var wasSent: Bool {
    get { storage.members.wasSent }
    set { change { $0.wasSent = newValue } }
  }
  /// Whether the broker confirmed the request with a publisher confirm.
  ///
  /// False means that the broker refused the request (nack) or did not answer. Nil means that the request was not sent,
  /// or needs no confirm.
  public var wasConfirmed: Bool? {
    get { storage.members.wasConfirmed }
    set { change { $0.wasConfirmed = newValue } }
  }
  /// Facts about a request that was sent but got no reply in time; nil for any other failure.
  public var silence: MissingReply? {
    get { storage.members.silence }
    set { change { $0.silence = newValue } }
  }
  /// Facts to show with the message, such as `after 3 attempts`.
  public var facts: [String] {
    get { storage.members.facts }
    set { change { $0.facts = newValue } }
  }
  /// The path to a refused value in a record, such as `["tags", "1"]`.
  ///
  /// Only the error for a value that the client refused to send has a path.
  public var path: [String] {
    get { storage.members.path }
    set { change { $0.path = newValue } }
  }

  /// Creates an error.
  public init(
    _ kind: Kind, _ message: String, nextStep: String? = nil, errors: [ErrorDetail] = [], path: [String] = []
  ) {
    storage = Storage(Members(kind: kind, message: message, nextStep: nextStep, errors: errors, path: path))
  }

  private mutating func change(_ body: (inout Members) -> Void) {
    var members = storage.members
    body(&members)
    storage = Storage(members)
  }
}

extension ClientError {
  /// Creates an error from a service's error object.
  init(_ answer: JSONRPC.ErrorObject, on label: String) {
    self.init(answer.data?.objectValue.map(Document.errors(in:)) ?? [], answer, on: label)
  }

  /// Creates an error from JSON:API errors.
  ///
  /// `answer` is the JSON-RPC error object that contains the errors. It is nil if the errors were in a JSON-RPC result.
  init(_ errors: [ErrorDetail], _ answer: JSONRPC.ErrorObject? = nil, on label: String) {
    let text =
      switch errors.count {
      case 0: answer?.text ?? ""
      case 1: errors[0].text
      default: "\(errors.count) errors from the service"
      }
    self.init(Self.kind(errors, answer?.code), "\(label): \(text)", errors: errors)
    self.answer = answer
    nextStep = Self.nextStep(kind, errors) ?? answer.flatMap { Self.nextStep(code: $0.code) }
  }

  /// Returns the kind of a service's error (TheLanguage.md, "Errors"; Retort.Client.Generic
  /// `error_to_calcinator_error`).
  ///
  /// Several kinds can match. The first check that succeeds determines the kind.
  private static func kind(_ errors: [ErrorDetail], _ code: Int?) -> Kind {
    if errors.count == 1, errors[0].status == 404 { return .notFound }
    let pointers = errors.compactMap(\.pointer)
    if pointers.contains("/meta/beam") { return .sandboxAccessDisallowed }
    if pointers.contains(where: { $0 == "/data" || $0.hasPrefix("/data/") }) { return .invalid }
    let statuses = errors.compactMap(\.status)
    if statuses.contains(where: { $0 == 401 || $0 == 403 }) { return .forbidden }
    if code == JSONRPC.ErrorObject.Code.methodNotFound.rawValue { return .methodNotFound }
    if code == JSONRPC.ErrorObject.Code.internalError.rawValue { return .badGateway }
    // A service can also send the status of its error as the code.
    return (statuses + [code].compactMap(\.self)).contains { 500..<600 ~= $0 } ? .badGateway : .service
  }

  /// Whether the service replied to a change with an error after which it may still have carried out the change.
  ///
  /// This is an error of the kind `bad-gateway`, or an error with one of the codes that JSON-RPC reserves for the errors
  /// of servers (JSON-RPC 2.0, section 5.1) and without JSON:API errors.
  public var leavesChangeUncertain: Bool {
    kind == .badGateway || kind == .service && wasSent && errors.isEmpty && -32099 ... -32000 ~= answer?.code ?? 0
  }

  private static func nextStep(_ kind: Kind, _ errors: [ErrorDetail]) -> String? {
    let maximum = errors.lazy.compactMap { $0.meta?["maximum"]?.idText }.first
    if let maximum { return "the service's maximum is \(maximum)" }
    switch kind {
    case .notFound: return "check the id, and the queue and the type of the client"
    case .methodNotFound: return "the service does not have this method; to send another method, use the command `call`"
    case .forbidden: return "the service refused access; check the option meta: of the client"
    case .badGateway:
      let id = errors.lazy.compactMap { $0.object["id"]?.idText }.first
      return "the service failed: look for \(id.map { "the error id \($0)" } ?? "the reason") in its log"
    default: return nil
    }
  }

  /// Returns the advice for a request that the service could not read; nil for other codes (JSON-RPC 2.0, section 5.1).
  ///
  /// A service does not carry out a request that it can't read.
  private static func nextStep(code: Int) -> String? {
    switch JSONRPC.ErrorObject.Code(rawValue: code) {
    case .parseError, .invalidRequest:
      "the service could not read the request, and carried nothing out; --trace=rpc shows the request"
    case .invalidParams: "nothing was carried out: --trace=rpc shows the parameters that were sent"
    default: nil
    }
  }

  /// Returns a copy of the error with the description of its request.
  ///
  /// If the service may have carried out a change, the advice of the copy says so.
  func answering(_ call: CallDescription, changes: Bool) -> ClientError {
    var error = self
    error.call = call
    error.wasSent = true
    switch kind {
    case .malformed where changes:
      error.nextStep = "the change may have been carried out: check before you send it again"
    case .malformed: error.nextStep = nextStep ?? "--trace=rpc shows the whole reply"
    case _ where changes && error.leavesChangeUncertain:
      error.nextStep = "the change may still have been carried out: check before you send it again"
    default: break
    }
    return error
  }

  /// Creates an error from an error of the connection.
  ///
  /// The kind is `unknown` for a change that was sent but got no reply. The kind `timeout` is only for reads; a change
  /// that the connection did not accept in time has the kind `connection`.
  init(_ error: LinkError, changes: Bool, _ call: CallDescription, waited: Duration?, hasExpired: Bool) {
    let isUncertain = changes && error.wasSent
    let name = "\(call.method) on queue \(call.queue), correlation id \(call.correlationID)"
    let message =
      switch error.kind {
      case .timeout where !error.wasSent, .blocked where !error.wasSent:
        "the request \(name) was not sent: \(error.message)"
      case .timeout, .blocked: "no reply to the request \(name): \(error.message)"
      case .noRoute, .tooLarge: error.message
      case .cancelled where !isUncertain: error.message
      case .stopped where !error.wasSent, .closed where !error.wasSent: error.message
      default: "\(error.message) (\(name))"
      }
    self.init(Self.kind(error, changes: changes), message, nextStep: Self.nextStep(error, isUncertain, call))
    self.call = call
    wasSent = error.wasSent
    wasConfirmed = error.wasConfirmed
    if error.kind == .blocked, isUncertain {
      facts = [
        "the broker has not accepted the message yet: the change may be carried out when the broker accepts messages again"
      ]
    }
    guard error.kind == .timeout, error.wasSent, let waited else { return }
    silence = MissingReply(changes: changes, hasExpired: hasExpired)
    guard !changes else { return }
    let longer = max(1, Int((waited * 2 / .seconds(1)).rounded(.up)))
    nextStep =
      "wait longer with timeout: \(longer)s; check that \"\(call.queue)\" is the right queue; "
      + "or read the service's log: a carrot_rpc service sends no reply when it fails"
  }

  private static func kind(_ error: LinkError, changes: Bool) -> Kind {
    switch error.kind {
    case .noRoute: .noRoute
    case .tooLarge: .value
    case _ where changes && error.wasSent: .unknown
    case .timeout, .blocked: changes ? .connection : .timeout
    case .cancelled: .interrupted
    case .malformed: .malformed
    default: .connection
    }
  }

  /// Returns the command that creates the client of a request, such as `client queue: "posts"`.
  private static func client(of call: CallDescription) -> String {
    let type = call.label == call.queue ? "" : " type: \(JSONValue.string(call.label).text)"
    return "client queue: \(JSONValue.string(call.queue).text)\(type)"
  }

  private static func nextStep(_ error: LinkError, _ isUncertain: Bool, _ call: CallDescription) -> String? {
    let queue = call.queue
    return switch error.kind {
    case .noRoute: "check that the service runs and that the queue's name is correct"
    case .nacked:
      "the queue \(queue) may be full: when it has room, check whether the change was carried out, and send it again if not"
    case .blocked where isUncertain:
      "when the broker accepts messages again, check the change; send the change again if it was not carried out"
    case _ where isUncertain: "the change may have been carried out: check before you send it again"
    case .blocked:
      "the broker's operator must free memory or disk space"
    case .timeout:
      "the connection did not accept the request in time; to wait longer, use timeout: 30s"
    case .otherBroker: "disconnect, and connect again"
    case .lost, .unreachable: "check that the broker runs at this address, and that the network reaches it"
    case .accessRefused:
      "the request was not carried out; the broker's operator must give the user access: rabbitmqctl set_permissions"
    case .stopped: "make a new client: \(client(of: call))"
    case .closed: "connect again, and make a new client: \(client(of: call))"
    default: nil
    }
  }
}

extension JSONRPC.ErrorObject {
  /// The text of an error without a JSON:API document, such as `Invalid params (code -32602): ["id is missing"]`.
  fileprivate var text: String {
    let said = message.isEmpty ? "an error without a message" : message
    let numbered = code == 0 ? said : "\(said) (code \(code))"
    guard let data, !data.isNull, code != Code.methodNotFound.rawValue else { return numbered }
    return "\(numbered): \(data.hidingSecrets.text.prefix(200))"
  }
}
