import Glibc

/// The identity of a pipe or a socket, whose content can be read only once.
package struct PipeIdentity: Hashable, Sendable {
  private let device: UInt
  private let number: UInt
  /// Whether the pipe has a name of its own, such as the pipe of `mkfifo`.
  ///
  /// Another program can open such a pipe again, and write new content. The value does not count for equality.
  package let isNamed: Bool

  /// Returns the identity of the pipe at a path; nil for any other file.
  package init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT) else { return nil }
    (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
    isNamed = !["/dev/", "/proc/"].contains { path.hasPrefix($0) }
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.device == right.device && left.number == right.number
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(device)
    hasher.combine(number)
  }
}
