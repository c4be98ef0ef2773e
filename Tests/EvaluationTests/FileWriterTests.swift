import Foundation
import Glibc
import JSONText
import Testing

@testable import Evaluation
import Values
import Formats

/// Tests that a write replaces a file completely, appends all elements, or leaves the file unchanged.
@Suite struct FileWriterTests {
  private let directory: URL

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  /// Writes a page of elements to a file; leaves the file unchanged if the write fails.
  private func write(_ page: [JSONValue], _ path: String, _ format: FileFormat, appends: Bool = true) throws(Fault) {
    var writer = try FileWriter(path, format, appends: appends)
    do throws(Fault) {
      try writer.write(page.map { Value($0) })
      try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Calls `body` with the path of a new file with this text, or of a missing file if `text` is nil.
  private func withFile(
    _ name: String, _ text: String? = nil, _ body: (String) async throws -> Void
  ) async throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    let file = directory.appending(path: name)
    try text?.write(to: file, atomically: false, encoding: .utf8)
    try await body(file.path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).allSatisfy { !$0.hasSuffix(".part") })
  }

  private func text(_ path: String) throws -> String {
    try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  @Test(arguments: [
    ("id,name\r\n1,a\r\n", "id,name\r\n1,a\r\n2,b\r\n3,\r\n"),
    ("name,id\n\"a\nb\",1", "name,id\n\"a\nb\",1\nb,2\r\n,3\r\n"),
    ("\u{FEFF}id,name\r\n", "\u{FEFF}id,name\r\n2,b\r\n3,\r\n"),
    ("", "id,name\r\n2,b\r\n3,\r\n"),
  ]) func rowsGoUnderTheColumnsThatAreThere(before: String, after: String) async throws {
    try await withFile("a.csv", before) { path in
      try write([["id": 2, "name": "b"], ["id": 3]], path, .csv)
      let found = try text(path)
      #expect(found == after)
    }
  }

  @Test func anotherColumnLeavesTheFileAsItWas() async throws {
    try await withFile("a.csv", "id\r\n1\r\n") { path in
      let fault = #expect(throws: Fault.self) { try write([["id": 2], ["id": 3, "name": "b"]], path, .csv) }
      #expect(fault?.message == "name is not a column of \(path)")
      let found = try text(path)
      #expect(found == "id\r\n1\r\n")
    }
  }

  @Test func aFileWithChangedColumnsIsNotWritten() async throws {
    try await withFile("a.csv") { path in
      var writer = try FileWriter(path, .csv, appends: true)
      try writer.write([Value(JSONValue.object(["id": 1]))])
      try write([["name": "b"]], path, .csv)
      let fault = #expect(throws: Fault.self) { try writer.finish() }
      #expect(fault?.message.contains("another program changed the columns") == true)
      let found = try text(path)
      #expect(found == "name\r\nb\r\n")
    }
  }

  @Test func linesAreWholeWhenManyAppendAtOnce() async throws {
    try await withFile("a.csv") { path in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for id in 0..<40 {
          group.addTask { try write((0..<50).map { ["id": .number(JSONNumber(id * 50 + $0))] }, path, .csv) }
        }
        try await group.waitForAll()
      }
      let lines = try text(path).split(separator: "\r\n").map(String.init)
      #expect(lines.first == "id")
      #expect(lines.dropFirst().compactMap { Int($0) }.sorted() == Array(0..<2000))
    }
  }

  @Test func nothingIsAddedToALineThatWasCutOff() async throws {
    try await withFile("a.ndjson", "1\n{\"a\":") { path in
      let fault = #expect(throws: Fault.self) { try write([2], path, .ndjson) }
      #expect(fault?.message == "\(path):2:6: the text ends where a value should be")
      let found = try text(path)
      #expect(found == "1\n{\"a\":")
    }
  }

  @Test func anIncompleteLineIsCompletedBeforeAnAppend() async throws {
    try await withFile("a.ndjson", "1") { path in
      try write([2, 3], path, .ndjson)
      let found = try text(path)
      #expect(found == "1\n2\n3\n")
    }
  }

  @Test func aReplacedFileKeepsItsPermissionsAndItsLinks() async throws {
    try await withFile("a.txt", "old") { path in
      let link = directory.appending(path: "link.txt").path
      #expect(chmod(path, 0o640) == 0 && symlink(path, link) == 0)
      try write(["new"], link, .txt, appends: false)
      let found = try text(path)
      #expect(found == "new\n")
      var status = stat()
      #expect(lstat(path, &status) == 0 && status.st_mode == S_IFREG | 0o640)
      #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }
  }

  @Test func writesThroughADanglingLinkButNotACycle() async throws {
    try await withFile("link.txt") { path in
      #expect(symlink("new.txt", path) == 0)
      try write(["a"], path, .txt, appends: false)
      let found = try text(directory.appending(path: "new.txt").path)
      #expect(found == "a\n")
      let circle = directory.appending(path: "circle.txt").path
      #expect(symlink("circle.txt", circle) == 0)
      #expect(throws: Fault.self) { try write(["a"], circle, .txt, appends: false) }
    }
  }

  @Test(arguments: [false, true]) func aPipeIsWrittenThrough(appends: Bool) async throws {
    try await withFile("pipe") { path in
      #expect(mkfifo(path, 0o600) == 0)
      let reader = open(path, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      try write([["id": 1]], path, .csv, appends: appends)
      var bytes = [UInt8](repeating: 0, count: 64)
      let count = read(reader, &bytes, bytes.count)
      #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "id\r\n1\r\n")
    }
  }
}
