import Foundation
import Formats
import JSONText
import TestBench
import Testing
import Values

/// Tests that `read` returns the same elements that `write` wrote, for random elements.
///
/// `write` refuses elements that the format can't represent.
@Suite struct RoundTripTests {
  private static let numbers = ["0", "-0", "1.10", "1e400", "9007199254740993"]
  private static let names = [
    "a", "b", "a;b", "x|y", "é", "e\u{301}", "a,b", "\"", "x\ny", "\u{FEFF}", " ", "\t", "id", "",
  ]
  private static let texts = [
    "", " ", "x", "1", "007", "1.10", "true", "null", "é", "e\u{301}", "\"", "\"\"", ",", "\t", "a,\u{301}b", "\n",
    "\r", "\r\n",
    "x\r", "\rx", "\u{FEFF}", "\u{FEFF}x", "\u{0}", "'", "\\", "\u{2028}", "👨‍👩‍👧", "=1+1", "{\"a\":1}", "line\n\nline\n",
  ]

  private static func value(_ random: inout SeededNumbers, _ depth: Int = 0) -> JSONValue {
    switch random.below(depth > 1 ? 8 : 10) {
    case 0: .null
    case 1: .bool(random.below(2) == 0)
    case 2:
      .number(
        JSONNumber(text: numbers[random.below(numbers.count)]) ?? JSONNumber(0))
    case 8: .array(JSONArray((0..<random.below(3)).map { _ in value(&random, depth + 1) }))
    case 9: .object(record(&random, depth + 1))
    default: .string(texts[random.below(texts.count)])
    }
  }

  private static func record(_ random: inout SeededNumbers, _ depth: Int = 0) -> JSONObject {
    JSONObject(
      (0..<random.below(4)).map { _ in
        (names[random.below(names.count)], value(&random, depth))
      })
  }

  /// Returns random elements, often records with the same field names, because CSV requires the same names.
  private static func elements(_ random: inout SeededNumbers) -> [JSONValue] {
    let count = random.below(5)
    switch random.below(4) {
    case 0: return (0..<count).map { _ in .string(texts[random.below(texts.count)]) }
    case 1: return (0..<count).map { _ in value(&random) }
    case 2: return (0..<count).map { _ in .object(record(&random)) }
    default:
      let keys = record(&random).keys
      return (0..<count).map { _ in .object(JSONObject(keys.map { ($0, value(&random, 1)) })) }
    }
  }

  /// Returns the elements that `read` should return.
  ///
  /// CSV and TSV store each value as the text of a cell. Their columns are the fields of the first element.
  private func expected(_ elements: [JSONValue], _ format: FileFormat) -> [JSONValue] {
    guard format == .csv || format == .tsv else { return elements }
    let rows = elements.map { Value($0).row }
    return rows.map { row in
      .object(JSONObject((rows.first?.names ?? []).map { ($0, .string(row[$0]?.cell ?? "")) }))
    }
  }

  @Test(arguments: FileFormat.allCases, [false, true])
  func readReturnsTheValuesThatWriteWrote(_ format: FileFormat, appends: Bool) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.appending(path: "a.\(format.rawValue)").path
    var (random, taken) = (SeededNumbers(seed: 14), 0)
    for _ in 0..<1500 {
      try? FileManager.default.removeItem(atPath: path)
      var written: [JSONValue] = []
      for _ in 0..<(appends && format != .json ? 2 : 1) {
        let elements = Self.elements(&random)
        do throws(Fault) { try format.write(elements, to: path, appends: appends && format != .json) } catch {
          #expect([.value, .type].contains(error.kind), "\(error.message)")
          continue
        }
        written += elements
        if !elements.isEmpty { taken += 1 }
      }
      let found = FileManager.default.fileExists(atPath: path) ? try format.elements(of: path) : []
      guard found == expected(written, format) else {
        Issue.record(
          "\(format): \(JSONValue.array(JSONArray(written)).text) is read as \(JSONValue.array(JSONArray(found)).text)")
        return
      }
    }
    #expect(taken > 100, "only \(taken) were taken")
  }

  @Test func aFileThatMustBeNewIsNotReplaced() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.appending(path: "a.csv").path
    for isThere in [false, true] {
      do throws(Fault) {
        var writer = try FileWriter(path, .csv, appends: false, isNew: true)
        try writer.write([.record(Record([("a", .string("1"))]))])
        try writer.finish()
        #expect(!isThere)
      } catch {
        #expect(isThere && error.kind == .file && error.message == "\(path) already exists")
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a.csv"])
  }

  /// A write removes the temporary file that an ended process left behind, but no file of a running process.
  ///
  /// The name of a temporary file contains the process id: `a.csv.retort-PID-7.part`.
  @Test func removesFilesOfKilledProcesses() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    let gone = Process()
    gone.executableURL = URL(filePath: "/bin/true")
    try gone.run()
    gone.waitUntilExit()
    let left = "a.csv.retort-\(gone.processIdentifier)-7.part"
    let kept = [
      "a.csv.retort-\(getpid())-7.part", "b.csv.retort-\(gone.processIdentifier)-7.part", "a.csv.retort-x-7.part",
      "a.csv.\(gone.processIdentifier).7.part", "a.csv.7.part",
    ]
    for name in [left] + kept { try Data().write(to: directory.appending(path: name)) }
    try FileFormat.csv.write([["a": 1]], to: directory.appending(path: "a.csv").path)
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: directory.path)) == Set(kept + ["a.csv"]))
  }
}
