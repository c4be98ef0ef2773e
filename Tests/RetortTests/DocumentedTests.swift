import Foundation
import TestBench
import Testing

/// Tests that the scripts and commands in README.md and in the articles print the output that the texts show.
///
/// Other tests of this suite check and run the scripts of `examples`.
@Suite struct DocumentedTests {
  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  /// A Markdown text with examples: README.md or an article of the handbook.
  struct Text: CustomTestStringConvertible, Sendable {
    let url: URL
    var testDescription: String { url.lastPathComponent }

    static func all() throws -> [Text] {
      let articles = root.appending(path: "Sources/Handbook/Handbook.docc")
      let files = try FileManager.default.contentsOfDirectory(at: articles, includingPropertiesForKeys: nil)
      return [Text(url: root.appending(path: "README.md"))]
        + files.filter { $0.pathExtension == "md" }.sorted { $0.path < $1.path }.map(Text.init)
    }

    func document() throws -> Document { Document(parsing: try String(contentsOf: url, encoding: .utf8)) }
  }

  @Test(.timeLimit(.minutes(15)), arguments: try Text.all()) func aDocumentPrintsTheShownOutput(_ text: Text)
    async throws
  {
    let document = try text.document()
    guard !document.steps.isEmpty else { return }
    let vhost = try await PrivateBroker.shared.vhost()
    try await ServedBlog.serving(on: vhost.uri) {
      let run = try DocumentRun(on: vhost.uri)
      defer { run.end() }
      for step in document.steps {
        switch step {
        case .script(let line, let file, let script, let shown):
          let ran = try await run.run(script, as: file, runs: shown != nil)
          #expect(ran.output == shown ?? "", "\(text.testDescription):\(line): \(ran.notes)")
        case .commands(let line, let commands, let comparesNumbers):
          let outputs = try await run.run(commands.map(\.text))
          func compared(_ output: String) -> String {
            // On a slow machine, a statement takes more than ten seconds and then shows its progress.
            var lines = output.split(separator: "\n", omittingEmptySubsequences: false)
              .filter { !$0.contains(#/ {2}[0-9]+(\/[0-9]+ [0-9]+ %)? {2}.*[0-9]\/s/#) }
            guard !comparesNumbers else { return lines.joined(separator: "\n") }
            // The lines about lookups are not the same in each run. They depend on the moment at which the previous run
            // was killed.
            lines.removeAll { $0.contains(": looking up ") || $0.contains(": a lookup shows that ") }
            return lines.joined(separator: "\n").replacing(#/[0-9]+/#, with: "N")
          }
          #expect(
            outputs.map(compared) == commands.map { compared($0.output) },
            "\(text.testDescription):\(line): \(outputs.joined(separator: "\n"))")
        }
      }
    }
  }

  @Test func textsHaveScripts() throws {
    #expect(try Text.all()[0].document().steps.count >= 5)
    #expect(try Text.all().map { try $0.document().steps.count }.reduce(0, +) >= 15)
  }

  /// Returns the names of the scripts in `examples`, without the extension.
  private static func examples() throws -> [String] {
    let files = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "examples").path)
    return files.filter { $0.hasSuffix(".retort") }.map { String($0.dropLast(7)) }.sorted()
  }

  @Test func thereAreExamples() throws { #expect(try Self.examples().count >= 4) }

  /// Runs a script of `examples` with the service at `address`; the script writes its files to `directory`.
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
      #expect(ran.notes.contains("destroy posts would destroy 250 resources, but the limit max: is 249"))
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
