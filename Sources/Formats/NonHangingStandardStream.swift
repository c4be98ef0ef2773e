import Glibc
import Synchronization

/// Standard output or standard error; the program can stop waiting for a reader that does not read.
///
/// A write waits while the pipe, terminal or socket is full. After ``stop()``, a write fails if the reader reads
/// nothing for half a second. The program can therefore always end.
package final class NonHangingStandardStream: Sendable {
  /// Standard output.
  package static let output = NonHangingStandardStream(1)
  /// Standard error.
  package static let errors = NonHangingStandardStream(2)
  /// The time at which ``stop()`` was called; nil after ``resume()``, or if ``stop()`` was never called.
  private static let stopped = Mutex<ContinuousClock.Instant?>(nil)
  /// The time after which a write fails if `stop()` was called and the reader does not read.
  private static let waitLimit = Duration.milliseconds(500)

  private let number: Int32
  /// A second descriptor of the same pipe or terminal, in non-blocking mode; -1 for other files.
  ///
  /// Other programs share the original descriptor, so the program must not change the mode of that descriptor.
  private let own: Int32
  /// The kind of the file (`S_IFMT`, inode(7)).
  private let kind: mode_t
  /// Whether, after ``stop()``, a write has failed because the reader did not read.
  private let isAbandoned = Atomic(false)

  private init(_ number: Int32) {
    self.number = number
    var status = stat()
    kind = unsafe fstat(number, &status) == 0 ? status.st_mode & S_IFMT : 0
    let mayBlock = kind == S_IFIFO || isatty(number) == 1
    let path = "/proc/self/fd/\(number)"
    own = unsafe mayBlock ? open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) : -1
  }

  /// Returns the stream of a descriptor; nil for descriptors other than 1 and 2.
  package static func of(_ number: Int32) -> NonHangingStandardStream? {
    switch number {
    case 1: output
    case 2: errors
    default: nil
    }
  }

  /// Limits how long a write waits for a reader that does not read; ``resume()`` removes the limit.
  package static func stop() { stopped.withLock { $0 = $0 ?? .now } }

  /// Removes the limit that ``stop()`` has set, so that a write waits for a slow reader for any time.
  package static func resume() {
    stopped.withLock { $0 = nil }
    for stream in [output, errors] { stream.isAbandoned.store(false, ordering: .relaxed) }
  }

  /// Writes all bytes.
  ///
  /// - Returns: 0 on success, the error code of a failed write, or `ECANCELED` if `stop()` was called and the reader
  ///   did not read.
  package func write(_ bytes: [UInt8]) -> Int32 {
    guard !isAbandoned.load(ordering: .relaxed) else { return ECANCELED }
    var offset = 0
    var last: ContinuousClock.Instant?
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { unsafe send(UnsafeRawBufferPointer(rebasing: $0[offset...])) }
      if count > 0 {
        (offset, last) = (offset + count, nil)
      } else if count < 0, errno == EINTR {
        continue
      } else if count < 0, errno == EAGAIN {
        let since = last ?? .now
        last = since
        guard waits(since) else { return ECANCELED }
      } else {
        return count < 0 ? errno : EIO
      }
    }
    return 0
  }

  /// Waits at most 50 ms for the reader.
  ///
  /// - Returns: False if `stop()` was called and the reader has not read anything for half a second.
  private func waits(_ since: ContinuousClock.Instant) -> Bool {
    if let stopped = Self.stopped.withLock({ $0 }), max(stopped, since) + Self.waitLimit < .now {
      isAbandoned.store(true, ordering: .relaxed)
      return false
    }
    _ = isWritable(within: 50)
    return true
  }

  private func isWritable(within milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: own >= 0 ? own : number, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&entry, 1, milliseconds) > 0
  }

  /// Writes as many bytes as possible without waiting for the reader.
  ///
  /// - Returns: The number of written bytes, or -1, with the error code in `errno`.
  private func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    if own >= 0 { return unsafe Glibc.write(own, bytes.baseAddress, bytes.count) }
    switch kind {
    case S_IFSOCK:
      let atOnce = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
      return unsafe Glibc.send(number, bytes.baseAddress, bytes.count, atOnce)
    case S_IFIFO:
      // A pipe that `poll` reports as writable accepts 4096 bytes without blocking (pipe(7), PIPE_BUF).
      guard isWritable(within: 0) else {
        errno = EAGAIN
        return -1
      }
      return unsafe Glibc.write(number, bytes.baseAddress, min(bytes.count, 4096))
    default: return unsafe Glibc.write(number, bytes.baseAddress, bytes.count)
    }
  }
}
