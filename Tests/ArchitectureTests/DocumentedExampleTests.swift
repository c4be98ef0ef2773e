import Foundation
import Testing

/// Tests that every example in a doc comment compiles.
///
/// An example is a fenced `swift` block. The compiler type-checks the examples of a target together, as one file.
@Suite struct DocumentedExampleTests {
  /// The imports and variables that the examples of a target need but do not contain.
  struct Context: Sendable {
    var imports: [String] = []
    /// The type of each variable that the examples use without a definition, such as `["client": "ResourceClient"]`.
    var given: [String: String] = [:]
  }

  private static let contexts: [String: Context] = [
    "Bulk": Context(given: ["header": "JournalHeader", "change": "Change", "outcome": "Outcome"]),
    "Redaction": Context(),
    "AMQP": Context(given: ["request": "[UInt8]"]),
    "Client": Context(
      imports: ["JSONAPI", "JSONRPC", "JSONText"],
      given: [
        "transport": "any Transport", "client": "ResourceClient", "body": "[UInt8]", "correlationID": "String",
        "late": "LateReplies", "error": "ClientError",
      ]),
    "Evaluation": Context(imports: ["Language"], given: ["session": "Session"]),
    "JSONAPI": Context(), "JSONText": Context(), "Language": Context(), "SQLite": Context(),
    "APIServer": Context(imports: ["JSONRPC"]),
    "LearnedSchema": Context(given: ["environment": "[String: String]"]),
    "RetortShell": Context(),
    "Terminal": Context(),
    "TestBench": Context(imports: ["AMQP"], given: ["vhost": "VirtualHost"]),
  ]

  @Test(arguments: try targets()) func examplesCompile(_ target: String) throws {
    let context = try #require(Self.contexts[target], "\(target) has examples: add what they import to the table")
    let errors = try Self.errors(of: Self.program(of: target, context))
    #expect(errors.isEmpty, "\(errors)")
  }

  @Test func everyTargetOfTheTableHasExamples() throws { #expect(Set(try Self.targets()) == Set(Self.contexts.keys)) }

  @Test func anExampleThatDoesNotCompileIsFound() throws {
    let example = "let parsed = Parser.parsed(1)"
    let errors = try Self.errors(of: Self.program("Language", Context(), [(place: "A.swift:3", code: example)]))
    #expect(errors.contains("A.swift:3:"))
    #expect(errors.contains("has no member 'parsed'"))
  }

  /// Returns the sorted names of the targets whose doc comments contain examples.
  private static func targets() throws -> [String] {
    try (subfolders(of: "Sources") + ["TestBench"]).filter { try !examples(of: $0).isEmpty }.sorted()
  }

  /// Returns the examples of a target; `place` is the file and line of an example, such as `Proxy.swift:10`.
  private static func examples(of target: String) throws -> [(place: String, code: String)] {
    let folder = root.appending(path: target == "TestBench" ? "Tests/TestBench" : "Sources/\(target)")
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
    return try files.sorted().flatMap { file in
      let lines = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
      return lines.indices.filter { lines[$0] == "/// ```swift" }.map { start in
        let code = lines[(start + 1)...].prefix { $0.hasPrefix("///") && $0 != "/// ```" }.map { $0.dropFirst(3) }
        return (place: "\(file):\(start + 2)", code: code.joined(separator: "\n"))
      }
    }
  }

  private static func program(of target: String, _ context: Context) throws -> String {
    program(target, context, try examples(of: target))
  }

  /// Returns the text of a Swift file that contains each example as the body of a function.
  ///
  /// `#sourceLocation` lines let the compiler report errors at the file and line of the example.
  private static func program(
    _ target: String, _ context: Context, _ examples: [(place: String, code: String)]
  ) -> String {
    let imports = ["@testable import \(target)\n"] + context.imports.map { "import \($0)\n" }
    let parameters = context.given.sorted { $0.key < $1.key }.map {
      "\($0): \($1)"
    }
    let functions = examples.enumerated().map { index, example in
      let place = example.place.split(separator: ":")
      return """
        func example\(index)(\(parameters.joined(separator: ", "))) async throws {
        #sourceLocation(file: "\(place[0])", line: \(place[1]))
        \(example.code)
        #sourceLocation()
        }

        """
    }
    return (imports + functions).joined()
  }

  /// Type-checks the text of a Swift file, and returns the errors that the compiler prints.
  private static func errors(of program: String) throws -> String {
    let build = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let file = FileManager.default.temporaryDirectory.appending(path: "examples-\(UUID().uuidString).swift")
    try program.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let clang = ["CBuild", "CRabbitMQ", "CReadline"].flatMap {
      ["-Xcc", "-fmodule-map-file=\(build.path)/\($0).build/module.modulemap"]
    }
    let system = ["CSQLite", "CPCRE2"].flatMap { ["-I", root.appending(path: "Sources/\($0)").path] }
    let arguments = [
      "-typecheck", "-swift-version", "6", "-parse-as-library", "-I", "\(build.path)/Modules",
    ]
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["swiftc"] + arguments + system + clang + [file.path]
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? "" : text
  }

  private static func subfolders(of name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: name).path)
  }

  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized
}
