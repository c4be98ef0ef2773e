import Glibc

/// The file of a journal: opened by one run at a time, appended to, and synced.
final class JournalFile: Sendable {
  private let number: Int32
  let path: String

  /// Opens a file, or creates it for its owner's eyes only, and locks it (an open-file-description lock).
  init(_ path: String) throws(JournalError) {
    let number = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw .file(path, reason: Self.reason) }
    self.number = number
    self.path = path
    guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
      throw errno == EWOULDBLOCK ? .inUse(path) : .file(path, reason: Self.reason)
    }
  }

  deinit { close(number) }

  /// Lets other runs open it.
  func unlock() { flock(number, LOCK_UN) }

  private static var reason: String { unsafe String(cString: strerror(errno)) }

  /// All that it holds.
  func contents() throws(JournalError) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    while true {
      let count = unsafe pread(number, &piece, piece.count, offset)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(path, reason: Self.reason) }
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
      offset += count
    }
  }

  /// Cuts what follows its first bytes.
  func cut(to length: Int) throws(JournalError) {
    guard ftruncate(number, length) == 0 else { throw .file(path, reason: Self.reason) }
  }

  /// Appends bytes, all or an error.
  func append(_ bytes: [UInt8]) throws(JournalError) {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe write(number, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(path, reason: Self.reason) }
      offset += count
    }
  }

  /// Makes sure that what was appended is on the disk (fdatasync).
  func sync() throws(JournalError) {
    guard fdatasync(number) == 0 else { throw .file(path, reason: Self.reason) }
  }

  /// Makes sure that the name of the file is on the disk.
  func syncDirectory() throws(JournalError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let directory = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw .file(path, reason: Self.reason) }
    defer { close(directory) }
    guard fsync(directory) == 0 || errno == EINVAL else { throw .file(path, reason: Self.reason) }
  }
}
