public import Evaluation
import JSONRPC
import JSONText

/// A session of the language server protocol (LSP) with an editor.
///
/// The session handles messages from the editor, and returns the messages that the program must send to the editor. For
/// an invalid message, the session returns an error, and continues.
/// https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
public final class EditorSession {
  private let session: Session
  private let version: String
  private var documents: [String: OpenDocument] = [:]
  private var encoding = PositionMap.PositionEncoding.utf16
  private var phase = Phase.new

  private enum Phase { case new, open, shutDown }

  /// The exit status of the program; nil before the editor sends `exit`.
  ///
  /// The status is 0 if the editor sent `shutdown` before `exit`, and 1 otherwise.
  public private(set) var exitStatus: Int32?

  /// Creates a session.
  ///
  /// - Parameters:
  ///   - session: The session of the interpreter, which checks and completes scripts without a connection.
  ///   - version: The program's version.
  public init(_ session: Session, version: String) {
    (self.session, self.version) = (session, version)
  }

  /// Handles the body of a message, and returns the bodies of the messages that the program must send to the editor.
  public func receive(_ body: [UInt8]) -> [[UInt8]] {
    let message: JSONValue
    do throws(JSONSyntaxError) { message = try JSONValue(parsing: body) } catch {
      return [failure(.null, .parseError, "Parse error: \(error)")]
    }
    let id = message["id"]
    guard message.objectValue != nil, let method = message["method"]?.stringValue else {
      let isReply = message["result"] != nil || message["error"] != nil
      return isReply ? [] : [failure(id ?? .null, .invalidRequest, "Invalid Request")]
    }
    let params = message["params"] ?? .null
    guard let id else { return notified(method, params).map { $0.encoded() } }
    switch answer(method, params) {
    case .success(let result): return [Response(id: id, outcome: .result(result)).encoded()]
    case .failure(let refusal): return [failure(id, refusal.code, refusal.message)]
    }
  }

  /// Returns the error message for input that is not a message of the protocol.
  public func malformed(_ reason: String) -> [UInt8] { failure(.null, .parseError, "Parse error: \(reason)") }

  private func failure(_ id: JSONValue, _ code: ErrorObject.Code, _ message: String) -> [UInt8] {
    Response(id: id, outcome: .error(ErrorObject(code, message))).encoded()
  }

  // MARK: Requests

  private struct RefusedEditorRequest: Error {
    var code: ErrorObject.Code
    var message: String
  }

  private func answer(_ method: String, _ params: JSONValue) -> Result<JSONValue, RefusedEditorRequest> {
    switch (phase, method) {
    case (.new, "initialize"):
      phase = .open
      let offered = params["capabilities"]?["general"]?["positionEncodings"]?.arrayValue
      if offered?.contains(.string("utf-8")) == true { encoding = .utf8 }
      return .success(capabilities)
    case (.new, _): return .failure(RefusedEditorRequest(code: .serverNotInitialized, message: "send initialize first"))
    case (.open, "shutdown"):
      phase = .shutDown
      return .success(.null)
    case (.open, _): return answerOpen(method, params)
    case (.shutDown, _):
      return .failure(RefusedEditorRequest(code: .invalidRequest, message: "the session is shut down"))
    }
  }

  private func answerOpen(_ method: String, _ params: JSONValue) -> Result<JSONValue, RefusedEditorRequest> {
    guard let feature = Self.features[method] else {
      return .failure(RefusedEditorRequest(code: .methodNotFound, message: "there is no method \(method)"))
    }
    guard let uri = params["textDocument"]?["uri"]?.stringValue, let document = documents[uri] else {
      return .failure(RefusedEditorRequest(code: .invalidParams, message: "the request names no open document"))
    }
    guard !feature.needsPosition else {
      guard let offset = document.map.offset(params["position"]) else {
        return .failure(RefusedEditorRequest(code: .invalidParams, message: "the request has no position"))
      }
      return .success(feature.result(document, offset))
    }
    return .success(feature.result(document, 0))
  }

  /// A function that handles one kind of request about a document, such as a request for completion.
  private struct DocumentMethodHandler: Sendable {
    var needsPosition = true
    var result: @Sendable (OpenDocument, Int) -> JSONValue
  }

  private static let features: [String: DocumentMethodHandler] = [
    "textDocument/completion": DocumentMethodHandler { $0.completion(at: $1) },
    "textDocument/hover": DocumentMethodHandler { $0.hover(at: $1) },
    "textDocument/definition": DocumentMethodHandler { $0.definition(at: $1) },
    "textDocument/formatting": DocumentMethodHandler(needsPosition: false) { document, _ in document.formatting },
    "textDocument/documentSymbol": DocumentMethodHandler(needsPosition: false) { document, _ in document.outline },
  ]

  private var capabilities: JSONValue {
    [
      "capabilities": [
        "positionEncoding": .string(encoding.rawValue),
        "textDocumentSync": ["openClose": true, "change": 2],
        "completionProvider": ["triggerCharacters": [".", "|", "\"", "{", ":", " "]],
        "hoverProvider": true, "definitionProvider": true, "documentFormattingProvider": true,
        "documentSymbolProvider": true,
      ],
      "serverInfo": ["name": "retort", "version": .string(version)],
    ]
  }

  // MARK: Notifications

  private func notified(_ method: String, _ params: JSONValue) -> [JSONValue] {
    if method == "exit" {
      exitStatus = phase == .shutDown ? 0 : 1
      return []
    }
    guard phase == .open, let item = params["textDocument"], let uri = item["uri"]?.stringValue else { return [] }
    switch method {
    case "textDocument/didOpen":
      guard let text = item["text"]?.stringValue else { return [] }
      let document = OpenDocument(
        uri: uri, version: item["version"] ?? .null, text: text, session: session, encoding: encoding)
      documents[uri] = document
      return [Self.published(document.diagnostics)]
    case "textDocument/didChange":
      guard var document = documents.removeValue(forKey: uri), let changes = params["contentChanges"]?.arrayValue
      else { return [] }
      let isComplete = document.apply(changes, version: item["version"] ?? .null)
      documents[uri] = document
      return [Self.published(document.diagnostics)] + (isComplete ? [] : [Self.unread])
    case "textDocument/didClose":
      guard documents.removeValue(forKey: uri) != nil else { return [] }
      return [Self.published(["uri": .string(uri), "diagnostics": []])]
    default: return []
    }
  }

  private static func published(_ params: JSONValue) -> JSONValue {
    ["jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params]
  }

  /// The message that tells the editor that the session could not apply a change to a text.
  ///
  /// The reason is that the change contains no text, or an invalid range.
  private static let unread: JSONValue = [
    "jsonrpc": "2.0", "method": "window/logMessage",
    "params": ["type": 1, "message": "a change could not be applied: it needs a text, and a range with two positions"],
  ]
}
