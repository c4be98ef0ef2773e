import Client
import Foundation
import JSONText
import Testing

@testable import Bulk

/// Changes of a journal's file outside retort: another broker, an editor, a transfer, a crash.
///
/// No message may propose a new journal as the simple solution, because a new journal would repeat the recorded
/// changes.
@Suite(.timeLimit(.minutes(1))) struct JournalFileTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path

  private func header(broker: String = "rabbit@a /") -> JournalHeader {
    JournalHeader(
      broker: broker, queue: "posts", type: "posts", verb: "create", key: ".text", created: "2026-01-01T00:00:00Z",
      by: "me@here", reason: "a {\"b\"}")
  }

  /// The bytes of a journal with three changes.
  private func journal() async throws -> Data {
    let journal = try Journal(path, header())
    try await journal.intend((1...3).map { Change.update($0, ["views": 1]) })
    journal.record(.done(.result(.null)), of: .update(1, ["views": 1]))
    try await journal.flush()
    journal.release()
    return try Data(contentsOf: URL(filePath: path))
  }

  private func put(_ bytes: some Sequence<UInt8>) throws { try Data(bytes).write(to: URL(filePath: path)) }

  /// The error of opening the file.
  private func refusal(broker: String = "rabbit@a /") throws -> JournalError? {
    do throws(JournalError) {
      _ = try Journal(path, header(broker: broker))
      return nil
    } catch { return error }
  }

  @Test func anotherBrokerIsRefused() async throws {
    defer { unlink(path) }
    let whole = try await journal()
    let error = try refusal(broker: "rabbit@b /")
    #expect(error == .otherBroker(path, recorded: "rabbit@a /", here: "rabbit@b /", isByAddress: false))
    #expect(try Data(contentsOf: URL(filePath: path)) == whole)
    #expect(error?.nextStep.contains("retort journal '\(path)' broker 'rabbit@b /'") == true)
    let renamed = try Journal(existing: path)
    try await renamed.rename(broker: "rabbit@b /")
    renamed.release()
    #expect(try refusal(broker: "rabbit@b /") == nil)
    #expect(try refusal() != nil)
  }

  @Test func aJournalOfVersion1IsReadButNotTrusted() async throws {
    defer { unlink(path) }
    var old = header(broker: "127.0.0.1:5672 /")
    old.version = 1
    try put(JournalLine.encoded(old.json) + JournalLine.encoded(["intent": "create posts \"a\"", "life": nil]))
    let error = try refusal()
    #expect(error == .otherBroker(path, recorded: "127.0.0.1:5672 /", here: "rabbit@a /", isByAddress: true))
    #expect(try JournalReading(path).counts == (0, 0, 1))
    #expect(try JournalReading(path).header.brokerText.contains("an address"))
    let renamed = try Journal(existing: path)
    try await renamed.rename(broker: "rabbit@a /")
    renamed.release()
    #expect(try refusal() == nil)
  }

  @Test(arguments: ["crlf", "cr", "bom", "utf16", "gzip", "xz", "line", "header", "tail"])
  func aFileChangedByAnEditorOrATransferIsRefused(_ change: String) async throws {
    defer { unlink(path) }
    let whole = Array(try await journal())
    let ends = whole.indices.filter { whole[$0] == 0x0A }
    switch change {
    case "crlf": try put(whole.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] })
    case "cr": try put(whole.map { $0 == 0x0A ? 0x0D : $0 })
    case "bom": try put([0xEF, 0xBB, 0xBF] + whole)
    case "utf16": try put([0xFF, 0xFE] + whole.flatMap { [$0, 0] })
    case "gzip": try put([0x1F, 0x8B, 8, 0] + whole.reversed())
    case "xz": try put([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0] + whole.reversed())
    case "line": try put(whole.enumerated().map { $0 == ends[1] - 20 ? 0x40 : $1 })
    case "header": try put(whole.enumerated().map { $0 == 40 ? 0x40 : $1 })
    default: try put(whole.enumerated().flatMap { $0 > ends[0] && $1 == 0x0A ? [0x0D, 0x0A] : [$1] })
    }
    let before = try Data(contentsOf: URL(filePath: path))
    let error = try #require(try refusal())
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    let isHidden = ["gzip", "xz"].contains(change)
    #expect(isHidden || error.message.contains(" changes are unknown"), Comment(rawValue: error.message))
    #expect(isHidden || error.nextStep.contains("changes may be repeated"), Comment(rawValue: error.nextStep))
    #expect(!error.nextStep.contains("journal: "))
  }

  /// A next step that is a command results in a journal that opens.
  @Test(arguments: ["crlf", "cr", "bom", "utf16", "gzip"]) func theNextStepRestoresIt(_ change: String) async throws {
    defer { for file in [path, path + ".copy", path + ".gz"] { unlink(file) } }
    let whole = Array(try await journal())
    switch change {
    case "crlf": try put(whole.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] })
    case "cr": try put(whole.map { $0 == 0x0A ? 0x0D : $0 })
    case "bom": try put([0xEF, 0xBB, 0xBF] + whole)
    case "utf16": try put([0xFF, 0xFE] + whole.flatMap { [$0, 0] })
    default: try shell("gzip -c '\(path)' > '\(path).gz' && mv '\(path).gz' '\(path)'")
    }
    let step = try #require(try refusal()).nextStep
    try shell(String(step.prefix(upTo: try #require(step.range(of: " restores")).lowerBound)))
    #expect(try Journal(path + ".copy", header()).before.done == 1)
  }

  private func shell(_ command: String) throws {
    let process = Process()
    (process.executableURL, process.arguments) = (URL(filePath: "/bin/sh"), ["-c", command])
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func aTornHeaderBeginsAnew() async throws {
    defer { unlink(path) }
    let first = JournalLine.encoded(header().json)
    for bytes in [Array(first.prefix(5)), Array(first.prefix(50)), Array(first.dropLast(3)), [0, 0, 0]] {
      try put(bytes)
      #expect(throws: JournalError.notAJournal(path, .torn, recorded: 0)) { try JournalReading(path) }
      let journal = try Journal(path, header())
      #expect(journal.cutLines == 1 && journal.before.done == 0)
      journal.release()
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == first)
    }
    for text in ["hello", "{\"a\":1}", "{\"retort-journal\":2}{\"intent\":\"a\"}"] {
      try put(text.utf8)
      #expect(try refusal() != nil)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
  }

  @Test func onlyARegularFileKeepsRecords() throws {
    defer { unlink(path) }
    #expect(mkfifo(path, 0o600) == 0)
    for path in [path, "/dev/null"] {
      let error = JournalError.file(path, "journal", reason: "it is not a regular file")
      #expect(throws: error) { try Journal(path, header()) }
      #expect(throws: error) { try JournalReading(path) }
    }
  }
}
