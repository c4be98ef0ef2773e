import Foundation
import Formats
import JSONText
import TestBench
import Testing
import Values

/// Tests that the reader reads or refuses every file, and never crashes.
///
/// The files are mutations of valid files. The tests write the elements that the reader returns, and read them again.
/// The seed is fixed. With `RETORT_FUZZ_SECONDS=600` the test continues with further random cases for ten minutes.
@Suite struct MutatedFilesTests {
  private static let contents = [
    "a,b\n1,\"x, \"\"y\"\"\"\n\"\",2\n", "a\tb\r\nx\t\"1\n2\"\r\n\t\r\n", "a;b\n1;2\n", "\u{FEFF}name\rAda\rBob\r",
    "[{\"a\":1.10,\"b\":[null,true]},\"\\ud83d\\ude00\",-1e400]\n", "{\"a\":{\"b\":{}}}\n",
    "{\"a\":1}\n{\"a\":\"\\u0000\"}\nnull\n[1]\n", "one\r\ntwo\n\nthree", "",
  ]
  private static let pieces = [
    "\"", "\"\"", ",", "\t", ";", "\n", "\r", "\r\n", "\u{0}", "\u{FEFF}", "\\u", "\\ud800", "{", "}", "[", "]", ":",
    "1e9",
    "é", "\u{1F600}", "null", " ", String(repeating: "x", count: 300_000), String(repeating: "[", count: 300),
  ]

  @Test(.timeLimit(.minutes(120)), arguments: FileFormat.allCases)
  func aFileIsReadOrRefused(_ format: FileFormat) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    let (path, copy) = (directory.appending(path: "a").path, directory.appending(path: "b").path)
    let end = Fuzzing.end
    var random = SeededNumbers(seed: 3)
    var (cases, read) = (0, 0)
    repeat {
      await Task.yield()  // lets other fuzz tests use the thread
      for _ in 0..<400 {
        let bytes = Self.mutated(&random)
        try Data(bytes).write(to: URL(filePath: path))
        cases += 1
        guard let elements = try Self.elements(path, format) else { continue }
        read += 1
        guard try Self.write(elements, copy, format) else { continue }
        #expect(try Self.elements(copy, format) == elements, Comment(rawValue: "\(bytes.prefix(400))"))
      }
    } while ContinuousClock.now < end
    #expect(cases >= 400 && read > 0)
  }

  private static func mutated(_ random: inout SeededNumbers) -> [UInt8] {
    var bytes = Array(contents[random.below(contents.count)].utf8)
    for _ in 0..<random.below(5) {
      let place = random.below(bytes.count + 1)
      switch random.below(5) {
      case 0: bytes.removeSubrange(place..<min(bytes.count, place + random.below(12)))
      case 1: if place < bytes.count { bytes[place] = UInt8(random.below(256)) }
      case 2: bytes += bytes[place..<min(bytes.count, place + random.below(60))]
      // The long pieces, which are the last in the array, are rare because each of them takes a millisecond.
      default: bytes.insert(contentsOf: pieces[random.below(random.below(40) == 0 ? pieces.count : 22)].utf8, at: place)
      }
    }
    return bytes
  }

  /// Returns the elements of a file; nil if the reader refuses the file.
  private static func elements(_ path: String, _ format: FileFormat) throws -> [JSONValue]? {
    do throws(Fault) {
      return try format.elements(of: path)
    } catch {
      #expect(error.kind == .file && !error.message.isEmpty)
      return nil
    }
  }

  /// Writes elements to a file; returns false if the format does not allow the elements.
  private static func write(_ elements: [JSONValue], _ path: String, _ format: FileFormat) throws -> Bool {
    do throws(Fault) {
      try format.write(elements, to: path)
      return true
    } catch {
      #expect(error.kind == .value || error.kind == .type)
      return false
    }
  }
}
