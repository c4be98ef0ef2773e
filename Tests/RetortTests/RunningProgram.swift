import Foundation
import Glibc
import Synchronization
import TestBench

/// A run of the program as a separate process, for tests of descriptors and signals.
final class RunningProgram: Sendable {
  private let process = Process()
  private let output = Pipe()
  private let errors = Pipe()
  private let noted = Noted()
  private let reading: Task<(output: String, notes: String), any Error>

  private final class Noted: Sendable {
    let text = Mutex("")
  }

  /// Starts the program through a shell, which can close or redirect descriptors: `<&-`.
  ///
  /// - Parameters:
  ///   - arguments: The program's arguments.
  ///   - redirection: Redirections in the shell's syntax, such as `2>&-`.
  ///   - input: Standard input; nil for no input.
  ///   - isNonBlocking: Whether the program's output goes into small non-blocking pipes.
  ///   - environment: Additional variables of the environment.
  /// - Throws: An error if the program can't be started.
  convenience init(
    _ arguments: [String], _ redirection: String = "", input: FileHandle? = nil, isNonBlocking: Bool = false,
    environment: [String: String] = [:]
  ) throws {
    let program = Self.folder.appending(path: "retort").path
    try self.init(
      "/bin/sh", ["-c", "exec \"$0\" \"$@\" \(redirection)", program] + arguments, input, isNonBlocking, environment)
  }

  /// Runs a command line in bash; the command `retort` is the tested program.
  convenience init(shell command: String, environment: [String: String] = [:]) throws {
    try self.init("/bin/bash", ["-c", "PATH=\(Self.folder.path):$PATH\n" + command], nil, false, environment)
  }

  /// The directory of the tested program.
  private static var folder: URL { URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent() }

  private init(
    _ executable: String, _ arguments: [String], _ input: FileHandle?, _ isNonBlocking: Bool,
    _ environment: [String: String]
  ) throws {
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input ?? FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    for pipe in [output, errors] where isNonBlocking {
      let end = pipe.fileHandleForWriting.fileDescriptor
      guard fcntl(end, F_SETFL, O_NONBLOCK) == 0, fcntl(end, Self.setPipeSize, 4096) > 0 else { throw NoPipe() }
    }
    try process.run()
    let (said, noting) = (output.fileHandleForReading, errors.fileHandleForReading)
    let noted = noted
    reading = Task {
      async let notes = onItsOwnThread {
        while case let piece = noting.availableData, !piece.isEmpty {
          noted.text.withLock { $0 += String(decoding: piece, as: UTF8.self) }
        }
        return noted.text.withLock { $0 }
      }
      let output = try await onItsOwnThread { String(decoding: try said.readToEnd() ?? Data(), as: UTF8.self) }
      return (output, try await notes)
    }
  }

  private struct NoPipe: Error {}

  /// The value of `F_SETPIPE_SZ`, which Swift can't import from Glibc (fcntl(2)).
  private static let setPipeSize: Int32 = 1031

  /// Sends a signal to the program.
  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Returns whether the program already catches a signal.
  ///
  /// The new process is at first a copy of this process, which also catches signals. So the function first checks that
  /// the process is already `retort`.
  func catches(_ number: Int32) throws -> Bool {
    let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    guard status.hasPrefix("Name:\tretort\n") else { return false }
    let caught = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last ?? "0"
    return (UInt64(caught, radix: 16) ?? 0) & (1 << UInt64(number - 1)) != 0
  }

  /// Waits until the program catches a signal.
  func willCatch(_ number: Int32) async throws {
    while try !catches(number) { try await Task.sleep(for: .milliseconds(5)) }
  }

  /// Waits until standard error contains a text.
  func notes(contain text: String) async throws {
    while !noted.text.withLock({ $0.contains(text) }) { try await Task.sleep(for: .milliseconds(5)) }
  }

  /// Waits until the program has ended, and returns its result; after a signal, the status is the negative number.
  func ended() async throws -> Ran {
    let (output, notes) = try await reading.value
    let status = try await onItsOwnThread { [process] in
      process.waitUntilExit()
      return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
    return Ran(status: status, output: output, notes: notes)
  }
}
