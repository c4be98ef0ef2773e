import Foundation
import TestBench

/// A new directory in which a test runs the scripts and commands of a document, with the program in `PATH`.
///
/// The URI of the test's vhost replaces `amqp://guest:guest@localhost/`. A script replaces the program `timeout`. The
/// script kills the command as soon as the command's journal has some changes.
struct DocumentRun {
  let directory: URL
  let uri: String

  private static let address = "amqp://guest:guest@localhost/"

  init(on uri: String) throws {
    self.uri = uri
    directory = FileManager.default.temporaryDirectory.appending(path: "retort-document-\(UUID().uuidString)")
    let manager = FileManager.default
    try manager.createDirectory(at: directory.appending(path: "bin"), withIntermediateDirectories: true)
    let examples = URL(filePath: #filePath).appending(path: "../../../examples").standardized
    try manager.createSymbolicLink(at: directory.appending(path: "examples"), withDestinationURL: examples)
    let timeout = directory.appending(path: "bin/timeout")
    try Self.timeout.write(to: timeout, atomically: true, encoding: .utf8)
    try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: timeout.path)
  }

  func end() { try? FileManager.default.removeItem(at: directory) }

  /// The script that replaces the program `timeout` of the shell.
  ///
  /// The script kills the command when the command's journal has 60 lines. Then it kills itself, as the real program
  /// does after `--signal=KILL`.
  private static let timeout = """
    #!/bin/sh
    rm -f ./*.journal
    shift 2
    "$@" &
    while kill -0 $! && [ "$(cat ./*.journal 2>/dev/null | wc -l)" -lt 60 ]; do sleep 0.02; done
    kill -KILL $!
    kill -KILL $$
    """

  /// Writes a script to a file, and runs the script if `runs` is true.
  ///
  /// The function returns standard output and standard error (`notes`) of the run.
  func run(_ text: String, as file: String, runs: Bool) async throws -> (output: String, notes: String) {
    try text.write(to: directory.appending(path: file), atomically: true, encoding: .utf8)
    guard runs else { return ("", "") }
    let output = try await shell("retort --timeout 60s '\(file)' 2>notes", environment: [:])
    return (output, try String(contentsOf: directory.appending(path: "notes"), encoding: .utf8))
  }

  /// Runs commands in one shell, and returns the output of each command.
  func run(_ commands: [String]) async throws -> [String] {
    let script = commands.map { "printf '\\001'\n" + $0.replacing(Self.address, with: uri) }
    let output = try await shell("exec 2>&1\n" + script.joined(separator: "\n"), environment: [:])
    let shown = output.replacing(uri, with: Self.address)
      .replacing(uri.prefix { $0 != "?" }.replacing(#/:[^:@/]*@/#, with: "@"), with: "amqp://guest@localhost/")
    return shown.split(separator: "\u{1}", omittingEmptySubsequences: false).dropFirst().map(String.init)
  }

  private func shell(_ script: String, environment: [String: String]) async throws -> String {
    let (process, output) = (Process(), Pipe())
    let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = directory
    process.environment = [
      "PATH": "\(directory.path)/bin:\(program):/usr/bin:/bin", "HOME": directory.path, "LC_ALL": "C.UTF-8",
      "RETORT_URL": uri,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    return try await onItsOwnThread { [process] in
      let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
