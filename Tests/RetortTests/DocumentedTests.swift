import Foundation
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

  @Test(arguments: try examples()) func exampleRuns(_ name: String) async throws {
    let file = Self.root.appending(path: "examples/\(name).retort").path
    let ran = await Ran.retort(file, environment: ["EXAMPLES": Self.root.appending(path: "examples").path])
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    #expect(!ran.output.isEmpty)
  }

  @Test(arguments: try examples()) func exampleChecks(_ name: String) async {
    let ran = await Ran.retort("check", Self.root.appending(path: "examples/\(name).retort").path)
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains("warning"), Comment(rawValue: ran.notes))
  }
}
