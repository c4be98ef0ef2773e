import Foundation
import Glibc
import Synchronization
import TestBench

/// The prompt of the program at a pseudo-terminal; a test types keys and inspects the screen.
final class PromptTerminal: Sendable {
  private let master: Int32
  private let process = Process()
  private let cells: Mutex<ScreenCells>
  /// The directory that the program uses as home directory and as working directory.
  let directory: String

  struct NothingSeen: Error, CustomStringConvertible {
    var wanted: String
    var lines: [String]
    var description: String { "no \(wanted.debugDescription) in \(lines.filter { !$0.isEmpty }.debugDescription)" }
  }

  /// The path of the program.
  static let program =
    URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "retort").path

  /// Starts the program with this terminal as its controlling terminal, so that a typed Ctrl-C sends a signal.
  ///
  /// - Parameters:
  ///   - arguments: The program's arguments.
  ///   - columns: The width of the screen.
  ///   - rows: The height of the screen.
  ///   - environment: Additional variables of the environment.
  ///   - files: The texts of files to write to the directory; the key is the name of the file.
  ///   - directory: An existing directory to use; nil for a new directory.
  ///   - other: The path of another program to start; nil for retort.
  /// - Throws: An error if the program can't be started.
  init(
    _ arguments: [String] = [], columns: Int = 80, rows: Int = 24, environment: [String: String] = [:],
    files: [String: String] = [:], in directory: String? = nil, program other: String? = nil
  ) throws {
    var (master, slave): (Int32, Int32) = (0, 0)
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&master, &slave, nil, nil, &size) == 0 else { throw POSIXError(.ENXIO) }
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)
    self.master = master
    cells = Mutex(ScreenCells(columns: columns, rows: rows))
    let temporary = FileManager.default.temporaryDirectory.appending(path: "retort-prompt-\(UUID().uuidString)")
    let folder = directory.map { URL(filePath: $0) } ?? temporary
    self.directory = folder.path
    for (name, text) in [".keep": ""].merging(files, uniquingKeysWith: { $1 }) {
      let file = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    process.executableURL = URL(filePath: "/usr/bin/setsid")
    process.arguments = ["--ctty", "--wait", other ?? Self.program] + arguments
    process.currentDirectoryURL = folder
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "TERM": "xterm", "HOME": folder.path,
      "INPUTRC": "/dev/null", "LC_ALL": "C.UTF-8", "LESS": "FRX",
    ].merging(environment) { $1 }
    let terminal = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
    (process.standardInput, process.standardOutput, process.standardError) = (terminal, terminal, terminal)
    try process.run()
    close(slave)
  }

  deinit {
    close(master)
    if process.isRunning { process.terminate() }
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// Starts the prompt, and makes the clients `posts` and `authors` of `embedded:blog`.
  static func onBlog(
    _ arguments: [String] = [], columns: Int = 80, rows: Int = 24, environment: [String: String] = [:],
    files: [String: String] = [:]
  ) async throws -> PromptTerminal {
    let prompt = try PromptTerminal(
      arguments, columns: columns, rows: rows, environment: environment, files: files)
    try await prompt.sees("> ")
    try await prompt.enters("connect \"embedded:blog\"")
    try await prompt.enters("let posts = client queue: \"posts\"; let authors = client queue: \"authors\"")
    return prompt
  }

  /// Types keys.
  func types(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard write(master, bytes, bytes.count) == bytes.count else { throw POSIXError(.EIO) }
  }

  /// Pastes a text, as a terminal with bracketed paste does.
  func pastes(_ text: String) throws {
    try types("\u{1B}[200~" + text.replacing("\n", with: "\r") + "\u{1B}[201~")
  }

  /// Clears the screen, types a statement and Return, and waits for the next prompt.
  func enters(_ statement: String) async throws {
    // Before the program shows its prompt, the terminal itself would echo typed keys.
    try await waits("a prompt") { $0.lines[$0.cursor.row].hasSuffix(">") }
    try types("\u{C}")
    try await waits("an empty screen") { $0.cursor.row == 0 && $0.lines.dropFirst().allSatisfy(\.isEmpty) }
    try types(statement)
    let typed = String(statement.filter { $0 != " " }.suffix(60))
    try await waits(statement) { $0.lines.joined().filter { $0 != " " }.contains(typed) }
    try types("\r")
    try await waits("the prompt after \(statement)") { screen in
      let line = screen.lines[screen.cursor.row]
      return screen.cursor.row > 0 && line.hasSuffix(">") && screen.cursor.column > line.count
    }
  }

  /// Waits until a line of the screen contains a text.
  func sees(_ text: String) async throws {
    let wanted = text.hasSuffix(" ") ? String(text.dropLast()) : text
    try await waits(text) { $0.lines.contains { $0.contains(wanted) } }
  }

  /// Waits until the cursor is in a column, counted from 0.
  ///
  /// When the program draws a line again, the cursor reaches its column last.
  func sees(cursorAt column: Int) async throws {
    try await waits("the cursor in column \(column)") { $0.cursor.column == column }
  }

  /// Waits until the screen meets a condition; `wanted` describes the condition in the error.
  func waits(_ wanted: String, until isMet: @escaping @Sendable (ScreenCells) -> Bool) async throws {
    try await onItsOwnThread { [self] in
      while !isMet(screen) {
        guard readsMore() else { throw NothingSeen(wanted: wanted, lines: screen.lines) }
      }
    }
  }

  /// Waits until the program has read every typed key.
  ///
  /// The function types Ctrl-G, and waits for the bell that this key causes.
  func settles() async throws {
    try types("\u{7}")
    try await waits("a bell") { $0.bells > 0 }
  }

  /// The content of the screen as of the output that the test has read.
  var screen: ScreenCells { cells.withLock { $0 } }

  /// The number of escape sequences that the program has sent.
  var escapes: Int { cells.withLock(\.escapes) }

  /// The texts of the lines of the screen, without empty lines.
  var lines: [String] { screen.lines.filter { !$0.isEmpty } }

  /// Waits for output of the program, and draws it on the screen; returns false at the end of the output.
  private func readsMore() -> Bool {
    var source = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&source, 1, 20_000) == 1 else { return false }
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = read(master, &chunk, chunk.count)
    guard count > 0 else { return false }
    cells.withLock { $0.draw(Array(chunk[..<count])) }
    return true
  }

  /// Waits until the program has ended, and returns its exit status.
  func ended() async throws -> Int32 {
    try await onItsOwnThread { [self] in
      while readsMore() {}
      process.waitUntilExit()
      return process.terminationStatus
    }
  }
}
