internal import Glibc
internal import Synchronization

/// A pager that runs on the terminal, such as `less`, and is fed while it runs.
public final class PagerProcess: Sendable {
  private let id: pid_t
  private let input: Mutex<Int32?>

  /// Starts a command of the shell; nil where there is no shell to be started.
  ///
  /// `less` shows UTF-8 and leaves the last screen where it is, unless its own variables say otherwise.
  public init?(command: String) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let script = "LESS=${LESS-FRX} LESSCHARSET=${LESSCHARSET-utf-8}; export LESS LESSCHARSET; \(command)"
    guard let id = Self.spawn(script, input: ends[0]) else {
      close(ends[1])
      return nil
    }
    self.id = id
    input = Mutex(ends[1])
  }

  /// Starts the shell with the signals as a terminal's programs have them (posix_spawn).
  private static func spawn(_ script: String, input: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var words = [strdup("sh"), strdup("-c"), strdup(script), nil]
    defer { words.forEach { free($0) } }
    var id = pid_t()
    return posix_spawn(&id, "/bin/sh", &actions, &attributes, &words, environ) == 0 ? id : nil
  }

  /// Gives it text, and waits while it has no room; false where it reads no more.
  public func write(_ bytes: [UInt8]) -> Bool {
    input.withLock { input in
      guard let descriptor = input else { return false }
      var offset = 0
      while offset < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        offset += count
      }
      return true
    }
  }

  /// Ends the text and waits until the pager has ended; returns its exit status.
  ///
  /// Ctrl-C is the pager's meanwhile; SIGTERM and SIGHUP end it, and are then the program's.
  public func finish() async -> Int32 {
    input.withLock { input in
      if let descriptor = input { close(descriptor) }
      input = nil
    }
    let id = id
    let stop = Mutex<Signal?>(nil)
    let status = await Interrupts.shared.watching { signal in
      guard signal != .interrupt else { return }
      stop.withLock { $0 = signal }
      kill(id, SIGTERM)
    } during: {
      await Self.status(of: id)
    }
    if let stop = stop.withLock({ $0 }) { raise(stop.rawValue) }
    return status
  }

  private static func status(of id: pid_t) async -> Int32 {
    await withCheckedContinuation { continuation in
      let wait: @Sendable () -> Void = {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        continuation.resume(returning: status >> 8 & 0xFF)
      }
      do throws(TerminalError) { try Thread.start { wait() } } catch { wait() }
    }
  }
}
