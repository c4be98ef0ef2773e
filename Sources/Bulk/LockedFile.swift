import Glibc
import Synchronization

/// The file of a journal or a backup, which only one run at a time can open for writing.
final class LockedFile: Sendable {
  private let number: Int32
  let path: String
  /// The noun for the file in messages: `journal` or `backup`.
  private let noun: String
  private let room: ReservedDiskSpace
  /// The identity of the file while this object has locked it; nil without a lock.
  private let lock = Mutex<FileIdentity?>(nil)

  /// The device and the inode number of a file, which identify the file.
  private struct FileIdentity: Hashable {
    let device: UInt
    let number: UInt

    init(_ descriptor: Int32) {
      var status = stat()
      _ = unsafe fstat(descriptor, &status)
      (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
    }
  }

  /// The files that this process has locked.
  private static let locked = Mutex(Set<FileIdentity>())

  /// Opens a file and locks it (flock).
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - noun: The noun for the file in messages.
  ///   - creates: Whether to create a missing file, with access for its owner only.
  /// - Throws: ``JournalError`` if the file can't be opened, or is open in another run or statement.
  init(_ path: String, _ noun: String = "journal", creates: Bool = true) throws(JournalError) {
    let flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
    let number = unsafe open(path, flags | (creates ? O_CREAT : 0), 0o600)
    (self.number, self.path, self.noun, room) = (number, path, noun, ReservedDiskSpace(besides: path))
    try checkKind()
    let identity = FileIdentity(number)
    guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else { throw failure }
      throw .inUse(path, noun, isHere: Self.locked.withLock { $0.contains(identity) })
    }
    lock.withLock { $0 = identity }
    Self.locked.withLock { _ = $0.insert(identity) }
  }

  /// Opens a file to read it, without a lock.
  init(reading path: String, _ noun: String = "journal") throws(JournalError) {
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    (self.number, self.path, self.noun, room) = (number, path, noun, ReservedDiskSpace(besides: path))
    try checkKind()
  }

  /// Whether a process has locked the file, according to the kernel's list of locks.
  ///
  /// A lock attempt would show this too, but could make a run fail that opens the file at the same time.
  var isLockedElsewhere: Bool {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { return false }
    let inode = ":\(status.st_ino)"
    return Self.kernelLocks.split(separator: "\n").contains { line in
      let fields = line.split(separator: " ")
      return fields.contains("FLOCK") && fields.contains("WRITE") && !fields.contains("->")
        && fields.contains { $0.hasSuffix(inode) && $0.dropLast(inode.count).contains(":") }
    }
  }

  /// The kernel's list of locks, with a line for each lock; empty if the list can't be read.
  private static var kernelLocks: String {
    let list = unsafe open("/proc/locks", O_RDONLY | O_CLOEXEC)
    guard list >= 0 else { return "" }
    defer { close(list) }
    var (bytes, piece): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 1 << 16))
    while case let count = unsafe read(list, &piece, piece.count), count > 0 { bytes += piece[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Throws an error if the file is not open, or is not a regular file.
  private func checkKind() throws(JournalError) {
    guard number >= 0 else { throw failure }
    var status = stat()
    guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .file(path, noun, reason: "it is not a regular file")
    }
  }

  deinit {
    guard number >= 0 else { return }
    // A child process that is just being started still has a copy of the descriptor. Without `unlock`, the copy would
    // keep the lock. An object whose lock is nil must not unlock: `restore` may have passed its lock to another object.
    if lock.withLock({ $0 != nil }) { unlock() }
    close(number)
  }

  /// Releases the lock, so that another run can open the file.
  func unlock() {
    if let identity = lock.withLock({ $0.take() }) { Self.locked.withLock { _ = $0.remove(identity) } }
    flock(number, LOCK_UN)
  }

  /// The error that the last system call reported in `errno`.
  private var failure: JournalError { .file(path, noun, reason: unsafe String(cString: strerror(errno))) }

  /// The error that the last write or sync reported in `errno`.
  private var writeFailure: JournalError {
    .unwritable(path, noun, reason: unsafe String(cString: strerror(errno)))
  }

  /// Truncates the file to `length` bytes.
  func cut(to length: Int) throws(JournalError) {
    guard ftruncate(number, length) == 0 else { throw failure }
  }

  /// Calls `body` with each line of the file in order, without the line end.
  ///
  /// `isWhole` is false for a last line without a line end.
  func forEachLine(_ body: (_ line: ArraySlice<UInt8>, _ isWhole: Bool) throws(JournalError) -> Void)
    throws(JournalError)
  {
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    var (rest, offset): ([UInt8], Int) = ([], 0)
    while true {
      let count = unsafe pread(number, &piece, piece.count, offset)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure }
      guard count > 0 else { break }
      offset += count
      rest += piece[..<count]
      var start = 0
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        try body(rest[start..<end], true)
        start = end + 1
      }
      rest.removeSubrange(..<start)
    }
    if !rest.isEmpty { try body(rest[...], false) }
  }

  /// Reserves disk space for lines that are written later.
  func reserve(_ count: Int) throws(JournalError) {
    guard room.grow(to: count) else {
      throw .unwritable(path, noun, reason: unsafe String(cString: strerror(ENOSPC)))
    }
  }

  /// Frees the reserved space, so that lines can be written to a full disk.
  func freeReserve() { room.free() }

  /// Appends all bytes to the file.
  ///
  /// If a write fails, the function throws an error, and the file does not change. If another program has removed the
  /// file, the function creates the file again with its content, and then throws an error.
  func append(_ bytes: [UInt8]) throws(JournalError) {
    var (offset, status) = (0, stat())
    guard unsafe fstat(number, &status) == 0 else { throw writeFailure }
    if status.st_nlink == 0 { throw .removed(path, noun, isRestored: restore(Int(status.st_size))) }
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe write(number, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        let failure = writeFailure
        ftruncate(number, status.st_size)
        throw failure
      }
      offset += count
    }
  }

  /// Creates the removed file again, with its first `length` bytes, and locks it.
  ///
  /// - Returns: False if the path has another file, or if the file can't be written.
  private func restore(_ length: Int) -> Bool {
    guard let copy = try? LockedFile(path, noun), copy.isEmpty else { return false }
    var (piece, offset) = ([UInt8](repeating: 0, count: 1 << 20), 0)
    while offset < length {
      let count = unsafe pread(number, &piece, min(piece.count, length - offset), off_t(offset))
      if count < 0, errno == EINTR { continue }
      guard count > 0, (try? copy.append(Array(piece[..<count]))) != nil else { return false }
      offset += count
    }
    guard (try? copy.sync()) != nil, dup2(copy.number, number) == number else { return false }
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    // This object takes the lock from `copy`, so that the deallocation of `copy` does not release it.
    let old = lock.withLock { lock in
      defer { lock = copy.lock.withLock { $0.take() } }
      return lock
    }
    Self.locked.withLock { if let old { $0.remove(old) } }
    return true
  }

  private var isEmpty: Bool {
    var status = stat()
    return unsafe fstat(number, &status) == 0 && status.st_size == 0
  }

  /// Flushes the appended bytes to the disk (fdatasync).
  func sync() throws(JournalError) {
    // EINVAL: the file system does not support syncing.
    guard fdatasync(number) == 0 || errno == EINVAL else { throw writeFailure }
  }

  /// Flushes the file's directory entry to the disk.
  func syncDirectory() throws(JournalError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let directory = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw failure }
    defer { close(directory) }
    guard fsync(directory) == 0 || errno == EINVAL else { throw failure }
  }
}
