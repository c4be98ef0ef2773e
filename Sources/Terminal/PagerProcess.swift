internal import Glibc
internal import Synchronization

/// A running pager on the terminal, such as `less`.
public final class PagerProcess: Sendable {
  private let command: ForegroundCommand
  private let input: Mutex<Int32?>

  /// Starts the pager with a shell command; nil if the shell can't be started.
  ///
  /// `less` shows UTF-8, keeps the last screen and starts no other programs, unless its own variables set something
  /// else. `less` must not start programs, because a user can type the next statement while `less` still runs, and
  /// `less` would take a `|` in the statement for a command that starts a shell.
  public init?(command: String) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let settings = "LESS=${LESS-FRX} LESSCHARSET=${LESSCHARSET-utf-8} LESSSECURE=${LESSSECURE-1}"
    let script = "\(settings); export LESS LESSCHARSET LESSSECURE; \(command)"
    guard let started = ForegroundCommand(script, input: ends[0]) else {
      close(ends[1])
      return nil
    }
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    self.command = started
    input = Mutex(ends[1])
  }

  /// Writes text, and waits while the pipe is full; returns false if the pager has ended, or the task is cancelled.
  public func write(_ bytes: [UInt8]) -> Bool {
    input.withLock { input in
      guard let descriptor = input else { return false }
      var offset = 0
      while offset < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
        }
        if count < 0, errno == EINTR { continue }
        if count < 0, errno == EAGAIN {
          if Task.isCancelled { return false }
          var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&entry, 1, 100)
          continue
        }
        guard count > 0 else { return false }
        offset += count
      }
      return true
    }
  }

  /// Whether the shell has ended because it could not run the pager; for use after a failed ``write(_:)``.
  public var couldNotRun: Bool { command.earlyStatus().map(Self.meansNotRun) ?? false }

  /// Whether an exit status of the shell means that it could not run the pager (POSIX, Shell Command Language, 2.8.2).
  public static func meansNotRun(_ status: Int32) -> Bool { status == 126 || status == 127 }

  /// Ends the text and waits until the pager has ended; returns its exit status.
  public func finish() async -> Int32 {
    input.withLock { input in
      if let descriptor = input { close(descriptor) }
      input = nil
    }
    return await command.status()
  }
}
