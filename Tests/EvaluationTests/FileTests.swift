import Foundation
import JSONRPC
import RetortShell
import TestBench
import Testing

/// Tests of the values that `read` returns for a file.
@Suite struct FileTests {
  /// Writes a file `a.FORMAT`, and returns the output of the statement `read` for this file.
  private func reading(_ content: String, _ format: String) async throws -> Transcript.Reply {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    try Data(content.utf8).write(to: directory.appending(path: "a.\(format)"))
    let conversation = Conversation(address: "embedded:blog", directory: directory.path) {
      uri async throws(LinkError) in
      try await openLink(uri, script: "test")
    }
    let reply = await conversation.say("read (env(\"DIR\") + \"/a.\(format)\")")
    await conversation.close()
    return reply
  }

  @Test(arguments: [
    ("csv", "a,b\n1,2\n", "{\"a\":\"1\",\"b\":\"2\"}\n"), ("tsv", "a\tb\n1\t2\n", "{\"a\":\"1\",\"b\":\"2\"}\n"),
    ("json", "[{\"a\":1}]", "{\"a\":1}\n"), ("ndjson", "{\"a\":1}\n", "{\"a\":1}\n"),
    ("txt", "a\nb\n", "\"a\"\n\"b\"\n"),
  ])
  func ignoresTheByteOrderMark(format: String, content: String, output: String) async throws {
    let reply = try await reading("\u{FEFF}" + content, format)
    #expect(reply == Transcript.Reply(output: output))
    #expect(try await reading(content, format) == reply)
  }

  @Test(arguments: [
    ("ndjson", "{\"a\":1}\n\n{\"b\":[{\"é\":1,\"c\":2,\"c\":3}]}\n", "DIR/a.ndjson:3:20: the key \"c\" occurs twice"),
    ("ndjson", "{\"a\":1,\"\\u0061\":2}\n{", "DIR/a.ndjson:1:8: the key \"a\" occurs twice"),
    ("json", "[{\"a\":1},\n{\"a\":1,\"a\":1}]", "DIR/a.json:2:8: the key \"a\" occurs twice"),
  ])
  func keepsElementsWithEqualKeys(format: String, content: String, message: String) async throws {
    let reply = try await reading(content, format)
    #expect(reply.errors.hasPrefix("error[file]: \(message)\n"), "\(reply.errors)")
    #expect(reply.output.isEmpty)
  }

  @Test(arguments: [("", 0), ("\n", 1), ("a", 1), ("a\n", 1), ("a\n\n", 2), ("a\r\nb", 2)])
  func linesOfAText(content: String, count: Int) async throws {
    let lines = try await reading(content, "txt").output.split(separator: "\n")
    #expect(lines.count == count, "\(lines)")
  }
}
