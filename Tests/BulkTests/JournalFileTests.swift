import Client
import Foundation
import JSONText
import Testing

@testable import Bulk

/// Tests of journal files that something outside retort has changed, such as an editor, a file transfer or a crash.
///
/// No message may propose a new journal, because a run with a new journal would repeat the recorded changes.
@Suite(.timeLimit(.minutes(1))) struct JournalFileTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path

  private func header(broker: String = "rabbit@a /") -> JournalHeader {
    JournalHeader(
      broker: broker, queue: "posts", type: "posts", verb: "create", key: ".text", created: "2026-01-01T00:00:00Z",
      by: "me@here", reason: "a {\"b\"}")
  }

  /// Returns the bytes of a new journal with three changes, of which the first one has an outcome.
  private func journal() async throws -> Data {
    let journal = try Journal(path, header())
    try await journal.intend((1...3).map { Change.update($0, ["views": 1]) })
    journal.record(.done(.result(.null)), of: .update(1, ["views": 1]))
    try await journal.flush()
    journal.release()
    return try Data(contentsOf: URL(filePath: path))
  }

  /// Returns the lines of a journal that contain these objects and their checksums.
  private func sealed(_ objects: [JSONObject], _ format: JournalChecksums.ChecksumChaining) -> [UInt8] {
    var sums = JournalChecksums(format)
    var lines = objects.flatMap { JournalLineEncoder.encoded($0, format) }
    sums.seal(&lines)
    return lines
  }

  private func put(_ bytes: some Sequence<UInt8>) throws { try Data(bytes).write(to: URL(filePath: path)) }

  /// Opens the journal and returns the error; nil if the journal opens.
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
    #expect(error?.nextStep.contains("retort journal \(path) broker 'rabbit@b /'") == true)
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
    try put(sealed([old.json, ["intent": "create posts \"a\"", "life": nil]], .separate))
    let error = try refusal()
    #expect(error == .otherBroker(path, recorded: "127.0.0.1:5672 /", here: "rabbit@a /", isByAddress: true))
    #expect(try JournalSnapshot(path).counts == (0, 0, 1))
    #expect(try JournalSnapshot(path).header.brokerText.contains("an address"))
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
    #expect(isHidden || error.nextStep.contains("may be repeated"), Comment(rawValue: error.nextStep))
    #expect(!error.nextStep.contains("journal: "))
  }

  /// A removed, moved, repeated or inserted line makes a journal invalid.
  ///
  /// The checksum of a line also covers the lines before it.
  @Test(arguments: ["cut", "moved", "doubled", "inserted", "cut before the last", "doubled at the end", "swapped"])
  func aLineThatIsNotWhereItWasWrittenIsRefused(_ change: String) async throws {
    defer { unlink(path) }
    let whole = try await journal()
    var lines = whole.split(separator: 0x0A).map { $0 + [0x0A] }
    #expect(lines.count == 5)
    let place: Int
    switch change {
    case "cut": (place, _) = (3, lines.remove(at: 2))
    case "moved":
      lines.insert(lines.remove(at: 1), at: 3)
      place = 2
    case "doubled":
      lines.insert(lines[1], at: 2)
      place = 3
    case "inserted":
      let other = try await otherJournal()
      lines.insert(other.split(separator: 0x0A)[3] + [0x0A], at: 3)
      place = 4
    case "cut before the last": (place, _) = (4, lines.remove(at: 3))
    case "doubled at the end":
      lines.append(lines[4])
      place = 6
    default:
      lines.swapAt(3, 4)
      place = 4
    }
    try put(lines.joined())
    let before = try Data(contentsOf: URL(filePath: path))
    let error = try #require(try refusal())
    guard case .displaced(path, line: place, recorded: let recorded) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.message.hasPrefix("\(path):\(place): lines before this line were removed"))
    let unknown =
      recorded == 1
      ? "the outcome of the recorded change is unknown" : "the outcomes of the \(recorded) recorded changes are unknown"
    #expect(error.message.hasSuffix(unknown))
    let changes = recorded == 1 ? "the recorded change" : "these \(recorded) changes"
    #expect(error.nextStep == "restore the file from a copy; with another journal, \(changes) may be repeated")
    #expect(throws: error) { try JournalSnapshot(path) }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }

  /// Returns the bytes of a journal of the same statement with other changes.
  private func otherJournal() async throws -> Data {
    let file = path + ".other"
    defer { unlink(file) }
    let journal = try Journal(file, header())
    try await journal.intend((4...8).map { Change.update($0, ["views": 1]) })
    journal.release()
    return try Data(contentsOf: URL(filePath: file))
  }

  /// If a bit of the last line is flipped, only this line is lost; if a bit of another line is flipped, the journal is
  /// invalid.
  ///
  /// A crash while retort writes can damage only the last line. The test also flips bits of the line's checksum.
  @Test(arguments: [0x01, 0x20, 0x80] as [UInt8]) func aChangedBitIsFound(_ bit: UInt8) async throws {
    defer { unlink(path) }
    let whole = Array(try await journal())
    let ends = whole.indices.filter { whole[$0] == 0x0A }
    for place in (ends[3] + 1)..<ends[4] {
      var changed = whole
      changed[place] ^= bit
      try put(changed)
      let journal = try Journal(path, header())
      #expect(journal.cutLines == (changed[place] == 0x0A ? 2 : 1) && journal.before.unknown == 3)
      journal.release()
    }
    for place in (ends[1] + 1)..<ends[2] {
      var changed = whole
      changed[place] ^= bit
      try put(changed)
      #expect(
        try refusal()
          == .damaged(path, line: 3, recorded: try UnreadableJournalDiagnosis(LockedFile(reading: path)).recorded))
    }
  }

  /// The lines of a resumed run continue the checksums of the earlier run, even if that run's last line is incomplete.
  ///
  /// `torn` is the number of bytes that the last line lacks.
  @Test(arguments: [0, 1, 30]) func aResumedJournalContinuesItsLines(torn: Int) async throws {
    defer { unlink(path) }
    let whole = try await journal()
    try put(whole.dropLast(torn))
    for id in 4...5 {
      let journal = try Journal(path, header())
      try await journal.intend([.update(id, ["views": 1])])
      journal.record(.done(.result(.null)), of: .update(id, ["views": 1]))
      try await journal.flush()
      journal.release()
    }
    let counts = try JournalSnapshot(path).counts
    #expect(counts.done == (torn < 30 ? 3 : 2) && counts.done + counts.unknown == 5)
    let text = try Data(contentsOf: URL(filePath: path))
    let lines = text.split(separator: 0x0A).map { $0 + [0x0A] }
    for place in 1..<(lines.count - 1) {
      var cut = lines
      cut.remove(at: place)
      try put(cut.joined())
      #expect(throws: JournalError.self) { try JournalSnapshot(path) }
    }
  }

  /// A resumed run adds lines with checksums of version 2 to a journal of version 2.
  ///
  /// The old version of retort that wrote the journal can still read it.
  @Test func aJournalOfVersion2IsResumed() async throws {
    defer { unlink(path) }
    var old = header()
    old.version = 2
    let lines = sealed(
      [old.json, ["intent": "update posts 1", "life": nil], ["outcome": "update posts 1", "is": "ok"]], .separate)
    // An older version of retort, with journals of version 2, wrote exactly this line.
    #expect(
      String(decoding: lines, as: UTF8.self).hasSuffix(
        #"{"outcome":"update posts 1","is":"ok","sum":"7dc8c9c3"}"# + "\n"))
    try put(lines)
    let journal = try Journal(path, header())
    #expect(journal.before == (1, 0, 0))
    try await journal.intend([.update(2, ["views": 1])])
    journal.record(.done(.result(.null)), of: .update(2, ["views": 1]))
    try await journal.complete(at: "2026-01-01T00:00:00Z")
    journal.release()
    #expect(try JournalSnapshot(path).counts == (2, 0, 0) && JournalSnapshot(path).header.version == 2)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.split(separator: "\n").allSatisfy { $0.contains(#/"sum":"[0-9a-f]{8}"}$/#) })
    #expect(try refusal() == .complete(path, at: "2026-01-01T00:00:00Z"))
  }

  /// The command in an error's next step restores the damaged journal, so that the journal opens.
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
    let begin = try #require(step.range(of: "use the copy: ")).upperBound
    let end = step.range(of: "; with another journal")?.lowerBound ?? step.endIndex
    try shell(String(step[begin..<end]))
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
    let first = sealed([header().json], .chained)
    for bytes in [Array(first.prefix(5)), Array(first.prefix(50)), Array(first.dropLast(3)), [0, 0, 0]] {
      try put(bytes)
      #expect(throws: JournalError.notAJournal(path, .torn, recorded: 0)) { try JournalSnapshot(path) }
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
      #expect(throws: error) { try JournalSnapshot(path) }
    }
  }
}
