import Foundation
import TestBench
import Testing

/// Tests that a bulk change carries out each change once, although SIGKILL ends the program several times.
///
/// The tests run some rounds of `Tests/Crash/run`. Each round kills the program, resumes the bulk change, and compares
/// the result with the database.
@Suite(.timeLimit(.minutes(15))) struct CrashTests {
  @Test func eachChangeIsDoneOnce() async throws {
    let (status, text) = try await Self.trial("rounds.py", "--rounds", "5", "--count", "1500")
    #expect(status == 0, Comment(rawValue: text))
    #expect(text.contains("5 rounds, 0 failed"), Comment(rawValue: text))
  }

  @Test func eachChangeOfLinkageIsDoneOnce() async throws {
    let (status, text) = try await Self.trial(
      "rounds.py", "--only", "link,relink,unlink", "--rounds", "3", "--count", "800")
    #expect(status == 0, Comment(rawValue: text))
    #expect(text.contains("3 rounds, 0 failed"), Comment(rawValue: text))
  }

  /// Runs a script of `Tests/Crash` on a new vhost, and returns the exit status and the output of the script.
  static func trial(_ script: String, _ arguments: String...) async throws -> (status: Int32, output: String) {
    let vhost = try await PrivateBroker.shared.vhost()
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    let file = URL(filePath: #filePath).appending(path: "../../Crash/\(script)").standardized
    process.arguments = [file.path] + arguments
    let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "retort").path
    process.environment = ProcessInfo.processInfo.environment.merging([
      "RETORT": program, "RETORT_TEST_BROKER": vhost.uri,
    ]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let text = try await onItsOwnThread { [process] in
      let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return String(decoding: bytes, as: UTF8.self)
    }
    return (process.terminationStatus, text)
  }
}
