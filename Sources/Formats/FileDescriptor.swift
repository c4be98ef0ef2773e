package import Glibc
package import Values

/// A file that is open, closed when it is dropped.
///
/// A wait for what is no regular file ends where the task is cancelled.
package final class FileDescriptor: Sendable {
  private let number: Int32
  private let path: String
  /// Whether reading may have to wait for another program.
  private let mayWait: Bool
  /// What can be done where it can't be written.
  private let next: String?

  private init(_ number: Int32, _ path: String, next: String? = nil) {
    self.number = number
    self.path = path
    self.next = next
    var status = stat()
    mayWait = unsafe fstat(number, &status) != 0 || status.st_mode & S_IFMT != S_IFREG
  }

  deinit { if number > 2 { close(number) } }

  /// Opens a file to read, a named pipe also before another program writes to it; `-` is standard input.
  package static func reading(_ path: String) throws(Fault) -> FileDescriptor {
    if path == "-" { return FileDescriptor(0, "standard input") }
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw failure("can't read \(path)") }
    return FileDescriptor(number, path)
  }

  /// Opens a file to write, a new one that must not be there, with the permissions of the one whose place it takes.
  package static func writing(new path: String, like mode: mode_t?) throws(Fault) -> FileDescriptor {
    let number = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode == nil ? 0o666 : 0o600)
    guard number >= 0, mode.map({ fchmod(number, $0) == 0 }) ?? true else { throw failure("can't write \(path)") }
    return FileDescriptor(number, path)
  }

  /// Opens a file to write at its end, and to read; a new one where there is none.
  package static func appending(to path: String) throws(Fault) -> FileDescriptor {
    try opened(path, O_RDWR | O_CREAT | O_APPEND)
  }

  /// Standard output or error by their paths: what they lead to goes on where it is.
  package static func standard(_ path: String) -> FileDescriptor? {
    switch path {
    case "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1": FileDescriptor(1, "standard output")
    case "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2": FileDescriptor(2, path)
    default: nil
    }
  }

  /// Opens a pipe or a device to write; of a named pipe it waits for the program that reads it.
  package static func writing(device path: String) throws(Fault) -> FileDescriptor {
    while true {
      let number = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
      if number >= 0 { return FileDescriptor(number, path) }
      var status = stat()
      guard errno == ENXIO, unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
        throw failure("can't write \(path)")
      }
      _ = poll(nil, 0, glance)
      try checkCancellation()
    }
  }

  private static func opened(_ path: String, _ flags: Int32) throws(Fault) -> FileDescriptor {
    let number = unsafe open(path, flags | O_CLOEXEC, 0o666)
    guard number >= 0 else { throw failure("can't write \(path)") }
    return FileDescriptor(number, path)
  }

  /// Creates a file without a name, which goes when it is closed, in the directory of `TMPDIR` or in `/tmp`.
  package static func nameless(
    in directory: String = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
  ) throws(Fault) -> FileDescriptor {
    let path = "\(directory)/retort.\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
    let number = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw failure("can't keep elements in \(directory)", next: otherDirectory) }
    unsafe unlink(path)
    return FileDescriptor(number, "the temporary file in \(directory)", next: otherDirectory)
  }

  private static let otherDirectory = "TMPDIR names another directory for temporary files"

  /// Goes back to the beginning.
  package func rewind() throws(Fault) {
    guard lseek(number, 0, SEEK_SET) == 0 else { throw Self.failure("can't read \(path)") }
  }

  /// Up to `count` bytes; empty at the end.
  ///
  /// - Throws: a `file` error with the reason, and `interrupted` where the task is cancelled before there are any.
  package func read(_ count: Int) throws(Fault) -> [UInt8] {
    while true {
      if mayWait { try wait(POLLIN) }
      var got = 0
      var code: Int32 = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        got = unsafe Glibc.read(number, buffer.baseAddress, count)
        code = errno
        filled = max(0, got)
      }
      if got >= 0 { return bytes }
      guard code == EINTR || code == EAGAIN else { throw Self.failure("can't read \(path)", code) }
    }
  }

  /// Waits until there is something to read, or room to write.
  private func wait(_ event: Int32) throws(Fault) {
    var entry = pollfd(fd: number, events: Int16(event), revents: 0)
    while unsafe poll(&entry, 1, Self.glance) <= 0 { try Self.checkCancellation() }
  }

  /// How many milliseconds pass between two looks at whether the task is cancelled.
  private static let glance: Int32 = 100

  private static func checkCancellation() throws(Fault) {
    if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
  }

  /// Writes all bytes.
  package func write(_ bytes: [UInt8]) throws(Fault) {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(number, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        try wait(POLLOUT)
        continue
      }
      guard count >= 0 else { throw Self.failure("can't write \(path)", next: next) }
      offset += count
    }
  }

  /// Locks it until it is closed; false where another has locked it.
  package func lockIfFree() -> Bool { flock(number, LOCK_EX | LOCK_NB) == 0 }

  /// Whether it is a terminal.
  package var isTerminal: Bool { isatty(number) == 1 }

  /// Whether a path leads to a file, and not to a pipe, a device or where standard output goes.
  package static func isFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe standard(path) == nil && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Waits until no other has locked it, and locks it until it is closed.
  package func lock() throws(Fault) {
    while flock(number, LOCK_EX) != 0 {
      guard errno == EINTR else { throw Self.failure("can't lock \(path)") }
    }
  }

  /// How many bytes the file holds.
  package func length() throws(Fault) -> Int {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw Self.failure("can't read \(path)") }
    return Int(status.st_size)
  }

  /// Whether a text file's last line has no end.
  package func lacksLineEnd(_ length: Int) -> Bool {
    var last: UInt8 = 0
    return unsafe length > 0 && pread(number, &last, 1, length - 1) == 1 && last != 0x0A
  }

  /// Cuts the file.
  package func truncate(to length: Int) { ftruncate(number, length) }

  /// Makes sure that what was written is on the disk.
  package func sync() throws(Fault) {
    guard fsync(number) == 0 || errno == EINVAL else { throw Self.failure("can't write \(path)") }
  }

  package static func failure(_ what: String, _ code: Int32 = errno, next: String? = nil) -> Fault {
    let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return Fault(.file, "\(what): \(reason)", nextStep: next)
  }
}
