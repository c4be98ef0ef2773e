import Foundation
import Testing
import Values

@testable import Formats

/// Tests of files whose content is not what the file's name says, such as a compressed `a.csv`.
///
/// The tests follow the next step of each error, and then read the file without an error.
@Suite struct FileKindTests {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path

  /// Reads a file with these bytes, and returns the error and the number of elements.
  private func fault(_ bytes: [UInt8], _ format: FileFormat) throws -> (fault: Fault?, count: Int) {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: path(format)))
    return try read(path(format), format)
  }

  private func path(_ format: FileFormat) -> String { "\(directory)/a.\(format.rawValue)" }

  private func read(_ path: String, _ format: FileFormat) throws -> (fault: Fault?, count: Int) {
    var count = 0
    do throws(Fault) {
      var reader = try FileReader(path, format)
      while let elements = try reader.next() { count += elements.count }
      return (nil, count)
    } catch { return (error, count) }
  }

  private func remove() { try? FileManager.default.removeItem(atPath: directory) }

  @discardableResult private func shell(_ command: String) throws -> Int32 {
    let process = Process()
    (process.executableURL, process.arguments) = (URL(filePath: "/bin/sh"), ["-c", command])
    process.currentDirectoryURL = URL(filePath: directory)
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  private static let rows = "name,city\nÅsa,Tromsø\nBo,Rome\n"

  /// Cases: a program that compresses or converts a CSV file, and a part of the error message for the result.
  @Test(arguments: [
    ("gzip -c", "is compressed with gzip"), ("bzip2 -c", "is compressed with bzip2"),
    ("xz -c", "is compressed with xz"), ("zstd -c -q", "is compressed with zstd"),
    ("iconv -f utf-8 -t utf-16", "is UTF-16"), ("iconv -f utf-8 -t utf-16le", "is UTF-16LE"),
    ("iconv -f utf-8 -t utf-16be", "is UTF-16BE"), ("iconv -f utf-8 -t utf-32", "is UTF-32"),
    ("iconv -f utf-8 -t utf-32le", "is UTF-32LE"), ("iconv -f utf-8 -t utf-32be", "is UTF-32BE"),
    ("iconv -f utf-8 -t latin1", "not UTF-8"), ("sed 's/Bo/B\\x00o/'", "a NUL byte"),
  ]) func theNextStepConverts(_ program: String, _ message: String) throws {
    defer { remove() }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try Self.rows.write(toFile: directory + "/rows", atomically: true, encoding: .utf8)
    guard try shell("\(program) < rows > a.csv") == 0 else { return }  // the program is not installed
    let fault = try #require(try read(path(.csv), .csv).fault)
    #expect(fault.message.contains(message), Comment(rawValue: fault.message))
    let step = try #require(fault.nextStep?.split(separator: ": ", maxSplits: 1).last.map(String.init))
    #expect(try shell(step) == 0, Comment(rawValue: step))
    #expect(try String(contentsOfFile: directory + "/utf8-a.csv", encoding: .utf8) == Self.rows)
    #expect(try read(directory + "/utf8-a.csv", .csv).count == 2)
  }

  @Test(arguments: [
    (Array("BZh91AY".utf8), "bzip2"), (Array("SQLite format 3\0".utf8) + [16, 0, 1], "SQLite database"),
    (Array("<!DOCTYPE html><html><body>Sign in</body></html>".utf8), "HTML page"),
    (Array("\n <HTML lang=en>".utf8), "HTML page"), (Array("<?xml version=\"1.0\"?>".utf8), "XML document"),
    ([0x50, 0x4B, 3, 4], "zip archive"), ([0x37, 0x7A, 0xBC, 0xAF, 0x27], "7z archive"),
    (Array("PAR1".utf8) + [0, 1], "Parquet"), ([0x89, 0x50, 0x4E, 0x47, 0x0D], "image"),
  ]) func isNoTable(_ bytes: [UInt8], _ kind: String) throws {
    defer { remove() }
    for format in [FileFormat.csv, .tsv, .json, .ndjson] {
      let fault = try #require(try fault(bytes, format).fault)
      #expect(fault.message.contains(kind) && fault.nextStep != nil, Comment(rawValue: fault.message))
    }
  }

  @Test func aTarArchiveIsRecognized() throws {
    defer { remove() }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try Self.rows.write(toFile: directory + "/rows", atomically: true, encoding: .utf8)
    #expect(try shell("tar -cf a.csv rows") == 0)
    let fault = try #require(try read(path(.csv), .csv).fault)
    #expect(fault.message.hasSuffix("is a tar archive"))
  }

  /// The reader accepts texts that only resemble another kind of file: `BZhou` resembles a file of bzip2.
  @Test(arguments: [
    (Array("a\n".utf8), FileFormat.csv, 0), (Array("<p>,b\n1,2\n".utf8), .csv, 1), (Array("<html>\n".utf8), .txt, 1),
    (Array("BZhou,b\n1,2\n".utf8), .csv, 1), (Array("PK,b\n1,2\n".utf8), .csv, 1), ([0x61], .txt, 1), ([], .csv, 0),
  ]) func aTextThatResemblesAnotherKindIsRead(_ bytes: [UInt8], _ format: FileFormat, _ count: Int) throws {
    defer { remove() }
    let read = try fault(bytes, format)
    #expect(read.fault == nil && read.count == count, Comment(rawValue: read.fault?.message ?? ""))
  }

  /// Every error in the format of a file has a next step.
  @Test(arguments: [
    ("{\"a\":1}\n{\"a\":", FileFormat.ndjson, "cut off"), ("{\"a\":1}{\"a\":2}\n", .ndjson, "a separate line"),
    ("{\"a\":1,\"a\":2}\n", .ndjson, "rename or remove"), ("{\n\"a\": 1\n}\n", .ndjson, "as: \"json\""),
    ("[\n{\"a\":1},\n{\"a\":2}\n]\n", .ndjson, "as: \"json\""), ("{\"a\":1}\nno\n{\"a\":2}\n", .ndjson, "correct"),
    ("{\"a\":1}\n{\"a\":2}\n", .json, "as: \"ndjson\""), ("[{\"a\":1},\n{\"a\":", .json, "cut off"),
    ("{\"a\":1}{\"a\":2}", .json, "one array"), ("[{\"a\":1,\"a\":2}]", .json, "rename or remove"),
    ("[\"a", .json, "cut off"), ("[1 2]", .json, "correct"), ("a,b\n1\n", .csv, "2 cells"),
    ("a,b\n\"1,2\n", .csv, "close the quote"), ("a,b\n1,2,3\n", .csv, "in quotes"),
  ]) func everyErrorHasANextStep(_ text: String, _ format: FileFormat, _ step: String) throws {
    defer { remove() }
    let fault = try #require(try fault(Array(text.utf8), format).fault)
    #expect(fault.nextStep?.contains(step) == true, Comment(rawValue: "\(fault.message) = \(fault.nextStep ?? "")"))
  }
}
