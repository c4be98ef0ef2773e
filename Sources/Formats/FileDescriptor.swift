package import Glibc
import JSONText
import Redaction
package import Values

/// An open file, which is closed when the object is deallocated.
///
/// A read or write of a pipe or a device may have to wait. The wait ends when the task is cancelled.
package final class FileDescriptor: Sendable {
  private let number: Int32
  private let path: String
  /// Whether a read may have to wait: true if the file is, for example, a pipe, and false for a regular file.
  private let mayWait: Bool
  /// The next step in the message of a write error; nil for the usual next step.
  private let next: String?

  private init(_ number: Int32, _ path: String, next: String? = nil) {
    self.number = number
    self.path = path
    self.next = next
    var status = stat()
    mayWait = unsafe fstat(number, &status) != 0 || status.st_mode & S_IFMT != S_IFREG
  }

  deinit { if number > 2 { close(number) } }

  /// Opens a file for reading; `-` is standard input.
  ///
  /// If the file is a named pipe, the function does not wait until another program opens the pipe.
  package static func reading(_ path: String) throws(Fault) -> FileDescriptor {
    if path == "-" { return FileDescriptor(0, "standard input") }
    try checkNUL(path)
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw failure("can't read \(path)") }
    return FileDescriptor(number, path)
  }

  /// Creates a temporary file, which will later replace the file `name`.
  ///
  /// - Parameters:
  ///   - path: The path of the temporary file, which must not exist.
  ///   - name: The file to replace, which error messages name.
  ///   - existing: The status of the file to replace; nil if there is no such file. The temporary file gets the
  ///     permissions of this file, and if possible its owner.
  /// - Returns: The temporary file.
  /// - Throws: A `file` error with the reason.
  package static func writing(new path: String, for name: String, like existing: stat?) throws(Fault) -> FileDescriptor
  {
    let number = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, existing == nil ? 0o666 : 0o600)
    if number >= 0, let existing {
      // Only a privileged user can give a file to another owner.
      _ = fchown(number, existing.st_uid, existing.st_gid)
    }
    guard number >= 0, existing.map({ fchmod(number, $0.st_mode & 0o7777) == 0 }) ?? true else {
      throw failure("can't write \(name)")
    }
    return FileDescriptor(number, name)
  }

  /// Opens a file for reading and writing; creates a missing file, which only its owner can read.
  ///
  /// Error messages name the file as `name`.
  package static func updating(_ path: String, for name: String) throws(Fault) -> FileDescriptor {
    let number = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
    guard number >= 0 else { throw failure("can't write \(name)") }
    return FileDescriptor(number, name)
  }

  /// Opens a file for appending and reading; creates a missing file.
  package static func appending(to path: String) throws(Fault) -> FileDescriptor {
    try opened(path, O_RDWR | O_CREAT | O_APPEND)
  }

  /// Returns standard output, standard error or another inherited file if a path names it, such as `/dev/stdout` or
  /// `/dev/fd/3`; otherwise nil.
  ///
  /// If the path names a regular file, writes begin at its current position, not at the beginning.
  package static func standard(_ path: String) -> FileDescriptor? {
    switch path {
    case "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1": FileDescriptor(1, "standard output")
    case "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2": FileDescriptor(2, path)
    default: inherited(path)
    }
  }

  /// Returns a file that this process inherited open, such as `/dev/fd/3`.
  private static func inherited(_ path: String) -> FileDescriptor? {
    guard let prefix = ["/dev/fd/", "/proc/self/fd/"].first(where: path.begins(with:)),
      let number = Int32(digits: path.dropFirst(prefix.count)), number > 2,
      case let flags = fcntl(number, F_GETFD), flags >= 0, flags & FD_CLOEXEC == 0,
      case let copy = fcntl(number, F_DUPFD_CLOEXEC, 3), copy > 2
    else { return nil }
    return FileDescriptor(copy, path)
  }

  /// Opens a pipe or a device for writing; waits until another program opens a named pipe for reading.
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

  /// Checks that the program can write a file, a pipe or a device.
  ///
  /// The program must be able to write an existing file. To create or replace a file, it must also be able to write in
  /// the file's directory.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - appends: Whether the program appends to an existing file instead of replacing it.
  /// - Throws: A `file` error with the reason.
  package static func checkWritable(_ path: String, appends: Bool = false) throws(Fault) {
    if standard(path) != nil { return }
    if path.isEmpty { throw Fault(.file, "the path of a file is empty", nextStep: "give a path: \"out.ndjson\"") }
    let target = try TextFile.target(of: path)
    var status = stat()
    let isThere = unsafe stat(path, &status) == 0
    if isThere, status.st_mode & S_IFMT == S_IFDIR { throw failure("can't write \(path)", EISDIR) }
    let isKept = isThere && (appends || status.st_mode & S_IFMT != S_IFREG)
    let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
    for name in (isThere ? [path] : []) + (isKept ? [] : [folder]) {
      guard unsafe access(name, W_OK) == 0 else { throw failure("can't write \(path)") }
    }
  }

  private static func opened(_ path: String, _ flags: Int32) throws(Fault) -> FileDescriptor {
    let number = unsafe open(path, flags | O_CLOEXEC, 0o666)
    guard number >= 0 else { throw failure("can't write \(path)") }
    return FileDescriptor(number, path)
  }

  /// Creates a temporary file without a name, which disappears when the program closes the file.
  ///
  /// By default, the file is in the directory that `TMPDIR` names, or in `/tmp`.
  package static func nameless(
    in directory: String = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
  ) throws(Fault) -> FileDescriptor {
    let path = "\(directory)/retort.\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
    let number = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw failure("can't store elements in \(directory)", next: otherDirectory) }
    unsafe unlink(path)
    return FileDescriptor(number, "the temporary file in \(directory)", next: otherDirectory)
  }

  private static let otherDirectory = "set TMPDIR to another directory for temporary files"

  /// Moves the position of the next read to the beginning of the file.
  package func rewind() throws(Fault) {
    guard lseek(number, 0, SEEK_SET) == 0 else { throw Self.failure("can't read \(path)") }
  }

  /// Reads up to `count` bytes; returns an empty array at the end of the file.
  ///
  /// - Throws: A `file` error with the reason, or `interrupted` if the task is cancelled before any byte arrives.
  package func read(_ count: Int) throws(Fault) -> [UInt8] {
    try unsafe bytes(count) { number, buffer in unsafe Glibc.read(number, buffer, count) }
  }

  /// Reads up to `count` bytes from a position of a regular file; returns an empty array at the end of the file.
  ///
  /// The function does not change the position of the next ``read(_:)``, so that several readers can share the file.
  package func read(_ count: Int, at position: Int) throws(Fault) -> [UInt8] {
    try unsafe bytes(count) { number, buffer in unsafe pread(number, buffer, count, position) }
  }

  private func bytes(_ count: Int, _ fill: (Int32, UnsafeMutablePointer<UInt8>?) -> Int) throws(Fault) -> [UInt8] {
    while true {
      if mayWait { try wait(POLLIN) }
      var got = 0
      var code: Int32 = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        got = unsafe fill(number, buffer.baseAddress)
        code = errno
        filled = max(0, got)
      }
      if got >= 0 { return bytes }
      guard code == EINTR || code == EAGAIN else { throw Self.failure("can't read \(path)", code) }
    }
  }

  /// Waits until the file is readable (`POLLIN`) or writable (`POLLOUT`).
  private func wait(_ event: Int32) throws(Fault) {
    var entry = pollfd(fd: number, events: Int16(event), revents: 0)
    while unsafe poll(&entry, 1, Self.glance) <= 0 { try Self.checkCancellation() }
  }

  /// The interval, in milliseconds, at which a waiting read or write checks whether the task is cancelled.
  private static let glance: Int32 = 100

  private static func checkCancellation() throws(Fault) {
    if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
  }

  /// Writes all bytes to the file.
  package func write(_ bytes: [UInt8]) throws(Fault) {
    if let stream = NonHangingStandardStream.of(number) {
      switch stream.write(bytes) {
      case 0: return
      case ECANCELED: throw Fault(.interrupted, "interrupted")
      case EPIPE where number == 1: throw Fault(.closed, "standard output was closed")
      case let code: throw Self.failure("can't write \(path)", code, next: next)
      }
    }
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

  /// Locks the file until the file is closed, if no other program has locked it.
  ///
  /// - Returns: False if another program has locked the file. The function does not wait.
  package func lockIfFree() -> Bool { flock(number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK }

  /// Whether a path names this open file.
  package func isFile(at path: String) -> Bool {
    var (own, named) = (stat(), stat())
    return unsafe fstat(number, &own) == 0 && stat(path, &named) == 0 && own.st_dev == named.st_dev
      && own.st_ino == named.st_ino
  }

  /// Returns the status of the file, with its owner and its permissions.
  package func status() throws(Fault) -> stat {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw Self.failure("can't read \(path)") }
    return status
  }

  /// Writes bytes at a position of a regular file.
  package func write(_ bytes: [UInt8], at position: Int) throws(Fault) {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(number, buffer.baseAddress?.advanced(by: offset), bytes.count - offset, position + offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure("can't write \(path)", next: next) }
      offset += count
    }
  }

  /// Appends a range of bytes of another file.
  package func append(_ range: Range<Int>, of source: FileDescriptor) throws(Fault) {
    var position = range.lowerBound
    while position < range.upperBound {
      let piece = try source.read(min(1 << 18, range.upperBound - position), at: position)
      guard !piece.isEmpty else { throw Fault(.file, "another program has shortened \(source.path)") }
      try write(piece)
      position += piece.count
    }
  }

  /// Whether the file is a terminal.
  package var isTerminal: Bool { isatty(number) == 1 }

  /// Whether a path names a regular file, such as `out.csv`, and not a pipe, a device or standard output.
  package static func isFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe standard(path) == nil && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether a file or a device exists at a path.
  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Whether a path names standard input: `-`, or a path such as `/dev/stdin` if standard input is a pipe.
  package static func isStandardInput(_ path: String) -> Bool {
    if path == "-" { return true }
    var (named, input) = (stat(), stat())
    guard unsafe stat(path, &named) == 0, unsafe fstat(0, &input) == 0 else { return false }
    return [S_IFIFO, S_IFSOCK].contains(input.st_mode & S_IFMT) && named.st_dev == input.st_dev
      && named.st_ino == input.st_ino
  }

  /// Whether a path names a named pipe.
  package static func isNamedPipe(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Locks the file until the file is closed; waits if another program has locked the file.
  package func lock() throws(Fault) {
    while flock(number, LOCK_EX) != 0 {
      guard errno == EINTR else { throw Self.failure("can't lock \(path)") }
    }
  }

  /// Releases the lock of the file.
  package func unlock() { flock(number, LOCK_UN) }

  /// Returns the length of the file in bytes.
  package func length() throws(Fault) -> Int {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw Self.failure("can't read \(path)") }
    return Int(status.st_size)
  }

  /// Returns the number of bytes from the position of the next read to the end of a regular file.
  ///
  /// Returns nil for other files, and for the files of the kernel, such as `/proc/version`. Their length is not the
  /// number of bytes in them.
  package func unreadLength() throws(Fault) -> Int? {
    guard !mayWait else { return nil }
    let target = try TextFile.target(of: "/proc/self/fd/\(number)")
    guard !["/proc/", "/sys/"].contains(where: { target.hasPrefix($0) }) else { return nil }
    return max(0, try length() - max(0, lseek(number, 0, SEEK_CUR)))
  }

  /// Whether the last line of a text file has no line end.
  ///
  /// `length` is the length of the file in bytes.
  package func lacksLineEnd(_ length: Int) -> Bool {
    var last: UInt8 = 0
    return unsafe length > 0 && pread(number, &last, 1, length - 1) == 1 && last != 0x0A
  }

  /// Shortens the file to a length in bytes.
  package func truncate(to length: Int) { ftruncate(number, length) }

  /// Waits until all written bytes are on the disk.
  package func sync() throws(Fault) {
    guard fsync(number) == 0 || errno == EINVAL else { throw Self.failure("can't write \(path)") }
  }

  package static func failure(_ what: String, _ code: Int32 = errno, next: String? = nil) -> Fault {
    let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return Fault(
      .file, "\(Secrets.hidden(in: what)): \(reason)",
      nextStep: next ?? nextStep(code, writes: what.hasPrefix("can't write")))
  }

  /// Returns the next step for an error code of the system; nil if the program knows no next step.
  private static func nextStep(_ code: Int32, writes: Bool) -> String? {
    switch code {
    case ENOENT where writes: "the directory does not exist: create it first, or check the path"
    case ENOENT: "check the path, which is relative to the working directory"
    case EACCES, EPERM: "check the permissions of the file and of its directory"
    case EISDIR: "the path is a directory: add the name of a file to the path"
    case ENOTDIR: "a part of the path is a file, not a directory"
    case ENOSPC: "free some space, or write to another disk"
    case EROFS: "the disk is read-only: write to another one"
    default: nil
    }
  }
}
