import Client
import JSONRPC
import JSONText
import Synchronization

/// A transport that answers from a list and records the requests.
final class ScriptedTransport: Transport {
  /// The answer to one request.
  enum Answer: Sendable, ExpressibleByStringLiteral {
    /// A reply with this JSON as its result.
    case result(String)
    /// A reply with this JSON as its error.
    case error(String)
    /// A reply with these bytes.
    case bytes([UInt8])
    /// No reply.
    case failure(LinkError)

    init(stringLiteral json: String) { self = .result(json) }
  }

  private struct State {
    var answers: [Answer]
    var sent: [RequestEnvelope] = []
    var ids = 0
  }

  let queue = "posts"
  let taskExecutor: (any TaskExecutor)? = nil
  private let state: Mutex<State>

  init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

  /// The sent envelopes, in order.
  var sent: [RequestEnvelope] { state.withLock(\.sent) }

  /// The sent parameters, as text.
  var params: [String] {
    sent.map { envelope in (try? JSONValue(parsing: envelope.body)["params"]?.text) ?? "no JSON" }
  }

  func nextCorrelationID() -> String {
    state.withLock { state in
      state.ids += 1
      return "c\(state.ids)"
    }
  }

  func send(_ envelope: RequestEnvelope) async throws(LinkError) -> [UInt8] {
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
  /// A client of type `posts` with scripted answers.
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

/// The object of a JSON text.
func object(_ text: String) throws -> JSONObject {
  guard case .object(let object) = try JSONValue(parsing: text) else { throw NoObject() }
  return object
}

struct NoObject: Error {}

/// The error of a call; nil if it does not fail.
func failure<Result>(_ body: () async throws(ClientError) -> Result) async -> ClientError? {
  do throws(ClientError) {
    _ = try await body()
    return nil
  } catch { return error }
}

/// The parts of an error that a person reads: kind, message, next step.
func report(_ error: ClientError?) -> [String?] { [error?.kind.rawValue, error?.message, error?.nextStep] }
