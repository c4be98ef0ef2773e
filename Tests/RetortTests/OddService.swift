import AMQP
import Foundation
import TestBench

/// A service on a new vhost that sends the answers of a test, which can be unusual or wrong.
struct OddService {
  let vhost: VirtualHost
  private let connection: Connection

  /// Starts a service with a fixed answer for each method.
  ///
  /// An answer consists of the members of the response after `id` and `jsonrpc`: `"result":{}`.
  init(_ answers: [String: String]) async throws {
    try await self.init { method, _ in answers[method] ?? #""error":{"code":-32601,"message":"Method not found"}"# }
  }

  /// Starts a service that calls a function for each request; the function returns the members of the response.
  init(_ answer: @escaping @Sendable (_ method: String, _ params: [String: Any]) async -> String) async throws {
    vhost = try await PrivateBroker.shared.vhost()
    connection = try await Connection.open(try AMQPURI(vhost.uri), name: "odd")
    _ = try await connection.serve(queue: "posts", prefetch: 8) { body in
      let request = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
      let (id, method) = (request?["id"] as? String ?? "", request?["method"] as? String ?? "")
      let answer = await answer(method, request?["params"] as? [String: Any] ?? [:])
      return Array(#"{"id":"\#(id)","jsonrpc":"2.0",\#(answer)}"#.utf8)
    }
  }

  /// Returns the members of a response with these JSON:API errors.
  static func errors(_ errors: String...) -> String {
    #""error":{"code":422,"message":"JSONAPI error","data":{"errors":[\#(errors.joined(separator: ","))]}}"#
  }

  /// Runs statements with the client `posts` of the service; calls `noted` with each text on standard error.
  func run(_ statements: String, noted: @escaping @Sendable (String) -> Void = { _ in }) async -> Ran {
    await Ran.retort(
      ["-c", "connect\nlet posts = client queue: \"posts\"\n" + statements],
      environment: ["RETORT_URL": vhost.uri], noted: noted)
  }

  func stop() async { await connection.close() }
}
