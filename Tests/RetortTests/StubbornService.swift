import AMQP
import Foundation
import Synchronization
import TestBench

/// A service on a new vhost with a paged list of posts.
///
/// The service refuses to destroy the posts in `stays`, and counts the posts in `hidden` but never returns them.
final class StubbornService: Sendable {
  let vhost: VirtualHost
  private let connection: Connection
  private let rows: Mutex<[Int]>
  private let stays: Set<Int>
  private let hidden: Set<Int>

  /// Creates the service with posts that have the ids 1 to `count`.
  init(count: Int, stays: Set<Int> = [], hidden: Set<Int> = []) async throws {
    rows = Mutex(Array(1...count))
    (self.stays, self.hidden) = (stays, hidden)
    vhost = try await PrivateBroker.shared.vhost()
    connection = try await Connection.open(try AMQPURI(vhost.uri), name: "stubborn")
  }

  /// Starts the service, which serves the queue `posts` until `stop()`.
  func start() async throws {
    _ = try await connection.serve(queue: "posts", prefetch: 8) { [weak self] body in self?.answer(body) ?? [] }
  }

  /// The ids of the posts that nobody has destroyed.
  var left: [Int] { rows.withLock { $0 } }

  private func answer(_ body: [UInt8]) -> [UInt8] {
    let request = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
    let params = request?["params"] as? [String: Any] ?? [:]
    let id = (params["id"] as? String).flatMap { Int($0) } ?? 0
    let answer =
      request?["method"] as? String == "destroy" ? destroy(id) : index(params["page"] as? [String: Int] ?? [:])
    return Array(#"{"id":"\#(request?["id"] as? String ?? "")","jsonrpc":"2.0",\#(answer)}"#.utf8)
  }

  private func destroy(_ id: Int) -> String {
    if stays.contains(id) { return OddService.errors(#"{"detail":"has notes","status":"409"}"#) }
    rows.withLock { $0.removeAll { $0 == id } }
    return #""result":{}"#
  }

  private func index(_ page: [String: Int]) -> String {
    let (number, size) = (page["number"] ?? 1, page["size"] ?? 10)
    let rows = left
    let shown = rows.dropFirst((number - 1) * size).prefix(size).filter { !hidden.contains($0) }
    let last = max(1, (rows.count + size - 1) / size)
    let next = number < last ? #","links":{"next":"/p?page[number]=\#(number + 1)&page[size]=\#(size)"}"# : ""
    let data = shown.map { #"{"type":"posts","id":"\#($0)"}"# }.joined(separator: ",")
    return #""result":{"data":[\#(data)],"meta":{"record-count":\#(rows.count)}\#(next)}"#
  }

  /// Runs statements with the client `posts` of the service.
  func run(_ statements: String) async -> Ran {
    await Ran.retort(
      "-c", "connect\nlet posts = client queue: \"posts\"\n" + statements, environment: ["RETORT_URL": vhost.uri])
  }

  func stop() async { await connection.close() }
}
