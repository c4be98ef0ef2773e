import Foundation
import Glibc
import TestBench
import Testing

/// Tests of unusual standard streams: closed, non-blocking, or connected to a program that reads or writes nothing.
@Suite(.timeLimit(.minutes(15))) struct DescriptorTests {
  @Test(arguments: [
    ("<&-", "0\n", ""), ("2>&-", "0\n", ""), ("<&- 2>&-", "0\n", ""),
  ]) func aClosedStreamIsEmpty(redirection: String, output: String, notes: String) async throws {
    let program = try RunningProgram(
      ["-c", "connect \"embedded:blog\"; read \"-\" as: \"csv\" | count"], redirection)
    #expect(try await program.ended() == Ran(status: 0, output: output, notes: notes))
  }

  /// A run fails if it has a result to write and standard output was already closed when the program started.
  @Test(arguments: [
    ["-c", "print 1"], ["-c", "1..3"], ["-c", "1..3 | ndjson"], ["-c", "[\"a\"] | write \"-\" as: \"txt\""], ["help"],
    ["--version"], ["man"], ["completions", "bash"],
  ]) func aClosedOutputIsAnError(_ arguments: [String]) async throws {
    let ran = try await RunningProgram(arguments, ">&-").ended()
    #expect(ran.status == 1 && ran.notes.contains("can't"), Comment(rawValue: ran.notes))
  }

  /// `retort check` ends with its usual status, even if the reader of its report has already ended.
  @Test func aCheckKeepsItsStatusWithoutAReader() async throws {
    let program = try RunningProgram(
      shell: "echo 'let p = client queue: \"p\"; update p 1 {a: 1}' | retort check - | head -0; echo ${PIPESTATUS[1]}")
    #expect(try await program.ended().output == "0\n")
  }

  @Test func withoutOutputTheScriptRunsToItsEnd() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).txt").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let program = try RunningProgram(["-c", "[\"2\"] | write \"\(file)\"; fail \"no\""], "<&- >&-")
    let ran = try await program.ended()
    #expect(ran.status == 1 && ran.output.isEmpty && ran.notes.contains("error[fail]: no\n"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "2\n")
  }

  @Test func aPipeThatDoesNotBlockIsReadToItsEnd() async throws {
    let pipe = Pipe()
    #expect(fcntl(pipe.fileHandleForReading.fileDescriptor, F_SETFL, O_NONBLOCK) == 0)
    let program = try RunningProgram(
      ["--quiet", "-c", "read \"-\" as: \"txt\" | count"], input: pipe.fileHandleForReading)
    for number in 0..<20 {
      let lines = (0..<1000).map { "line \(number) \($0)\n" }.joined()
      try await onItsOwnThread { try pipe.fileHandleForWriting.write(contentsOf: Data(lines.utf8)) }
      try await Task.sleep(for: .milliseconds(2))  // lets the program sometimes wait for more input
    }
    try pipe.fileHandleForWriting.close()
    #expect(try await program.ended() == Ran(status: 0, output: "20000\n", notes: ""))
  }

  @Test(arguments: ["ndjson", "map string(it) | write \"/dev/stdout\" as: \"txt\""])
  func aPipeThatDoesNotBlockIsWrittenWhole(_ stage: String) async throws {
    let program = try RunningProgram(["-c", "1..100000 | \(stage)"], isNonBlocking: true)
    let ran = try await program.ended()
    #expect(ran.status == 0 && !ran.notes.contains("error"))
    #expect(ran.output == (1...100_000).map { "\($0)\n" }.joined())
  }

  @Test func notesAreWrittenWholeToo() async throws {
    let statements =
      "connect \"embedded:blog\"; let posts = client queue: \"posts\"; stream posts page: {size: 1} | count"
    let program = try RunningProgram(["--quiet", "--trace=rpc", "-c", statements], isNonBlocking: true)
    let ran = try await program.ended()
    #expect(ran.status == 0 && ran.output == "1000\n")
    #expect(ran.notes.split(separator: "\n").count == 2000)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func aWaitForStandardInputIsInterrupted(_ number: Int32) async throws {
    let pipe = Pipe()
    let program = try RunningProgram(
      ["--quiet", "-c", "read \"-\" as: \"txt\" | count"], input: pipe.fileHandleForReading)
    try await program.willCatch(number)
    program.signal(number)
    let ran = try await program.ended()
    #expect(
      ran.status == 128 + number && ran.output.isEmpty && ran.notes.hasPrefix("error[interrupted]: interrupted\n"))
  }

  @Test func aWaitForTheScriptIsInterrupted() async throws {
    let pipe = Pipe()
    let program = try RunningProgram(["-"], input: pipe.fileHandleForReading)
    try await program.willCatch(SIGINT)
    program.signal(SIGINT)
    let ran = try await program.ended()
    #expect(ran == Ran(status: 130, output: "", notes: "error[interrupted]: interrupted\n"))
  }

  /// The option `failed:` can name a standard stream, even a stream that is a pipe.
  ///
  /// The option can't name another pipe.
  @Test func failedElementsAreWrittenToAStandardStream() async throws {
    let fifo = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    #expect(mkfifo(fifo, 0o600) == 0)
    defer { unlink(fifo) }
    func ran(_ file: String) async throws -> Ran {
      let statement = "[9999] | update posts {views: 1} on-error: \"continue\" failed: \"\(file)\""
      return try await RunningProgram(
        ["-c", "connect \"embedded:blog\"; let posts = client queue: \"posts\"; " + statement]
      ).ended()
    }
    for file in ["/dev/stdout", "/proc/self/fd/1"] {
      let written = try await ran(file)
      #expect(written.output.hasPrefix("{\"source\":9999,"), Comment(rawValue: written.notes))
    }
    let refused = try await ran(fifo)
    #expect(refused.status == 1 && refused.notes.contains("is a named pipe"), Comment(rawValue: refused.notes))
  }

  @Test(arguments: ["read \"FIFO\" as: \"txt\" | count", "[1] | write \"FIFO\" as: \"txt\""])
  func aWaitForANamedPipeIsInterrupted(_ statement: String) async throws {
    let fifo = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    #expect(mkfifo(fifo, 0o600) == 0)
    defer { unlink(fifo) }
    let program = try RunningProgram(["-c", statement.replacing("FIFO", with: fifo)])
    try await program.willCatch(SIGTERM)
    program.signal(SIGTERM)
    #expect(try await program.ended().status == 143)
  }

  @Test func aNamedPipeIsReadToItsEnd() async throws {
    let fifo = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    #expect(mkfifo(fifo, 0o600) == 0)
    defer { unlink(fifo) }
    let program = try RunningProgram(["-c", "read \"\(fifo)\" as: \"txt\" | count"])
    try await onItsOwnThread {
      try String(repeating: "line\n", count: 100_000).write(toFile: fifo, atomically: false, encoding: .utf8)
    }
    #expect(try await program.ended() == Ran(status: 0, output: "100000\n", notes: ""))
  }

  private static let posts = "connect \"embedded:blog\"; let p = client queue: \"posts\""

  /// The first signal ends a program that waits because nobody reads its output.
  @Test(arguments: [
    (">", "while true do\nprint \"0123456789\"\nend"), ("2>", "while true do\nwarn \"0123456789\"\nend"),
    (">", "POSTS; while true do\nstream p | print\nend"),
    (">", "POSTS; while true do\nstream p | collect | each do update p it {views: 4}; print it end\nend"),
    (">", "1..100000 | map \"line \\(it)\" | write \"-\" as: \"txt\""),
  ]) func aWaitForTheReaderIsInterrupted(_ redirection: String, _ script: String) async throws {
    let fifo = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
    #expect(mkfifo(fifo, 0o600) == 0)
    let reader = open(fifo, O_RDONLY | O_NONBLOCK)
    defer {
      close(reader)
      unlink(fifo)
    }
    let program = try RunningProgram(
      ["-c", script.replacing("POSTS", with: Self.posts)], "\(redirection) '\(fifo)'")
    try await program.willCatch(SIGTERM)
    var (held, before): (Int32, Int32) = (0, -1)
    while held == 0 || held != before {
      before = held
      try await Task.sleep(for: .milliseconds(300))
      #expect(ioctl(reader, UInt(FIONREAD), &held) == 0)
    }
    program.signal(SIGTERM)
    let ran = try await program.ended()
    #expect(ran.status == 143 && !ran.notes.contains("still runs"), Comment(rawValue: ran.notes))
  }

  /// The reader of a long output gets the whole output, although the pipe is full at times.
  @Test func aLongOutputIsWrittenCompletely() async throws {
    let program = try RunningProgram(["-c", "1..30000 | ndjson"])
    let ran = try await program.ended()
    #expect(ran == Ran(status: 0, output: (1...30_000).map { "\($0)\n" }.joined(), notes: ""))
  }
}
