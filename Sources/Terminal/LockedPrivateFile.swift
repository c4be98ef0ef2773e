internal import Glibc

/// An open file that only its owner can read.
///
/// The file is locked until the object is deallocated. Until then, another process that opens the same file as a
/// `LockedPrivateFile` waits.
struct LockedPrivateFile: ~Copyable {
  private let path: String
  private let descriptor: Int32

  /// Opens and locks the file.
  ///
  /// A missing file and missing directories are created.
  init(path: String) throws(LineEditorError) {
    self.path = path
    Self.makeDirectories(of: path)
    descriptor = try Self.openLocked(path)
    narrow()
  }

  deinit {
    close(descriptor)
  }

  /// Reads the whole content of the file; a device or a pipe has no content.
  ///
  /// Some devices never end, such as `/dev/zero`.
  func read() throws(LineEditorError) -> [UInt8] {
    guard isRegular else { return [] }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      guard count >= 0 else { throw .history(path: path, call: "read", errno: errno) }
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
    }
  }

  /// Appends a line to the file.
  ///
  /// If the last line of the file has no line end, the function adds one first.
  func append(line: [UInt8]) throws(LineEditorError) {
    let feed = UInt8(ascii: "\n")
    var last = feed
    let end = lseek(descriptor, 0, SEEK_END)
    if end > 0 { pread(descriptor, &last, 1, end - 1) }
    try Self.write((last == feed ? [] : [feed]) + line + [feed], to: descriptor, path: path)
  }

  /// Replaces the content of the file.
  ///
  /// After a failure, the file has its old content.
  func replace(with bytes: [UInt8]) throws(LineEditorError) {
    let target = realpath(path, nil)
    defer { free(target) }
    let resolved = target.map { String(cString: $0) } ?? path
    let new = open(resolved + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard new >= 0 else { throw .history(path: path, call: "open", errno: errno) }
    defer { close(new) }
    fchmod(new, 0o600)
    try Self.write(bytes, to: new, path: path)
    guard rename(resolved + ".new", resolved) == 0 else { throw .history(path: path, call: "rename", errno: errno) }
  }

  /// Sets the mode of a regular file to 0600.
  ///
  /// The mode of a device or a pipe does not change.
  private func narrow() {
    var status = stat()
    guard isRegular, fstat(descriptor, &status) == 0 else { return }
    if status.st_mode & 0o7777 != 0o600 { fchmod(descriptor, 0o600) }
  }

  private var isRegular: Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Opens and locks the file.
  ///
  /// If another process replaced the file during the wait for the lock, the function opens the new file.
  private static func openLocked(_ path: String) throws(LineEditorError) -> Int32 {
    while true {
      let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o600)
      guard descriptor >= 0 else { throw .history(path: path, call: "open", errno: errno) }
      flock(descriptor, LOCK_EX)
      var held = stat()
      var named = stat()
      guard fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino != named.st_ino else {
        return descriptor
      }
      close(descriptor)
    }
  }

  /// Creates the missing directories.
  ///
  /// The function ignores errors, because opening the file then fails, too.
  private static func makeDirectories(of path: String) {
    for (index, byte) in path.utf8.enumerated() where byte == UInt8(ascii: "/") && index > 0 {
      let directory = String(decoding: path.utf8.prefix(index), as: UTF8.self)
      if mkdir(directory, 0o700) == 0 { chmod(directory, 0o700) }  // mkdir applies the umask, chmod does not
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(LineEditorError) {
    let count = Glibc.write(descriptor, bytes, bytes.count)
    guard count >= 0 else { throw .history(path: path, call: "write", errno: errno) }
    guard count == bytes.count else { throw .history(path: path, call: "write", errno: ENOSPC) }
  }
}
