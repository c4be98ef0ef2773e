import Foundation
import Testing

/// Tests of the rules of the architecture, such as which target may import which module.
@Suite struct ArchitectureTests {
  /// The modules that the files of each target may import.
  ///
  /// The article Architecture.md contains the same table.
  static let allowed: [String: Set<String>] = [
    "CBuild": [], "CRabbitMQ": [], "CReadline": [], "CSQLite": [], "CPCRE2": [], "Redaction": [], "JSONText": [],
    "Language": ["Redaction"],
    "JSONAPI": ["JSONText"],
    "JSONRPC": ["JSONText"],
    "AMQP": ["CRabbitMQ", "Dispatch"],
    "SQLite": ["CSQLite"],
    "Terminal": ["CReadline", "Redaction"],
    "Client": ["JSONAPI", "JSONRPC", "JSONText", "Redaction"],
    "APIServer": ["JSONAPI", "JSONRPC", "JSONText", "SQLite", "Foundation", "Dispatch"],
    "Bulk": ["Client", "JSONAPI", "JSONRPC", "JSONText", "Redaction", "Dispatch"],
    "LearnedSchema": ["Client", "JSONAPI", "JSONText", "Redaction"],
    "Values": ["CPCRE2", "Language", "Client", "JSONAPI", "JSONRPC", "JSONText", "BigInt"],
    "Formats": ["Values", "BigInt", "Language", "JSONAPI", "JSONText", "Redaction"],
    "Evaluation": [
      "Bulk", "Formats", "Values", "LearnedSchema", "Language", "Client", "JSONAPI", "JSONRPC", "JSONText", "Redaction",
      "BigInt",
    ],
    "Handbook": ["Evaluation", "Values", "Language"],
    "Serving": ["AMQP", "APIServer", "JSONRPC", "JSONText"],
    "Workers": ["AMQP", "Bulk", "Client", "JSONAPI", "JSONRPC", "JSONText"],
    "Links": ["AMQP", "Workers", "JSONRPC"],
    "LanguageServer": ["Handbook", "Evaluation", "Formats", "Values", "Language", "JSONRPC", "JSONText"],
    "RetortShell": [
      "Redaction", "Language", "JSONText", "JSONAPI", "JSONRPC", "AMQP", "Terminal", "Client", "APIServer",
      "Bulk", "Values", "LearnedSchema", "Formats", "Evaluation", "Handbook", "LanguageServer", "Serving", "Workers",
      "Links", "CBuild",
      "ArgumentParser", "Foundation",
    ],
    "retort": ["RetortShell", "Foundation"],
  ]
  /// The modules that every target may import, in addition to the modules in `allowed`.
  ///
  /// Foundation is not among these modules: only a target that lists Foundation in `allowed` may import it.
  static let common: Set<String> = ["Glibc", "Synchronization", "SwiftOverlayShims"]

  @Test func importsOnlyGoDown() throws {
    for (target, files) in try sources() {
      let allowed = try #require(Self.allowed[target], "\(target) is not in the table")
      for file in files where file.pathExtension == "swift" {
        for match in try String(contentsOf: file, encoding: .utf8).matches(of: Self.importLine) {
          let module = String(match.1)
          #expect(allowed.union(Self.common).contains(module), "\(target)/\(file.lastPathComponent) imports \(module)")
        }
      }
    }
  }

  /// Tests that only `Bulk` sends changes, because other targets have no access to the functions that send.
  ///
  /// `Client` marks these functions with `@_spi(Sending)`. Only targets that implement a transport may build a
  /// `TransportRequest`.
  @Test func onlyBulkSendsChanges() throws {
    for (target, files) in try sources() where target != "Bulk" && target != "Client" {
      for file in files where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(!text.contains("@_spi(Sending)"), "\(target)/\(file.lastPathComponent)")
        let opens = ["AMQP", "JSONRPC", "APIServer", "RetortShell", "Workers"].contains(target)
        #expect(opens || !text.contains("TransportRequest("), "\(target)/\(file.lastPathComponent)")
      }
    }
  }

  @Test func importLinesAreSeen() {
    let text = """
      import A
        @testable import B
      public import struct C.Thing
      @preconcurrency internal import D
      let important = "import X" // import Y
      #if os(Linux)
      import E; import F
      """
    #expect(text.matches(of: Self.importLine).map { String($0.1) } == ["A", "B", "C", "D", "E", "F"])
  }

  @Test func everyTargetOfTheTableExists() throws {
    #expect(Set(try sources().keys) == Set(Self.allowed.keys))
  }

  @Test func theArticleHasTheSameTable() throws {
    let file = Self.root.appending(path: "Sources/RetortShell/RetortShell.docc/Architecture.md")
    let rows = try String(contentsOf: file, encoding: .utf8).matches(
      of: #/(?m:^\| \d \| ([^|]*) \|[^|]*\| ([^|]*)\|$)/#)
    var table: [String: Set<String>] = [:]
    for row in rows {
      let imports = row.2.matches(of: #/`(\w+)`/#).map { String($0.1) }
      for target in row.1.matches(of: #/`(\w+)`/#) { table[String(target.1)] = Set(imports) }
    }
    #expect(table == Self.allowed, "\(file.lastPathComponent) and this test have one table")
  }

  @Test func theArticleNamesFilesThatExist() throws {
    let article = Self.root.appending(path: "Sources/RetortShell/RetortShell.docc/Architecture.md")
    let paths = try String(contentsOf: article, encoding: .utf8).matches(
      of: #/`((?:[A-Z]\w*|\.github|examples)\/[\w+.\/]+)`/#
    ).map { String($0.1) }
    #expect(paths.count > 60)
    for path in paths {
      let isThere = [path, "Sources/\(path)"].contains {
        FileManager.default.fileExists(atPath: Self.root.appending(path: $0).path)
      }
      #expect(isThere, "\(path)")
    }
  }

  @Test func noFileIsLongerThan400Lines() throws {
    for file in try sources().values.joined() {
      let count = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(count.count <= 401, "\(file.lastPathComponent)")
    }
  }

  @Test func topLevelIsShort() throws {
    let visible = try topLevel().filter { !$0.hasPrefix(".") }
    #expect(visible == ["Package.swift", "README.md", "Sources", "Tests", "examples"])
  }

  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  /// Matches an import declaration at the beginning of a line or after a semicolon, and captures the module's name.
  ///
  /// The declaration can have attributes, an access level and a kind: `@preconcurrency public import struct C.Thing`.
  private static var importLine: Regex<(Substring, Substring)> {
    #/(?m:(?:^|;)[ \t]*(?:@\w+[ \t]+)*(?:\w+[ \t]+)?import[ \t]+(?:(?:struct|class|enum|protocol|typealias|func|let|var)[ \t]+)?(\w+))/#
  }

  /// Returns the Swift and C files below `Sources`, grouped by target.
  private func sources() throws -> [String: [URL]] {
    let folder = Self.root.appending(path: "Sources")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    let files = paths.filter { ["swift", "c", "h"].contains(($0 as NSString).pathExtension) }
    return Dictionary(grouping: files) { String($0.prefix { $0 != "/" }) }
      .mapValues { $0.map { folder.appending(path: $0) } }
  }

  /// Returns the names of the files and folders in the top folder of the repository.
  ///
  /// Git lists the tracked files. Without git, the function lists the folder itself.
  private func topLevel() throws -> [String] {
    let tracked = (try? git(["ls-files"])) ?? ""
    guard !tracked.isEmpty else {
      let ignored = ["Package.resolved"]
      return try FileManager.default.contentsOfDirectory(atPath: Self.root.path).filter { !ignored.contains($0) }
        .sorted()
    }
    return Set(tracked.split(separator: "\n").map { String($0.prefix { $0 != "/" }) }).sorted()
  }

  private func git(_ arguments: [String]) throws -> String {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", Self.root.path] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self)
  }
}
