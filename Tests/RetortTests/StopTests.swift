import Foundation
import Glibc
import Terminal
import TestBench
import Testing

/// Tests of signals during a run.
///
/// After a signal, the run waits for the changes in flight, so that its summary counts the changes that the service
/// made. The tests run one after the other. In parallel, their busy services would delay replies for seconds.
@Suite(.serialized, .timeLimit(.minutes(15))) struct StopTests {
  /// The file in which a service logs its requests.
  private struct Log {
    let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).ndjson").path

    /// Returns the number of logged requests with a method.
    ///
    /// The function must be fast. A test that waits for a number calls it often, on a thread that the services need.
    func count(_ method: String) throws -> Int {
      try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\"method\":\"\(method)\"").count - 1
    }

    /// Waits until the log contains this number of requests with a method.
    func reaches(_ count: Int, _ method: String) async throws {
      while try self.count(method) < count { try await Task.sleep(for: .milliseconds(5)) }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Waits until the next signal counts as a new event.
  private static func passEvent() async throws { try await Task.sleep(for: DebouncedSignalCounter.sameEvent * 1.5) }

  private static let posts = "let service = connect\nlet posts = client queue: \"posts\"\n"

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func theSummaryCountsTheServicesChanges(_ number: Int32) async throws {
    let log = Log()
    defer { log.remove() }
    let service = try await FakeService("--log", log.path, "--latency", "20ms", "--workers", "64")
    let program = try RunningProgram(
      ["-c", Self.posts + "1..10000 | map (it % 1000 + 1) | update posts {views: 7} in-flight: 64 timeout: 60s"],
      environment: ["RETORT_URL": service.vhost.uri])
    try await log.reaches(300, "update")
    program.signal(number)
    let ran = try await program.ended()
    #expect(ran.status == 128 + number && ran.output.isEmpty)
    let done = try log.count("update")
    #expect(done < 10_000)
    #expect(ran.notes.contains("update posts: \(done) ok, \(10_000 - done) not sent\n"), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("; press Ctrl-C again to stop immediately\n"))
    #expect(await service.stop().status == 0)
  }

  @Test func aLoopEndsAfterTheChangeInFlight() async throws {
    let log = Log()
    defer { log.remove() }
    let service = try await FakeService("--log", log.path, "--latency", "20ms")
    let program = try RunningProgram(
      ["-c", Self.posts + "for id in 1..1000 do update posts id {views: 7} timeout: 60s; print id end"],
      environment: ["RETORT_URL": service.vhost.uri])
    try await log.reaches(5, "update")
    program.signal(SIGINT)
    let ran = try await program.ended()
    #expect(ran.status == 130)
    #expect(ran.output.split(separator: "\n").last == "\(try log.count("update"))")
    #expect(await service.stop().status == 0)
  }

  /// If a signal interrupts the backup of a resource, retort does not send the change, and counts no failure.
  @Test func anInterruptedBackupIsNoFailure() async throws {
    let (log, backup, failed) = (Log(), Log(), Log())
    defer { for file in [log, backup, failed] { file.remove() } }
    let service = try await FakeService("--log", log.path, "--latency", "20ms", "--workers", "64")
    let sink =
      "update posts {views: 7} in-flight: 16 timeout: 60s backup: \"\(backup.path)\" failed: \"\(failed.path)\""
    let program = try RunningProgram(
      ["-c", Self.posts + "1..1000 | \(sink)"], environment: ["RETORT_URL": service.vhost.uri])
    try await log.reaches(50, "update")
    program.signal(SIGINT)
    let ran = try await program.ended()
    #expect(ran.status == 130)
    let done = try log.count("update")
    #expect(ran.notes.contains("update posts: \(done) ok, \(1000 - done) not sent\n"), Comment(rawValue: ran.notes))
    #expect(try String(contentsOfFile: failed.path, encoding: .utf8).isEmpty)
    #expect(await service.stop().status == 0)
  }

  /// retort reports the state of the queue even if a signal has ended the statement.
  @Test func theStateOfTheQueueIsReportedAfterASignal() async throws {
    let log = Log()
    defer { log.remove() }
    let service = try await FakeService("--log", log.path, "--fault", "drop=1")
    let program = try RunningProgram(
      ["-c", Self.posts + "1..100 | update posts {views: 7} in-flight: 4 timeout: 3s on-error: \"continue\""],
      environment: ["RETORT_URL": service.vhost.uri])
    try await log.reaches(4, "update")
    program.signal(SIGINT)
    let ran = try await program.ended()
    #expect(ran.status == 130)
    #expect(
      ran.notes.contains("  = queue posts has 1 consumer and no waiting request"), Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains("does not answer") && !ran.notes.contains("may be on its way"))
    #expect(await service.stop().status == 0)
  }

  /// After the second signal, the run reports the changes in flight as unknown, and ends.
  @Test func theSecondSignalEndsTheWait() async throws {
    let (log, failed) = (Log(), Log())
    defer {
      log.remove()
      failed.remove()
    }
    let service = try await FakeService("--log", log.path, "--fault", "drop=1")
    let program = try RunningProgram(
      [
        "-c",
        Self.posts + "1..100 | update posts {views: 7} in-flight: 4 timeout: \"never\" failed: \"\(failed.path)\"",
      ],
      environment: ["RETORT_URL": service.vhost.uri])
    try await log.reaches(4, "update")
    program.signal(SIGINT)
    try await program.notes(contain: "stopping: waiting for 4 replies; press Ctrl-C again to stop immediately\n")
    try await Self.passEvent()
    program.signal(SIGINT)
    let ran = try await program.ended()
    #expect(ran.status == 130)
    #expect(
      ran.notes.contains(
        "\nstopped immediately; requests in flight may have been carried out\n"
          + "update posts: 0 ok, 4 unknown, 96 not sent\n"), Comment(rawValue: ran.notes))
    #expect(try String(contentsOfFile: failed.path, encoding: .utf8).split(separator: "\n").count == 4)
    #expect(await service.stop().status == 0)
  }

  /// The shell command that retort shows after one or two signals resumes the run and sends the remaining changes.
  ///
  /// The second signal ends the run immediately.
  @Test(arguments: [1, 2]) func theShownCommandResumes(_ signals: Int) async throws {
    let (log, journal) = (Log(), Log())
    defer {
      log.remove()
      journal.remove()
    }
    let service = try await FakeService("--log", log.path, "--latency", "20ms", "--workers", "64")
    let change = "1..1000 | update posts {views: 7} in-flight: 16 timeout: 15s journal: \"\(journal.path)\""
    let program = try RunningProgram(
      ["-c", Self.posts + change + "\nprint \"it's done\""], environment: ["RETORT_URL": service.vhost.uri])
    try await log.reaches(100, "update")
    program.signal(SIGINT)
    if signals == 2 {
      try await program.notes(contain: "; press Ctrl-C again to stop immediately\n")
      try await Self.passEvent()
      program.signal(SIGINT)
    }
    let ran = try await program.ended()
    #expect(ran.status == 130)
    let line = try #require(ran.notes.split(separator: "\n").first { $0.contains("to resume, ") }, "\(ran.notes)")
    let command = try #require(line.firstRange(of: "retort -c ").map { String(line[$0.lowerBound...]) })
    let shell = try RunningProgram(shell: command, environment: ["RETORT_URL": service.vhost.uri])
    let resumed = try await shell.ended()
    #expect(resumed.status == 0 && resumed.output == "it's done\n", "\(command)\n\(resumed.notes)")
    #expect(resumed.notes.contains(" done in earlier runs\n"))
    #expect(try log.count("update") == 1000)
    #expect(await service.stop().status == 0)
  }

  @Test func aReadInFlightEndsAtOnce() async throws {
    let log = Log()
    defer { log.remove() }
    let service = try await FakeService("--log", log.path, "--fault", "drop=1")
    let program = try RunningProgram(
      ["-c", Self.posts + "show posts 1 timeout: \"never\""], environment: ["RETORT_URL": service.vhost.uri])
    try await log.reaches(1, "show")
    program.signal(SIGTERM)
    let ran = try await program.ended()
    #expect(ran.status == 143 && ran.notes.hasPrefix("error[interrupted]: interrupted"))
    #expect(!ran.notes.contains("in flight"))
    #expect(await service.stop().status == 0)
  }

  /// Ctrl-C ends a stage that reads many elements and passes none of them on.
  @Test(arguments: [
    "skip 99999999999", "where it < 0", "chunk 2 | where it == null", "map [] | flatten", "map 1 | unique it | skip 1",
    "take 99999999999 | where it < 0", "as n | where n < 0", "last", "sum", "max",
  ]) func aLongPipelineEnds(_ stages: String) async throws {
    let program = try RunningProgram(["-c", "warn \"begin\"\n1..100000000000 | \(stages) | count"], environment: [:])
    try await program.notes(contain: "begin\n")
    program.signal(SIGINT)
    #expect(try await program.ended().status == 130)
  }
}
