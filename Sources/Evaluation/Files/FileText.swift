import Glibc

/// A file as text.
public enum FileText {
  /// Reads a whole file, which must be UTF-8; `-` is standard input.
  ///
  /// - Throws: a `file` error with the reason.
  public static func read(_ path: String) throws(Fault) -> String {
    let file = try FileDescriptor.reading(path)
    var bytes: [UInt8] = []
    while true {
      let piece = try file.read(1 << 16)
      if piece.isEmpty { break }
      bytes += piece
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Fault(.file, "\(path) is not UTF-8 text") }
    return text
  }

  /// Replaces what is in a file, whole or not at all: a new file takes its place and its permissions.
  ///
  /// What a symbolic link leads to is replaced, and not the link.
  /// - Throws: a `file` error with the reason; the file is as it was.
  public static func replace(_ path: String, with text: String) throws(Fault) {
    let target = Self.target(of: path)
    var status = stat()
    guard unsafe stat(target, &status) == 0 else { throw FileDescriptor.failure("can't write \(path)") }
    let temporary = "\(target).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).part"
    do throws(Fault) {
      let file = try FileDescriptor.writing(temporary, appends: false)
      try file.write(Array(text.utf8))
      try file.sync()
      let isRenamed = unsafe chmod(temporary, status.st_mode & 0o7777) == 0 && rename(temporary, target) == 0
      guard isRenamed else { throw FileDescriptor.failure("can't write \(path)") }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
  }

  /// The file that a path means, however it is written; the path itself where there is none.
  static func target(of path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}
