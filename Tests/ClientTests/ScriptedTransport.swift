import Client
import JSONRPC
import JSONText
import Synchronization

/// A transport that records each request and answers it with the next answer of a list.
final class ScriptedTransport: Transport {
  /// The answer to one request.
  enum Answer: Sendable, ExpressibleByStringLiteral {
    /// A response with this JSON text as its result.
    case result(String)
    /// A response with this JSON text as its error object.
    case error(String)
    /// A message with exactly these bytes.
    case bytes([UInt8])
    /// No message: the request fails with this error.
    case failure(LinkError)

    init(stringLiteral json: String) { self = .result(json) }
  }

  private struct State {
    var answers: [Answer]
    var sent: [TransportRequest] = []
    var ids = 0
  }

  let queue = "posts"
  let taskExecutor: (any TaskExecutor)? = nil
  private let state: Mutex<State>

  init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

  /// The envelopes of the requests, in the order in which the client sent them.
  var sent: [TransportRequest] { state.withLock(\.sent) }

  /// The `params` of each request, as JSON text.
  var params: [String] {
    sent.map { envelope in (try? JSONValue(parsing: envelope.body)["params"]?.text) ?? "no JSON" }
  }

  func nextCorrelationID() -> String {
    state.withLock { state in
      state.ids += 1
      return "c\(state.ids)"
    }
  }

  func send(_ envelope: TransportRequest) async throws(LinkError) -> [UInt8] {
    let answer = state.withLock { state in
      state.sent.append(envelope)
      return state.answers.isEmpty ? nil : state.answers.removeFirst()
    }
    switch answer {
    case .result(let json): return Array(#"{"id":"\#(envelope.correlationID)","jsonrpc":"2.0","result":\#(json)}"#.utf8)
    case .error(let json): return Array(#"{"error":\#(json),"id":"\#(envelope.correlationID)","jsonrpc":"2.0"}"#.utf8)
    case .bytes(let bytes): return bytes
    case .failure(let error): throw error
    case nil: throw LinkError(.closed, "the script is at its end")
    }
  }

  func close() async {}
}

extension ResourceClient {
  /// Returns a client that gets these answers, and the transport that records the client's requests.
  static func scripted(
    _ answers: [ScriptedTransport.Answer], _ settings: ClientSettings = .posts
  ) -> (ResourceClient, ScriptedTransport) {
    let transport = ScriptedTransport(answers)
    return (ResourceClient(transport: transport, settings: settings), transport)
  }
}

extension ClientSettings {
  static let posts = ClientSettings(type: "posts", meta: [:])
}

/// Parses a JSON text that contains an object.
func object(_ text: String) throws -> JSONObject {
  guard case .object(let object) = try JSONValue(parsing: text) else { throw NoObject() }
  return object
}

struct NoObject: Error {}

/// Calls a function and returns the error that it throws; nil if it throws none.
func failure<Result>(_ body: () async throws(ClientError) -> Result) async -> ClientError? {
  do throws(ClientError) {
    _ = try await body()
    return nil
  } catch { return error }
}

/// Returns the parts of an error that retort shows to the user: kind, message and next step.
func report(_ error: ClientError?) -> [String?] { [error?.kind.rawValue, error?.message, error?.nextStep] }
