import Glibc
import JSONText
import Redaction
package import Values

/// A writer for a file; other programs see the new content only after ``finish(_:)``.
///
/// If the path is a symbolic link, the program writes to the target of the link. The permissions of an existing file
/// stay unchanged, and for a privileged user its owner too. A pipe or a device gets the bytes immediately.
package struct AtomicFile {
  private let path: String
  private let target: String
  private let placement: WriteMode
  private let file: FileDescriptor

  private enum WriteMode {
    /// The program writes a temporary file, and ``finish(_:)`` replaces the target with it.
    ///
    /// If `isNew` is true and the target exists, ``finish(_:)`` throws an error.
    case replaces(temporary: String, isNew: Bool)
    case appends
    case direct
  }

  /// Opens a file for writing.
  ///
  /// - Throws: A `file` error with the reason.
  package init(_ path: String, appends: Bool, isNew: Bool = false) throws(Fault) {
    self.path = path
    target = try TextFile.target(of: path)
    var status = stat()
    let existing = unsafe stat(target, &status) == 0 ? status : nil
    if let standard = FileDescriptor.standard(path) {
      (placement, file) = (.direct, standard)
    } else if isNew, existing != nil {
      throw Self.isThere(path)
    } else if let existing, existing.st_mode & S_IFMT != S_IFREG {
      (placement, file) = (.direct, try FileDescriptor.writing(device: target))
    } else if appends {
      (placement, file) = (.appends, try FileDescriptor.nameless())
    } else {
      try FileDescriptor.checkWritable(path)
      Self.clear(besides: target)
      let temporary = Self.temporaryPath(besides: target)
      file = try FileDescriptor.writing(new: temporary, for: path, like: existing)
      // The lock shows other processes that this process is still writing the file.
      _ = file.lockIfFree()
      placement = .replaces(temporary: temporary, isNew: isNew)
    }
  }

  /// Checks that the program can write a file; does not change the file.
  ///
  /// - Throws: A `file` error if the program can't write the file, or if `isNew` is true and the file exists.
  package static func check(_ path: String, appends: Bool, isNew: Bool) throws(Fault) {
    var status = stat()
    if isNew, FileDescriptor.standard(path) == nil, unsafe stat(path, &status) == 0 { throw isThere(path) }
    try FileDescriptor.checkWritable(path, appends: appends)
    if !appends { try checkIsFree(path, try TextFile.target(of: path)) }
  }

  /// Throws an error if a run has locked the file, for example because the file is the run's journal.
  ///
  /// A run that appends to a file also locks it, until the bytes are on the disk. The function waits for this time, but
  /// at most for `seconds`.
  private static func checkIsFree(_ path: String, _ target: String, seconds: Int = 5) throws(Fault) {
    guard FileDescriptor.isFile(target), let file = try? FileDescriptor.reading(target) else { return }
    for _ in 0..<seconds * 20 {
      if file.lockIfFree() { return }
      usleep(50_000)
    }
    throw Fault(
      .file, "can't write \(path): a run uses it as its journal or backup, or for failed elements",
      nextStep: "write another file")
  }

  /// Returns a path for a temporary file that will replace the target: `FILE.retort-PID-NUMBER.part`.
  package static func temporaryPath(besides target: String) -> String {
    "\(target).retort-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).part"
  }

  /// Removes temporary files of killed processes from the directory of the target, see ``temporaryPath(besides:)``.
  ///
  /// The function does not remove a file that another process has locked: that process is still writing the file.
  package static func clear(besides target: String) {
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

  /// Returns the process id in a text of the form `retort-PID-NUMBER.part`; nil for any other text.
  private static func process(of rest: Substring) -> pid_t? {
    let parts = rest.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "retort", parts[2].hasSuffix(".part"),
      UInt32(digits: parts[2].dropLast(".part".count)) != nil
    else { return nil }
    return pid_t(digits: parts[1]).flatMap { $0 > 0 ? $0 : nil }
  }

  private static func isThere(_ path: String) -> Fault {
    Fault(
      .file, "\(path) already exists",
      nextStep: "to add to the file, use append: true; to replace the file, remove new: true")
  }

  /// Whether the bytes are written immediately, because the file is a pipe or a device.
  package var isDirect: Bool { if case .direct = placement { true } else { false } }

  /// Whether `finish(_:)` appends the bytes to the existing content of the file.
  package var isAppended: Bool { if case .appends = placement { true } else { false } }

  /// Adds bytes to the new content of the file.
  ///
  /// If the file is a terminal, the function decodes the bytes as UTF-8, and escapes control characters. The bytes must
  /// therefore not end inside a character. If `isJSON` is true, the escapes are those of JSON.
  package func write(_ bytes: [UInt8], isJSON: Bool = false) throws(Fault) {
    guard case .direct = placement, file.isTerminal else { return try file.write(bytes) }
    let text = String(decoding: bytes, as: UTF8.self).replacing(each: "\r\n", with: "\n")
    try file.write(Array((isJSON ? TerminalSafeText.json(text) : TerminalSafeText.visible(text)).utf8))
  }

  /// Replaces the content of the file with the written bytes, or appends all written bytes to the content.
  ///
  /// - Parameter opening: Returns bytes, such as a heading, that the function puts between the old content and the
  ///   written bytes. The closure gets true if the file has content. It is called only if the function appends, and
  ///   while the file is locked.
  /// - Throws: A `file` error with the reason; the file is then unchanged.
  package func finish(_ opening: (Bool) throws(Fault) -> [UInt8] = { _ throws(Fault) in [] }) throws(Fault) {
    switch placement {
    case .direct: break
    case .replaces(let temporary, let isNew):
      try file.sync()
      try Self.checkIsFree(path, target)
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
      try Self.checkIsFree(path, target, seconds: 60)
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

  /// Replaces the content of a file after ``finish(_:)``, and releases its lock.
  ///
  /// - Throws: A `file` error with the reason; the file is then unchanged.
  package func replace(with text: String) throws(Fault) {
    file.unlock()
    try TextFile.replace(target, with: text)
  }

  /// Discards the written bytes, and leaves the file unchanged.
  package func abandon() {
    if case .replaces(let temporary, _) = placement { unsafe unlink(temporary) }
  }
}
