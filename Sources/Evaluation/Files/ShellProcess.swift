import Glibc
import JSONText
import Values
import Formats

/// A running shell command, for the stage `sh`.
///
/// retort writes the command's input and reads the command's output at the same time.
final class ShellProcess {
  private let id: pid_t
  private var input: Int32
  private let output: Int32

  /// Starts `/bin/sh -c COMMAND` with posix_spawn.
  ///
  /// The command writes its errors to the standard error of retort.
  ///
  /// - Throws: A `value` error for a command with a NUL, and a `file` error if the command can't be started.
  init(_ command: String) throws(Fault) {
    if command.containsNUL { throw Fault(.value, "the command of sh contains a NUL", nextStep: "remove the NUL") }
    let (toChild, fromChild) = (try Self.pipe(), try Self.pipe())
    defer {
      close(toChild.reading)
      close(fromChild.writing)
    }
    (input, output) = (toChild.writing, fromChild.reading)
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, toChild.reading, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, fromChild.writing, 1)
    var started = pid_t()
    let code = unsafe Self.spawn(&started, &actions, command)
    guard code == 0 else { throw FileDescriptor.failure("can't run sh", code) }
    id = started
    for end in [input, output] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  /// Creates a pipe, and returns its two ends.
  ///
  /// The child process inherits the ends only as its standard input and standard output (FD_CLOEXEC).
  private static func pipe() throws(Fault) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { throw FileDescriptor.failure("can't run sh") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  deinit {
    if input >= 0 { close(input) }
    close(output)
  }

  private static func spawn(
    _ id: inout pid_t, _ actions: inout posix_spawn_file_actions_t, _ command: String
  ) -> Int32 {
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    unsafe sigemptyset(&defaults)
    unsafe sigaddset(&defaults, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var words: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("sh"), strdup("-c"), strdup(command), nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    return unsafe posix_spawn(&id, "/bin/sh", &actions, &attributes, &words, environ)
  }

  /// Writes bytes to the command's input, and copies the command's output to the output of `run`.
  ///
  /// If the command closes its input, the function drops the remaining bytes.
  func feed(_ bytes: [UInt8], _ run: StatementContext) throws(Fault) {
    var offset = 0
    while offset < bytes.count, input >= 0 {
      try wait(Int16(POLLOUT), run)
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(input, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if count >= 0 {
        offset += count
      } else if errno == EPIPE {
        closeInput()
      } else if errno != EAGAIN, errno != EINTR {
        throw FileDescriptor.failure("can't write to sh")
      }
    }
  }

  /// Closes the command's input, copies the rest of its output, and returns its exit status.
  ///
  /// If a signal ended the command, the status is 128 plus the number of the signal.
  func finish(_ run: StatementContext) throws(Fault) -> Int32 {
    closeInput()
    while try wait(0, run) {}
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  /// Sends SIGTERM to the command, and waits for the end of the command.
  func abandon() {
    kill(id, SIGTERM)
    closeInput()
    while waitpid(id, nil, 0) < 0, errno == EINTR {}
  }

  private func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// Waits at most 100 ms for output of the command, and copies the output to the output of `run`.
  ///
  /// If `wanted` is `POLLOUT`, the wait also ends when the command accepts input. If `wanted` is 0, the function waits
  /// for output only. The function returns false at the end of the output.
  @discardableResult private func wait(_ wanted: Int16, _ run: StatementContext) throws(Fault) -> Bool {
    var ends = [
      pollfd(fd: output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wanted == 0 ? -1 : input, events: wanted, revents: 0),
    ]
    _ = unsafe poll(&ends, 2, 100)
    try run.checkInterrupt()
    guard ends[0].revents != 0 else { return true }
    var piece = [UInt8](repeating: 0, count: 65536)
    let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(output, $0.baseAddress, $0.count) }
    if count > 0 { try run.output.put(Array(piece.prefix(count))) }
    return count > 0 || count < 0 && (errno == EAGAIN || errno == EINTR)
  }
}

extension BuiltInStage {
  static let sh = BuiltInStage(
    CommandDeclaration(
      name: "sh",
      summary: """
        Sends the elements as lines of JSON to a shell command, and prints the output of the command. The stage `sh` \
        works only with the program option --allow-sh.
        """,
      parameters: [.init(name: "COMMAND", shape: .string)], effect: .writes, result: "null")
  ) { call in
    let command = call.once(0)
    let (range, source) = call.place(0)
    return .acting { frame, stream, keepsFlow throws(Fault) in
      do throws(Fault) {
        guard frame.run.session.options.allowsShell else {
          throw Fault(.refused, "sh is not allowed", nextStep: "start the program with --allow-sh")
        }
        guard case .string(let text) = try await command.run(&frame) else {
          throw Fault(.type, "sh needs a command as a string")
        }
        if frame.run.session.options.isDryRun {
          frame.run.session.note(once: "dry sh", "sh runs its command in a dry run too: \(text)")
        }
        let status = try await ShellProcess.run(text, &stream, frame.run)
        guard status == 0 else { throw Fault(.fail, "sh ended with status \(status): \(text)") }
        return keepsFlow ? .elements(ElementStream([])) : .value(.null, names: [])
      } catch { throw error.placed(at: range, in: source) }
    }
  }
}

extension ShellProcess {
  /// Runs a command, and returns the exit status of the command.
  ///
  /// The command's input has a line of JSON for each element of the stream.
  fileprivate static func run(_ command: String, _ stream: inout ElementStream, _ run: StatementContext)
    async throws(Fault)
    -> Int32
  {
    run.output.flush()
    let process = try ShellProcess(command)
    do throws(Fault) {
      while let page = try await stream.next() {
        var lines: [UInt8] = []
        for element in page {
          try element.json().encode(into: &lines)
          lines.append(UInt8(ascii: "\n"))
        }
        try process.feed(lines, run)
      }
      return try process.finish(run)
    } catch {
      process.abandon()
      throw error
    }
  }
}
