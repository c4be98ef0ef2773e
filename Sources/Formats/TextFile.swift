import Glibc
public import Values

/// Reads and replaces text files.
public enum TextFile {
  /// Reads a whole file; `-` is standard input.
  ///
  /// The content must be UTF-8, with or without a byte order mark.
  ///
  /// - Throws: A `file` error with the reason.
  public static func read(_ path: String) throws(Fault) -> String {
    let file = try FileDescriptor.reading(path)
    var bytes: [UInt8] = []
    while true {
      let piece = try file.read(1 << 16)
      if piece.isEmpty { break }
      bytes += piece
    }
    if let fault = BinaryFileDetector.fault(of: bytes, path) { throw fault }
    guard let text = String(validating: bytes.withoutMark, as: UTF8.self) else {
      throw .notUTF8(path, 1, bytes.withoutMark)
    }
    return text
  }

  /// Replaces a file with a text, completely or not at all.
  ///
  /// The function writes a new file with the same permissions, which then replaces the old file. If the path is a
  /// symbolic link, the function replaces the target of the link. If `isNew` is true, the file must not exist.
  ///
  /// - Throws: A `file` error with the reason; the file is then unchanged.
  public static func replace(_ path: String, with text: String, isNew: Bool = false) throws(Fault) {
    let file = try AtomicFile(path, appends: false, isNew: isNew)
    do throws(Fault) {
      try file.write(Array(text.utf8))
      try file.finish()
    } catch {
      file.abandon()
      throw error
    }
  }

  /// Returns the absolute path of a file, with all symbolic links resolved.
  ///
  /// The file need not exist. If even its directory does not exist, the function returns `path` unchanged.
  ///
  /// - Throws: A `file` error for a cycle of links, and for a path with a NUL.
  package static func target(of path: String) throws(Fault) -> String {
    try FileDescriptor.checkNUL(path)
    if let resolved = unsafe realpath(path, nil) {
      defer { unsafe free(resolved) }
      return unsafe String(cString: resolved)
    }
    guard errno != ELOOP else { throw FileDescriptor.failure("can't write \(path)") }
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(path, &bytes, bytes.count)
    let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    guard count > 0 else {
      guard let folder = unsafe realpath(directory.isEmpty ? "." : String(directory), nil) else { return path }
      defer { unsafe free(folder) }
      let parent = unsafe String(cString: folder)
      return (parent == "/" ? "" : parent) + "/" + path.dropFirst(directory.count)
    }
    let link = String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return try target(of: link.hasPrefix("/") ? link : directory + link)
  }
}

extension [UInt8] {
  /// The bytes without a byte order mark (U+FEFF) at the beginning, which some editors write.
  package var withoutMark: [UInt8] { starts(with: [0xEF, 0xBB, 0xBF]) ? Array(dropFirst(3)) : self }
}
