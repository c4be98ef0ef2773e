internal import Glibc
internal import Synchronization

/// A pager, such as `less`, that runs on the terminal.
public final class PagerProcess: Sendable {
  private let command: ForegroundCommand
  private let input: Mutex<Int32?>

  /// Starts the pager with a shell command; returns nil if the shell can't be started.
  ///
  /// By default, `less` shows UTF-8, leaves the last screen on the terminal, and starts no other programs. The user can
  /// change these defaults with the variables `LESS`, `LESSCHARSET` and `LESSSECURE`. Without `LESSSECURE`, a `|` in a
  /// statement that the user types too early would make `less` start a shell.
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

  /// Writes text to the pager, and waits while the pipe to the pager is full.
  ///
  /// Returns false if the pager has ended, or if the task is cancelled.
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

  /// Whether the shell has ended because it could not run the pager.
  ///
  /// Read the property after ``write(_:)`` has failed.
  public var couldNotRun: Bool { command.earlyStatus().map(Self.meansNotRun) ?? false }

  /// Whether an exit status of the shell means that the shell could not execute a command.
  ///
  /// The shell reports this problem with the status 126 or 127 (POSIX, Shell Command Language, 2.8.2).
  public static func meansNotRun(_ status: Int32) -> Bool { status == 126 || status == 127 }

  /// Closes the pipe to the pager, waits until the pager has ended, and returns the pager's exit status.
  public func finish() async -> Int32 {
    input.withLock { input in
      if let descriptor = input { close(descriptor) }
      input = nil
    }
    return await command.status()
  }
}
