import Glibc
package import Values

/// A file as it comes to be: nothing of it is seen before it is finished, and nothing stays of what is not.
///
/// What a symbolic link leads to is written, and keeps its permissions. A pipe or a device takes the bytes as they come.
package struct WrittenFile {
  private let path: String
  private let target: String
  private let way: Way
  private let file: FileDescriptor

  private enum Way {
    case replaces(temporary: String)
    case appends
    case direct
  }

  /// Begins to write.
  ///
  /// - Throws: a `file` error with the reason.
  package init(_ path: String, appends: Bool) throws(Fault) {
    self.path = path
    target = try FileText.target(of: path)
    var status = stat()
    let mode = unsafe stat(target, &status) == 0 ? status.st_mode : nil
    if let standard = FileDescriptor.standard(path) {
      (way, file) = (.direct, standard)
    } else if let mode, mode & S_IFMT != S_IFREG {
      (way, file) = (.direct, try FileDescriptor.writing(device: target))
    } else if appends {
      (way, file) = (.appends, try FileDescriptor.nameless())
    } else {
      let temporary = "\(target).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).part"
      file = try FileDescriptor.writing(new: temporary, like: mode.map { $0 & 0o7777 })
      way = .replaces(temporary: temporary)
    }
  }

  /// Whether it is added to what is there.
  package var isAppended: Bool { if case .appends = way { true } else { false } }

  /// Adds bytes.
  package func write(_ bytes: [UInt8]) throws(Fault) { try file.write(bytes) }

  /// Makes the file what was written, or appends it whole.
  ///
  /// - Parameter opening: Gives what comes first; it is asked whether the file holds anything yet, while no other
  ///   program of this kind appends to it.
  /// - Throws: a `file` error with the reason; the file is as it was.
  package func finish(_ opening: (Bool) throws(Fault) -> [UInt8] = { _ throws(Fault) in [] }) throws(Fault) {
    switch way {
    case .direct: break
    case .replaces(let temporary):
      try file.sync()
      guard unsafe rename(temporary, target) == 0 else { throw FileDescriptor.failure("can't write \(path)") }
    case .appends:
      let end = try FileDescriptor.appending(to: target)
      try end.lock()
      let length = try end.length()
      do throws(Fault) {
        let first = try opening(length > 0)
        try end.write((end.lacksLineEnd(length) ? [0x0A] : []) + first)
        try file.rewind()
        while true {
          let piece = try file.read(1 << 18)
          if piece.isEmpty { break }
          try end.write(piece)
        }
        try end.sync()
      } catch {
        end.truncate(to: length)
        throw error
      }
    }
  }

  /// Leaves the file as it was.
  package func abandon() {
    if case .replaces(let temporary) = way { unsafe unlink(temporary) }
  }
}
