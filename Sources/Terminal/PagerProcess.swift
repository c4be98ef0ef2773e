internal import CReadline
internal import Glibc
internal import Synchronization

/// A pager, such as `less`, that runs on the terminal.
///
/// While the pager runs, Ctrl-Z sends no signal.
public final class PagerProcess: Sendable {
  private let command: ForegroundProcess
  private let pipe: Mutex<PagerPipe>

  /// The pipe to a pager.
  private struct PagerPipe {
    /// The descriptor of the pipe; nil if the pipe is closed.
    var descriptor: Int32?
    /// The number of bytes that the pipe has taken.
    var written = 0

    /// Whether the pager has read nothing from the open pipe.
    var isUnread: Bool {
      var unread: Int32 = 0
      guard let descriptor, ioctl(descriptor, UInt(FIONREAD), &unread) == 0 else { return false }
      return Int(unread) == written
    }
  }

  /// Starts the pager with a shell command; returns nil if the shell can't be started.
  ///
  /// By default, `less` shows UTF-8, leaves the last screen on the terminal, and starts no other programs. The user can
  /// change these defaults with the variables `LESS`, `LESSCHARSET` and `LESSSECURE`. Without `LESSSECURE`, the key `|`
  /// makes `less` start a shell. A user who types the next statement before the pager has ended can press this key by
  /// mistake.
  public init?(command: String) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let settings = "LESS=${LESS-FRX} LESSCHARSET=${LESSCHARSET-utf-8} LESSSECURE=${LESSSECURE-1}"
    let script = "\(settings); export LESS LESSCHARSET LESSSECURE; \(command)"
    // In its secure mode, `less` ignores SIGTSTP. If Ctrl-Z stopped only this program, both the shell and the pager
    // would read keys.
    retort_suspend_key_off(0)
    guard let started = ForegroundProcess(script, input: ends[0]) else {
      retort_mode_restore(0)
      close(ends[1])
      return nil
    }
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    self.command = started
    pipe = Mutex(PagerPipe(descriptor: ends[1]))
  }

  /// Writes text to the pager, and waits while the pipe to the pager is full.
  ///
  /// Returns false if the pager has ended, or if the task is cancelled.
  public func write(_ bytes: [UInt8]) -> Bool {
    pipe.withLock { pipe in
      guard let descriptor = pipe.descriptor else { return false }
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
        pipe.written += count
      }
      return true
    }
  }

  /// Whether the pager has failed without showing anything.
  ///
  /// Read the property after ``write(_:)`` has failed.
  public var hasFailed: Bool {
    guard let status = command.earlyStatus() else { return false }
    return Self.isFailure(status, isUnread: pipe.withLock { $0.isUnread })
  }

  /// Whether a pager with an exit status has failed without showing anything.
  ///
  /// The shell reports with the status 126 or 127 that it could not run the pager (POSIX, Shell Command Language,
  /// 2.8.2). A status from 1 to 125 means a failure only if the pager has read nothing. A status above 127 means that a
  /// signal ended the pager, which is no failure.
  private static func isFailure(_ status: Int32, isUnread: Bool) -> Bool {
    switch status {
    case 126, 127: true
    case 1..<126: isUnread
    default: false
    }
  }

  /// Closes the pipe to the pager, and waits until the pager has ended.
  ///
  /// - Returns: The exit status if the pager has failed without showing anything; otherwise nil.
  public func finish() async -> Int32? {
    let isUnread = pipe.withLock { pipe in
      defer {
        if let descriptor = pipe.descriptor { close(descriptor) }
        pipe.descriptor = nil
      }
      return pipe.isUnread
    }
    let status = await command.status()
    retort_mode_restore(0)
    return Self.isFailure(status, isUnread: isUnread) ? status : nil
  }
}
