import Foundation
import JSONRPC
import RetortShell
import TestBench
import Testing

/// Tests that the statements of each transcript print the output that the transcript shows.
///
/// Each transcript runs on the service inside the program and through a real RabbitMQ.
@Suite(.timeLimit(.minutes(15))) struct TranscriptTests {
  /// A file of `Tests/Transcripts`.
  struct File: CustomTestStringConvertible, Sendable {
    let url: URL
    var testDescription: String { url.deletingPathExtension().lastPathComponent }

    /// Returns all transcripts except `save`, which shows an address.
    ///
    /// Through a broker, retort replaces the password in this address by stars, so the output is not the same.
    static func withoutAddresses() throws -> [File] { try all().filter { $0.testDescription != "save" } }

    static func all() throws -> [File] {
      let folder = URL(filePath: #filePath).appending(path: "../../Transcripts").standardized
      let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      return files.filter { $0.pathExtension == "transcript" }.map(File.init).sorted { $0.url.path < $1.url.path }
    }
  }

  /// Whether the tests write the actual output to the transcripts and compare nothing.
  ///
  /// `RETORT_RECORD=1 swift test --filter Transcript` records the output in this way.
  static let isRecording = ProcessInfo.processInfo.environment["RETORT_RECORD"] == "1"

  @Test(arguments: try File.all()) func embedded(_ file: File) async throws {
    let transcript = try Transcript(parsing: String(contentsOf: file.url, encoding: .utf8))
    #expect(!transcript.blocks.isEmpty)
    let held = try await transcript.held { block, body in
      if block.service != nil { return Self.isRecording ? try await Self.served(block, body) : nil }
      return try await Self.converse("embedded:blog", block, body)
    }
    if Self.isRecording {
      try held.text.write(to: file.url, atomically: true, encoding: .utf8)
    } else {
      compare(held, with: transcript, in: file)
    }
  }

  @Test(.disabled(if: isRecording), arguments: try File.withoutAddresses()) func throughRabbitMQ(_ file: File)
    async throws
  {
    let transcript = try Transcript(parsing: String(contentsOf: file.url, encoding: .utf8))
    compare(try await transcript.held(in: Self.served), with: transcript, in: file)
  }

  @Test func thereAreTranscripts() throws { #expect(try File.all().count >= 7) }

  /// Calls `body` with a function that runs statements on a service on a new vhost.
  private static func served(
    _ block: Transcript.Block, _ body: (Transcript.Speaker) async -> [Transcript.Exchange]
  ) async throws -> [Transcript.Exchange]? {
    let broker = try await PrivateBroker.shared
    guard let options = block.service else {
      let vhost = try broker.vhost()
      return try await ServedBlog.serving(on: vhost.uri) { try await converse(vhost.uri, block, body) }
    }
    let service = try await FakeService(on: broker, options: options)
    let said = try await converse(service.vhost.uri, block, body)
    #expect(await service.stop().status == 0)
    return said
  }

  /// Calls `body` with a function that runs statements in a new directory.
  ///
  /// The statements run in one session or, if the block has options of the program, as separate runs of the program.
  private static func converse(
    _ address: String, _ block: Transcript.Block, _ body: (Transcript.Speaker) async -> [Transcript.Exchange]
  ) async throws -> [Transcript.Exchange] {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    if let options = block.program {
      return await body { await batch($0, options, address, directory.path) }
    }
    let conversation = Conversation(address: address, directory: directory.path, knowsTypes: false) {
      uri async throws(LinkError) in
      try await openLink(uri, script: "transcript")
    }
    let said = await body(conversation.say)
    await conversation.close()
    return said
  }

  /// Runs the program with a script, and returns its output.
  ///
  /// The script is an argument after `-c`. For `check`, the script is in a file.
  private static func batch(
    _ script: String, _ options: [String], _ address: String, _ directory: String
  ) async -> Transcript.Reply {
    let text = script.replacing("embedded:blog", with: address)
    var arguments = options + ["-c", text]
    if options.first == "check" {
      let file = directory + "/script.retort"
      #expect(throws: Never.self) { try text.write(toFile: file, atomically: true, encoding: .utf8) }
      arguments = options + [file]
    }
    let ran = await Ran.retort(arguments, environment: ["DIR": directory, "HOME": directory])
    let settled = { Conversation.settled($0, address: address, directory: directory) }
    return Transcript.Reply(output: settled(ran.output), errors: settled(ran.notes), status: ran.status)
  }

  /// Reports each statement whose output is not as expected, at the line of the statement in the transcript file.
  private func compare(_ held: Transcript, with expected: Transcript, in file: File) {
    for (now, then) in zip(held.exchanges, expected.exchanges) where now.exchange.reply != then.exchange.reply {
      let place = SourceLocation(
        fileID: "Tests/\(file.url.lastPathComponent)", filePath: file.url.path, line: then.exchange.line, column: 1)
      Issue.record(
        "\(then.heading)\nexpected:\n\(then.exchange.text)found:\n\(now.exchange.text)", sourceLocation: place)
    }
  }
}
