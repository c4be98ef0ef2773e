public import JSONAPI
import JSONRPC
import JSONText

/// Why a verb has no result: the kinds of LANGUAGE.md's "Errors".
public struct ClientError: Error, Sendable {
  /// The kinds, by their words.
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

  /// What kind of error it is.
  public var kind: Kind
  /// One sentence.
  public var message: String
  /// What to do next, if that can be said.
  public var nextStep: String?
  /// The errors of the service's document.
  public var errors: [ErrorDetail] = []
  /// Whether the request had left, so that the service may have carried it out.
  public var wasSent = false
  /// How many were destroyed before it, by `destroyAll`.
  public var destroyed: Int?

  /// Creates an error.
  public init(_ kind: Kind, _ message: String, nextStep: String? = nil, errors: [ErrorDetail] = []) {
    self.kind = kind
    self.message = message
    self.nextStep = nextStep
    self.errors = errors
  }

  /// Creates the error of a service's answer: the first kind that fits (LANGUAGE.md, `error_to_calcinator_error`).
  init(_ error: JSONRPC.ErrorObject, on label: String) {
    let errors = error.data?.objectValue.map(Document.errors(in:)) ?? []
    self.init(errors: errors, code: error.code, message: error.message, on: label)
    if kind == .methodNotFound { nextStep = "the service does not carry it out; help call sends any method" }
  }

  /// Creates the error of JSON:API errors.
  init(errors: [ErrorDetail], code: Int? = nil, message: String? = nil, on label: String) {
    let kind = Self.kind(errors, code)
    let text: String
    switch errors.count {
    case 0:
      text = [message.flatMap { $0.isEmpty ? nil : $0 } ?? "an error without a text", code.map { "(code \($0))" }]
        .compactMap(\.self).joined(separator: " ")
    case 1: text = errors[0].text
    default: text = "\(errors.count) errors from the service"
    }
    self.init(kind, "\(label): \(text)", errors: errors)
    wasSent = true
  }

  private static func kind(_ errors: [ErrorDetail], _ code: Int?) -> Kind {
    if errors.count == 1, errors[0].status == 404 { return .notFound }
    if errors.contains(where: { $0.pointer == "/meta/beam" }) { return .sandboxAccessDisallowed }
    if errors.contains(where: { $0.pointer?.hasPrefix("/data") ?? false }) { return .invalid }
    if errors.contains(where: { $0.status == 401 || $0.status == 403 }) { return .forbidden }
    if code == JSONRPC.ErrorObject.Code.methodNotFound.rawValue { return .methodNotFound }
    if code == JSONRPC.ErrorObject.Code.internalError.rawValue { return .badGateway }
    if errors.contains(where: { 500..<600 ~= $0.status ?? 0 }) { return .badGateway }
    return .service
  }

  /// Creates the error of a link: what was sent to change something and has no reply is `unknown`.
  init(_ error: LinkError, changes: Bool, method: String, queue: String, correlationID: String) {
    let uncertain = changes && error.wasSent
    let kind: Kind =
      switch error.code {
      case .noRoute: .noRoute
      case .timeout: uncertain ? .unknown : .timeout
      case .cancelled: .interrupted
      case .malformed: uncertain ? .unknown : .malformed
      case .tooLarge: .value
      default: uncertain ? .unknown : .connection
      }
    let call = "\(method) on queue \(queue), correlation id \(correlationID)"
    switch error.code {
    case .timeout: self.init(kind, "no reply to \(call): \(error.message)")
    case .noRoute, .cancelled, .tooLarge: self.init(kind, error.message)
    default: self.init(kind, "\(error.message) (\(call))")
    }
    wasSent = error.wasSent
    nextStep = Self.nextStep(error, uncertain: uncertain)
  }

  private static func nextStep(_ error: LinkError, uncertain: Bool) -> String? {
    if uncertain { return "it may have been carried out: look it up before it is sent again" }
    switch error.code {
    case .timeout: return "a carrot_rpc service is silent when it fails: see its log; timeout: 30s waits longer"
    case .noRoute: return "is the service running, and is the queue spelled right?"
    default: return nil
    }
  }
}
