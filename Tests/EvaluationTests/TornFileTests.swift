import Foundation
import Glibc
import Testing
import Values

@testable import Formats

/// Tests of files that are incomplete, that change during a read, or whose path the system would misread.
@Suite struct TornFileTests {
  /// Calls `body` with the path of a new file with this content.
  private func withFile(_ name: String, _ content: String, _ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.appending(path: name).path
    try Data(content.utf8).write(to: URL(filePath: path))
    try body(path)
  }

  /// Appends an element to a file, and returns whether the writer added a line end to the last line.
  private func append(_ element: Value, _ path: String, _ format: FileFormat) throws(Fault) -> Bool {
    var writer = try FileWriter(path, format, appends: true)
    try writer.write([element])
    try writer.finish()
    return writer.hasEndedLine
  }

  private let row = Value.record(Record([("a", .string("3")), ("b", .string("4"))]))

  @Test(arguments: [
    ("a.csv", "a,b\r\n1,2\r\n5", "the row has 1 cell"), ("a.csv", "a,b\r\n1,\"x", "a quote is not closed"),
    ("a.csv", "a,b\r\n1,\"x\n", "a quote is not closed"), ("a.tsv", "a\tb\r\n1\t\"x\n", "a quote is not closed"),
  ]) func nothingIsAppendedInsideARow(name: String, content: String, message: String) throws {
    try withFile(name, content) { path in
      let format: FileFormat = name.hasSuffix("csv") ? .csv : .tsv
      let fault = #expect(throws: Fault.self) { try append(row, path, format) }
      #expect(fault?.message.contains(message) == true, "\(String(describing: fault?.message))")
      let found = try String(contentsOfFile: path, encoding: .utf8)
      #expect(found == content)
    }
  }

  @Test(arguments: [
    ("a.csv", "a,b\r\n1,2", true), ("a.csv", "a,b\r\n1,\"\"\"2\"\r\n", false), ("a.csv", "", false),
    ("a.txt", "one", true), ("a.txt", "one\n", false), ("a.ndjson", "1", false),
  ]) func anAddedLineEndIsReported(name: String, content: String, isAdded: Bool) throws {
    try withFile(name, content) { path in
      let format = try FileFormat(path: path, named: nil)
      #expect(try append(format == .txt ? .string("two") : row, path, format) == isAdded)
    }
  }

  @Test(arguments: [FileFormat.ndjson, .txt, .csv, .json]) func aShortenedFileIsAnError(_ format: FileFormat) throws {
    let line = String(repeating: "1", count: 99) + "\n"
    let lines = String(repeating: line, count: 20_000)
    let content = format == .json ? "[\n" + String(repeating: "1,\n", count: 400_000) + "1]" : "1\n" + lines
    try withFile("a.\(format.rawValue)", content) { path in
      var reader = try FileReader(path, format)
      if format != .json { _ = try reader.next() }
      #expect(truncate(path, format == .json ? 100 : 1_000_000) == 0)
      let fault = #expect(throws: Fault.self) { while try reader.next() != nil {} }
      #expect(fault?.message == "another program has shortened \(path)")
    }
  }

  @Test func aGrowingFileIsReadToItsFirstLength() throws {
    try withFile("a.txt", "1\n2\n") { path in
      var reader = try FileReader(path, .txt)
      _ = try append(.string("3"), path, .txt)
      #expect(try reader.next()?.count == 2)
      #expect(try reader.next() == nil)
    }
  }

  @Test func filesOfTheKernelHaveNoLength() throws {
    for path in ["/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled"] where access(path, R_OK) == 0 {
      var reader = try FileReader(path, .txt)
      #expect(try reader.next()?.count == 1)
    }
  }

  @Test func aLongLineIsWhole() throws {
    let long = String(repeating: "x", count: 3_000_000)
    try withFile("a.txt", "a\n\(long)\nb\n\n\(long)") { path in
      var reader = try FileReader(path, .txt)
      var lengths: [Int] = []
      while let texts = try reader.next() {
        for case .string(let text) in texts { lengths.append(text.utf8.count) }
      }
      #expect(lengths == [1, 3_000_000, 1, 0, 3_000_000])
    }
  }

  @Test func aPathWithANULIsAnError() throws {
    try withFile("a.ndjson", "1\n") { path in
      for name in ["\(path)\0.ndjson", "\0", "\(path)\0"] {
        for appends in [true, false] {
          let fault = #expect(throws: Fault.self) { try FileWriter(name, .ndjson, appends: appends) }
          #expect(fault?.message == "the path \(name.quoted) contains a NUL")
          #expect(throws: Fault.self) { try AtomicFile.check(name, appends: appends, isNew: false) }
        }
        #expect(throws: Fault.self) { try FileReader(name, .ndjson) }
        #expect(throws: Fault.self) { try TextFile.read(name) }
        #expect(throws: Fault.self) { try TextFile.replace(name, with: "") }
      }
      let found = try String(contentsOfFile: path, encoding: .utf8)
      #expect(found == "1\n")
    }
  }

  /// The superuser can write each file, so other users run this test.
  @Test(.enabled(if: getuid() != 0)) func aProtectedFileIsNotReplaced() throws {
    try withFile("a.txt", "old") { path in
      #expect(chmod(path, 0o444) == 0)
      #expect(throws: Fault.self) { try FileWriter(path, .txt, appends: false) }
      #expect(throws: Fault.self) { try AtomicFile.check(path, appends: false, isNew: false) }
      #expect(throws: Fault.self) { try TextFile.replace(path, with: "new") }
    }
  }
}
