import Foundation
import TestBench
import Testing

/// A few of the rounds of `Tests/Crash/run`: bulk changes killed with SIGKILL and resumed, each change counted in the database.
@Suite(.timeLimit(.minutes(5))) struct CrashTests {
  @Test func eachChangeIsDoneOnce() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    let script = URL(filePath: #filePath).appending(path: "../../Crash/rounds.py").standardized
    process.arguments = [script.path, "--rounds", "5", "--count", "1500"]
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
    #expect(process.terminationStatus == 0, Comment(rawValue: text))
    #expect(text.contains("5 rounds, 0 failed"), Comment(rawValue: text))
  }
}
