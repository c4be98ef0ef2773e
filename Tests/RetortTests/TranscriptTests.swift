import Foundation
import JSONRPC
import RetortShell
import TestBench
import Testing

/// The transcripts, twice: on the service inside the program, and through a real RabbitMQ.
@Suite(.timeLimit(.minutes(5))) struct TranscriptTests {
  /// A transcript of the repository.
  struct File: CustomTestStringConvertible, Sendable {
    let url: URL
    var testDescription: String { url.deletingPathExtension().lastPathComponent }

    static func all() throws -> [File] {
      let folder = URL(filePath: #filePath).appending(path: "../../Transcripts").standardized
      let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      return files.filter { $0.pathExtension == "transcript" }.map(File.init).sorted { $0.url.path < $1.url.path }
    }
  }

  /// Whether transcripts are written instead of compared: `RETORT_RECORD=1 swift test --filter Transcript`.
  static let isRecording = ProcessInfo.processInfo.environment["RETORT_RECORD"] == "1"

  @Test(arguments: try File.all()) func embedded(_ file: File) async throws {
    let transcript = try Transcript(parsing: String(contentsOf: file.url, encoding: .utf8))
    #expect(!transcript.blocks.isEmpty)
    let held = try await transcript.held { body in
      try await Self.converse("embedded:blog", body)
    }
    if Self.isRecording {
      try held.text.write(to: file.url, atomically: true, encoding: .utf8)
    } else {
      compare(held, with: transcript, in: file)
    }
  }

  @Test(.disabled(if: isRecording), arguments: try File.all()) func throughRabbitMQ(_ file: File) async throws {
    let transcript = try Transcript(parsing: String(contentsOf: file.url, encoding: .utf8))
    let broker = try await PrivateBroker.shared
    let held = try await transcript.held { body in
      let vhost = try broker.vhost()
      return try await ServedBlog.serving(on: vhost.uri) { try await Self.converse(vhost.uri, body) }
    }
    compare(held, with: transcript, in: file)
  }

  /// Lends a conversation with a directory of its own.
  private static func converse(
    _ address: String, _ body: (Conversation) async -> [Transcript.Exchange]
  ) async throws -> [Transcript.Exchange] {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    let conversation = Conversation(address: address, directory: directory.path) { uri async throws(LinkError) in
      try await openLink(uri, script: "transcript")
    }
    let said = await body(conversation)
    await conversation.close()
    return said
  }

  /// Reports each statement that printed something else, at its line in the transcript.
  private func compare(_ held: Transcript, with expected: Transcript, in file: File) {
    for (now, then) in zip(held.exchanges, expected.exchanges) where now.exchange.reply != then.exchange.reply {
      let place = SourceLocation(
        fileID: "Tests/\(file.url.lastPathComponent)", filePath: file.url.path, line: then.exchange.line, column: 1)
      Issue.record(
        "\(then.heading)\nexpected:\n\(then.exchange.text)found:\n\(now.exchange.text)", sourceLocation: place)
    }
  }
}
