internal import Glibc
internal import Synchronization

/// A shell command that uses the terminal while the program waits, such as a pager.
struct ForegroundProcess {
  private let id: pid_t

  /// Starts a script (posix_spawn); nil if the shell can't be started.
  ///
  /// The script is started with unblocked signals, and with the default handling of SIGPIPE.
  ///
  /// - Parameters:
  ///   - script: The script for the shell.
  ///   - arguments: The arguments of the script, `$1` and so on.
  ///   - input: The standard input of the script; nil for the standard input of this program.
  init?(_ script: String, _ arguments: [String] = [], input: Int32? = nil) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input { posix_spawn_file_actions_adddup2(&actions, input, 0) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var words = (["sh", "-c", script, "sh"] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var id = pid_t()
    guard posix_spawn(&id, "/bin/sh", &actions, &attributes, &words, environ) == 0 else { return nil }
    self.id = id
  }

  /// Waits until the command has ended, and returns its exit status.
  ///
  /// During the wait, only the command handles Ctrl-C. SIGTERM and SIGHUP end the command, and then this program.
  func status() async -> Int32 {
    let id = id
    let state = Mutex((stop: TerminationSignal?.none, isReaped: false))
    let status = await SignalCatcher.shared.watching { signal in
      guard signal != .interrupt else { return }
      state.withLock { state in
        state.stop = signal
        // After `waitpid` has collected the exit status, the system can give the process id to another process.
        if !state.isReaped { kill(id, SIGTERM) }
      }
    } during: {
      await Self.end(of: id)
      return state.withLock { state in
        state.isReaped = true
        return Self.status(of: id)
      }
    }
    if let stop = state.withLock({ $0.stop }) { raise(stop.rawValue) }
    return status
  }

  /// Waits at most half a second for the end of the command, and returns the command's exit status.
  ///
  /// Returns nil if the command is still running, or if a signal ended the command. The function uses waitid with
  /// `WNOWAIT`, so that ``status()`` can still read the exit status later.
  func earlyStatus() -> Int32? {
    for _ in 0..<500 {
      var ended = siginfo_t()
      guard waitid(P_PID, id_t(id), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 else { return nil }
      if ended._sifields._sigchld.si_pid == id {
        return ended.si_code == CLD_EXITED ? ended._sifields._sigchld.si_status : nil
      }
      usleep(1000)
    }
    return nil
  }

  /// Waits for the end of a process.
  ///
  /// The process id and the exit status stay valid until ``status(of:)`` is called.
  private static func end(of id: pid_t) async {
    await withCheckedContinuation { continuation in
      let wait: @Sendable () -> Void = {
        var ended = siginfo_t()
        while waitid(P_PID, id_t(id), &ended, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        continuation.resume()
      }
      do throws(LineEditorError) { try BlockingThread.start { wait() } } catch { wait() }
    }
  }

  /// Returns the exit status of a process that has ended.
  ///
  /// If a signal ended the process, the exit status is 128 plus the signal's number.
  private static func status(of id: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }
}
