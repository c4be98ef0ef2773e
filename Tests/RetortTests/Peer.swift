import Foundation
import TestBench
import Testing

/// The service `Tests/Peers/responder.py`, which uses the Python client pika, on a new vhost.
///
/// The service ends when its standard input ends, and therefore no later than this process.
final class Peer: Sendable {
  /// The vhost of the service.
  let vhost: VirtualHost
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  /// Starts the service, and waits until it consumes the queue `peer_posts`.
  init() async throws {
    vhost = try await PrivateBroker.shared.vhost()
    process.executableURL = URL(filePath: "/usr/bin/python3")  // Debian's package python3-pika needs this interpreter
    let script = URL(filePath: #filePath).appending(path: "../../Peers/responder.py").standardized
    process.arguments = [script.path, vhost.address, "peer_posts"]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = try await onItsOwnThread { [output] in
      var line = Data()
      while line.last != UInt8(ascii: "\n") {
        let more = output.fileHandleForReading.availableData
        guard !more.isEmpty else { break }
        line += more
      }
      return line
    }
    try #require(line == Data("ready\n".utf8))
  }

  /// Runs statements with the client `posts` of the service.
  func run(_ statements: String, arguments: String...) async -> Ran {
    let prologue = "let service = connect\nlet posts = client queue: \"peer_posts\" type: \"posts\"\n"
    return await Ran.retort(arguments + ["-c", prologue + statements], environment: ["RETORT_URL": vhost.uri])
  }

  /// Ends the service, and returns its exit status.
  func stop() async throws -> Int32 {
    try? input.fileHandleForWriting.close()
    return try await onItsOwnThread { [self] in
      process.waitUntilExit()
      return process.terminationStatus
    }
  }
}
