import Foundation
import TestBench
import Testing

/// Every script of README.md and of `examples` runs, and prints the text below it.
@Suite struct DocumentedTests {
  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  /// A script of README and the text below it.
  struct Block: CustomTestStringConvertible, Sendable {
    var line: Int
    var script: String
    var output: String
    var testDescription: String { "README.md:\(line)" }

    static func all() throws -> [Block] {
      let lines = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
      return lines.indices.filter { lines[$0] == "```retort" }.map { start in
        let script = lines[(start + 1)...].prefix { $0 != "```" }
        let output = lines[(start + script.count + 3)...].prefix { $0 != "```" }
        let isFollowed = lines[start + script.count + 2] == "```text"
        return Block(
          line: start + 1, script: script.map { $0 + "\n" }.joined(),
          output: isFollowed ? output.map { $0 + "\n" }.joined() : "")
      }
    }
  }

  @Test(arguments: try Block.all()) func readmePrintsWhatItShows(_ block: Block) async {
    let ran = await Ran.retort("-c", block.script)
    #expect(ran.output == block.output, Comment(rawValue: ran.notes))
    #expect(ran.status == 0)
  }

  @Test func readmeHasScripts() throws { #expect(try Block.all().count >= 5) }

  /// The names of the scripts in `examples`.
  private static func examples() throws -> [String] {
    let files = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "examples").path)
    return files.filter { $0.hasSuffix(".retort") }.map { String($0.dropLast(7)) }.sorted()
  }

  @Test func thereAreExamples() throws { #expect(try Self.examples().count >= 4) }

  /// Runs an example with its files in a directory, on a service.
  private static func run(_ name: String, in directory: String, on address: String?, _ options: String...) async throws
    -> Ran
  {
    let file = root.appending(path: "examples/\(name).retort").path
    let takesFolder = try String(contentsOfFile: file, encoding: .utf8).contains(#"var("dir""#)
    let folder = takesFolder ? ["--var", "dir=\(directory)"] : []
    return await Ran.retort(options + folder + [file], environment: address.map { ["RETORT_URL": $0] } ?? [:])
  }

  private static func inFolder(_ body: (_ directory: String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory.path)
  }

  @Test(arguments: try examples()) func exampleRuns(_ name: String) async throws {
    try await Self.inFolder { directory in
      let ran = try await Self.run(name, in: directory, on: nil)
      #expect(ran.status == 0, Comment(rawValue: ran.notes))
      #expect(!ran.output.isEmpty)
    }
  }

  @Test(arguments: try examples()) func exampleRunsThroughRabbitMQ(_ name: String) async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try await ServedBlog.serving(on: vhost.uri) {
      try await Self.inFolder { directory in
        let ran = try await Self.run(name, in: directory, on: vhost.uri)
        #expect(ran.status == 0, Comment(rawValue: ran.notes))
        #expect(!ran.output.isEmpty)
      }
    }
  }

  @Test func theImportRunsAgainAndChangesNothing() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try await ServedBlog.serving(on: vhost.uri) {
      try await Self.inFolder { directory in
        for expected in ["4 created, 0 updated, 0 as they were\n", "0 created, 0 updated, 4 as they were\n"] {
          let ran = try await Self.run("import", in: directory, on: vhost.uri)
          #expect(ran.output == expected, Comment(rawValue: ran.notes))
        }
      }
    }
  }

  @Test func theCleanupRefusesMoreThanItsCap() async throws {
    try await Self.inFolder { directory in
      let ran = try await Self.run("cleanup", in: directory, on: nil, "--var", "cap=249")
      #expect(ran.status == 6 && ran.output.isEmpty, Comment(rawValue: ran.notes))
      #expect(ran.notes.contains("destroy would destroy 250 of posts, but max: is 249"))
    }
  }

  @Test func theRenamingIsUndone() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try await ServedBlog.serving(on: vhost.uri) {
      try await Self.inFolder { directory in
        #expect(try await Self.run("rename", in: directory, on: vhost.uri).output == "0 drafts\n")
        let back = try await Self.run("rename", in: directory, on: vhost.uri, "--var", "undo=yes")
        #expect(back.output == "250 drafts\n", Comment(rawValue: back.notes))
      }
    }
  }

  @Test(arguments: try examples()) func exampleChecks(_ name: String) async {
    let ran = await Ran.retort("check", Self.root.appending(path: "examples/\(name).retort").path)
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains("warning"), Comment(rawValue: ran.notes))
  }
}
