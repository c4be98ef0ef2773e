import Foundation
import TestBench
import Testing

/// Support for processes with their own mount namespace, in which a test can mount a small file system.
private enum MountNamespace {
  /// The options of unshare(1); a user other than root also needs a user namespace.
  static let unshare = getuid() == 0 ? ["-m"] : ["-rm"]

  /// Whether this user may mount a file system in a new mount namespace.
  static let isPossible = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = unshare + ["/bin/sh", "-c", "mount -t tmpfs none /mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()
}

/// Tests of bulk changes that write files, such as a journal, to a disk that becomes full.
///
/// The disk is a small tmpfs in a separate mount namespace.
@Suite(.timeLimit(.minutes(15)), .enabled(if: MountNamespace.isPossible)) struct FullDiskTests {
  /// Runs shell commands in a new directory on a disk of 64 kB, and returns their output.
  ///
  /// The variable `DISK` is the directory. The variable `P` contains statements that make a client of the service.
  private func run(_ commands: String, on service: FakeService) async throws -> String {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments =
      MountNamespace.unshare + [
        "/bin/sh", "-c", "exec 2>&1; mount -t tmpfs -o size=64k none $DISK && cd $DISK || exit 9\n" + commands,
      ]
    process.environment = ProcessInfo.processInfo.environment.merging([
      "DISK": directory.path, "HOME": directory.path, "XDG_STATE_HOME": "/dev/null", "RETORT_URL": service.vhost.uri,
      "PATH": "\(folder):/usr/sbin:/usr/bin:/sbin:/bin",
      "P": "connect\nlet posts = client queue: \"posts\" timeout: 60s\n",
    ]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    return try await onItsOwnThread {
      let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  private static func number(_ text: String, before word: String) -> Int? {
    guard let end = text.firstRange(of: " \(word)")?.lowerBound else { return nil }
    return Int(text[..<end].reversed().prefix { $0.isNumber }.reversed().map(String.init).joined())
  }

  /// A journal on a full disk contains the outcome of every sent change, so a later run can send the other changes.
  @Test(arguments: [
    "1..1000 | update posts {views: 7} in-flight: 16 journal: \"j\"",
    "1..1000 | map {text: \"new \\(it)\"} | create posts key: .text in-flight: 16 journal: \"j\"",
    "1..1000 | each in-flight: 4 journal: \"j\" key: it do update posts it {views: 7} end",
  ]) func aJournalHasEveryOutcome(_ statement: String) async throws {
    let log = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: log) }
    let service = try await FakeService("--log", log)
    let text = try await run(
      """
      retort -c "$P"'\(statement)'; echo "status $?"
      retort journal j
      mount -o remount,size=4m $DISK
      retort -c "$P"'\(statement)'; echo "status $?"
      """, on: service)
    let parts = text.split(separator: "status ")
    try #require(parts.count == 3, Comment(rawValue: text))
    #expect(parts[0].contains("the journal j can't be written: No space left on device"), Comment(rawValue: text))
    #expect(parts[0].contains("  = make room on the disk, then run the same statement again with the same file"))
    #expect(parts[1].hasPrefix("5\n"), Comment(rawValue: text))
    let done = try #require(Self.number(String(parts[0]), before: "ok"))
    #expect(parts[1].contains("\(done) done, ") && parts[1].contains(" 0 unknown\n"), Comment(rawValue: text))
    #expect(parts[1].contains(": \(1000 - done) ok, \(done) done in earlier runs\n"), Comment(rawValue: text))
    #expect(parts[2] == "0\n")
    #expect(await service.stop().status == 0)
    let changes = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").filter {
      $0.contains("\"method\":\"update\"") || $0.contains("\"method\":\"create\"")
    }
    #expect(changes.count == 1000)
  }

  @Test func aBackupEndsWithALine() async throws {
    let service = try await FakeService()
    let text = try await run(
      """
      retort -c "$P"'1..1000 | update posts {views: 7} backup: "b.ndjson"'; echo "status $?"
      retort -c 'read "b.ndjson" | count'
      """, on: service)
    #expect(text.contains("the backup b.ndjson can't be written: No space left on device"), Comment(rawValue: text))
    let done = try #require(Self.number(text, before: "ok"))
    let kept = try #require(text.split(separator: "\n").last.flatMap { Int($0) })
    #expect(text.contains("status 5\n") && 0 < done && done <= kept)
    #expect(await service.stop().status == 0)
  }

  @Test func aFileOfFailuresEndsWithALine() async throws {
    let service = try await FakeService()
    let text = try await run(
      """
      retort -c "$P"'2001..3000 | update posts {views: 7} on-error: "continue" failed: "f.ndjson"'; echo "status $?"
      retort -c 'read "f.ndjson" | count'
      """, on: service)
    let missing = try #require(
      Self.number(text.replacing("No space left on device; ", with: ""), before: "elements are missing from the file"))
    let kept = try #require(text.split(separator: "\n").last.flatMap { Int($0) })
    let named = text.split(separator: "\n").count { $0.hasPrefix("f.ndjson lacks the failed element ") }
    #expect(named == missing, Comment(rawValue: text))
    // The statement sends no more changes after the first element that the file lacks.
    #expect(text.contains("status 5\n") && 0 < kept && missing + kept < 1000, Comment(rawValue: text))
    #expect(await service.stop().status == 0)
  }

  /// On a full disk, the repetition of failed elements still removes the lines of the changes that succeed.
  @Test func aRepetitionOnAFullDiskLeavesNoLineOfASuccess() async throws {
    let service = try await FakeService()
    let text = try await run(
      """
      retort -c "$P"'2001..2060 | update posts {views: 7} on-error: "continue" failed: "f.ndjson"' 2> /dev/null
      cat /dev/zero > fill 2> /dev/null
      truncate -s -$(( ($(stat -c %s f.ndjson) + 8191) / 4096 * 4096 )) fill
      retort -c "$P"'read "f.ndjson" | map .source | as n | map {id: (if n < 2021 do n - 2000 else n + 1000000 end), pad: "'$(printf %02000d 0)'"} |
        update posts {views: 7} on-error: "continue" failed: "f.ndjson"'; echo "status $?"
      rm fill; retort -c 'read "f.ndjson" | map .source | sort it | take 1; read "f.ndjson" | count'
      """, on: service)
    #expect(
      text.contains("can't write f.ndjson: No space left on device") && text.hasSuffix("status 5\n2021\n40\n"),
      Comment(rawValue: text))
    #expect(await service.stop().status == 0)
  }

  /// A full disk for temporary files ends a stage that passes on its results, with the number of changes.
  ///
  /// The message does not count the other iterations in flight as failures, because their changes were carried out.
  @Test(arguments: [
    ("update posts {text: long}", "5", "  = update posts: "),
    ("each in-flight: 8 do update posts it {text: long} end", "1", "  = before the error, update posts: "),
  ]) func resultsFillTheDirectoryForTemporaryFiles(_ stage: String, _ status: String, _ line: String) async throws {
    let service = try await FakeService()
    let text = try await run(
      """
      export TMPDIR=$DISK
      retort -c "$P"'let long = join((1..500 | map "0123456789"), "")
      1..1000 | \(stage) | count'; echo "status $?"
      """, on: service)
    #expect(text.contains("error[file]: can't write the temporary file in "), Comment(rawValue: text))
    #expect(text.contains(": No space left on device\n") && text.contains(line), Comment(rawValue: text))
    #expect(text.contains("  = set TMPDIR to another directory for temporary files\n"), Comment(rawValue: text))
    #expect(!text.contains("more error") && text.hasSuffix("status \(status)\n"), Comment(rawValue: text))
    #expect(await service.stop().status == 0)
  }

  /// The report is written before the run, so no statement runs.
  @Test func aReportLeavesNothing() async throws {
    let service = try await FakeService()
    let text = try await run(
      """
      head -c 65536 /dev/zero > fill
      retort --report r.json -c "$P"'1..3 | update posts {views: 7}'; echo "status $?"
      ls
      """, on: service)
    #expect(
      text == """
        error: the report can't be written: can't write r.json: No space left on device
          = free some space, or write to another disk
        status 2
        fill

        """)
    #expect(await service.stop().status == 0)
  }
}
