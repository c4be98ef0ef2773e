import Glibc
import Synchronization

/// Disk space that is reserved for later lines of a file.
///
/// A second file without a name, in the same directory, occupies the space. When the disk is full, the program closes
/// this second file. The lines then use the freed space.
final class ReservedDiskSpace: Sendable {
  private let path: String
  /// The descriptor of the file that occupies the space (-1 without a file), and the number of reserved bytes.
  private let state = Mutex<(number: Int32, size: Int)>((-1, 0))
  /// The reserved space is rounded up to a multiple of this number of bytes.
  private static let step = 1 << 14

  /// Creates an empty reservation for the file at a path.
  init(besides path: String) { self.path = path }

  deinit { free() }

  /// Increases the reserved space to at least `count` bytes.
  ///
  /// A file in the same directory occupies the space. If this file can't be created although the disk is not full, the
  /// function reserves nothing and returns true.
  ///
  /// - Returns: False if the disk has not enough space; otherwise true.
  func grow(to count: Int) -> Bool {
    state.withLock { state in
      guard count > state.size else { return true }
      if state.number < 0 {
        let name = "\(path).\(getpid()).room"
        state.number = unsafe open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard state.number >= 0 else { return errno != ENOSPC }
        unsafe unlink(name)
      }
      let size = (count + Self.step - 1) / Self.step * Self.step
      // posix_fallocate returns the error code, and does not set errno.
      let code = posix_fallocate(state.number, 0, off_t(size))
      if code == 0 { state.size = size }
      return ![ENOSPC, EDQUOT].contains(code)
    }
  }

  /// Frees the reserved space.
  func free() {
    state.withLock { state in
      if state.number >= 0 { close(state.number) }
      state = (-1, 0)
    }
  }
}
