import Glibc
import JSONText
import Redaction
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
    /// What is written under another name takes the place of the file, or must find it free.
    case replaces(temporary: String, isNew: Bool)
    case appends
    case direct
  }

  /// Begins to write.
  ///
  /// - Throws: a `file` error with the reason.
  package init(_ path: String, appends: Bool, isNew: Bool = false) throws(Fault) {
    self.path = path
    target = try FileText.target(of: path)
    var status = stat()
    let mode = unsafe stat(target, &status) == 0 ? status.st_mode : nil
    if let standard = FileDescriptor.standard(path) {
      (way, file) = (.direct, standard)
    } else if isNew, mode != nil {
      throw Self.isThere(path)
    } else if let mode, mode & S_IFMT != S_IFREG {
      (way, file) = (.direct, try FileDescriptor.writing(device: target))
    } else if appends {
      (way, file) = (.appends, try FileDescriptor.nameless())
    } else {
      Self.clear(besides: target)
      let temporary = "\(target).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).part"
      file = try FileDescriptor.writing(new: temporary, like: mode.map { $0 & 0o7777 })
      // The lock says that this process is still at it.
      _ = file.lockIfFree()
      way = .replaces(temporary: temporary, isNew: isNew)
    }
  }

  /// Removes what processes that were killed left of the file: `FILE.PID.NUMBER.part` that nobody has locked.
  private static func clear(besides target: String) {
    let slash = target.lastIndex(of: "/")
    let directory = slash.map { String(target[...$0]) } ?? "."
    let name = String(target[(slash.map { target.index(after: $0) } ?? target.startIndex)...])
    guard let entries = unsafe opendir(directory) else { return }
    defer { unsafe closedir(entries) }
    while let entry = unsafe readdir(entries) {
      let other = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard other.begins(with: name + "."), let process = process(of: other.dropFirst(name.count + 1)) else { continue }
      let path = slash == nil ? other : directory + other
      guard kill(process, 0) != 0, errno == ESRCH, let file = try? FileDescriptor.reading(path), file.lockIfFree()
      else {
        continue
      }
      unsafe unlink(path)
    }
  }

  /// The process of `PID.NUMBER.part`.
  private static func process(of rest: Substring) -> pid_t? {
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "part", UInt32(parts[1]) != nil else { return nil }
    return pid_t(parts[0]).flatMap { $0 > 0 ? $0 : nil }
  }

  private static func isThere(_ path: String) -> Fault {
    Fault(.file, "\(path) is there already", nextStep: "append: true adds to it; without new: true it is replaced")
  }

  /// Whether it is added to what is there.
  package var isAppended: Bool { if case .appends = way { true } else { false } }

  /// Adds bytes.
  ///
  /// At a terminal they are shown as text that can't steer it; they end between code points.
  package func write(_ bytes: [UInt8]) throws(Fault) {
    guard case .direct = way, file.isTerminal else { return try file.write(bytes) }
    let text = String(decoding: bytes, as: UTF8.self).replacing(each: "\r\n", with: "\n")
    try file.write(Array(TerminalText.visible(text).utf8))
  }

  /// Makes the file what was written, or appends it whole.
  ///
  /// - Parameter opening: Gives what comes first; it is asked whether the file holds anything yet, while no other
  ///   program of this kind appends to it.
  /// - Throws: a `file` error with the reason; the file is as it was.
  package func finish(_ opening: (Bool) throws(Fault) -> [UInt8] = { _ throws(Fault) in [] }) throws(Fault) {
    switch way {
    case .direct: break
    case .replaces(let temporary, let isNew):
      try file.sync()
      if isNew {
        guard unsafe link(temporary, target) == 0 else {
          throw errno == EEXIST ? Self.isThere(path) : FileDescriptor.failure("can't write \(path)")
        }
        unsafe unlink(temporary)
        return
      }
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
    if case .replaces(let temporary, _) = way { unsafe unlink(temporary) }
  }
}
