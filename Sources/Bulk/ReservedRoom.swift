import Glibc
import Synchronization

/// Disk space that is kept for later lines of a file: a second file without a name, in the same directory, whose space is
/// given back when the disk is full.
final class ReservedRoom: Sendable {
  private let path: String
  /// The descriptor, -1 without a file, and the reserved bytes.
  private let state = Mutex<(number: Int32, size: Int)>((-1, 0))
  /// The least number of bytes that are reserved at a time.
  private static let step = 1 << 14

  /// Creates the room for a file; nothing is reserved.
  init(besides path: String) { self.path = path }

  deinit { free() }

  /// Reserves at least some bytes in all.
  ///
  /// A directory in which no file can be created has no reserved room.
  ///
  /// - Returns: Whether the disk has the space.
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
      // It returns the code of the error, and does not set errno.
      let code = posix_fallocate(state.number, 0, off_t(size))
      if code == 0 { state.size = size }
      return ![ENOSPC, EDQUOT].contains(code)
    }
  }

  /// Gives the space back.
  func free() {
    state.withLock { state in
      if state.number >= 0 { close(state.number) }
      state = (-1, 0)
    }
  }
}
