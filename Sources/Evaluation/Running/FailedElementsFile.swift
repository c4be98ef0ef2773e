import Bulk
import Formats
import Glibc
import JSONText
import Language
import Synchronization
import Values

/// The file of the option `failed:`, which contains the failed elements of a statement.
///
/// The file has a line of JSON for each element whose change failed, was refused, or has an unknown outcome. The line
/// contains the element and its error.
///
/// When the statement writes the first line, it replaces the file of an earlier statement. A statement without failures
/// leaves an empty file.
///
/// If the session has read the earlier file, the elements of the statement may come from the earlier file. In this
/// case, the earlier file gets another name. It is removed when the statement has processed all its elements.
final class FailedElementsFile: Sendable {
  private struct OpenFileAndLineRanges {
    var file: FileDescriptor?
    var length = 0
    /// The byte ranges of the lines for changes with an unknown outcome, by the index of the element.
    ///
    /// If a late reply shows that a change succeeded, `finish()` removes its line.
    var unknown: [Int: Range<Int>] = [:]
    var removed: [Range<Int>] = []
    /// The new path of the earlier statement's file; nil if the session has not read this file.
    var earlier: String?
    /// The error of the first failed write; nil if every write succeeded.
    var failure: Fault?
    /// The number of elements that are missing from the file because a write failed.
    var missing = 0

    var fault: Fault? {
      failure.map { failure in
        Fault(
          .file, "\(failure.message); \(missing) \(missing == 1 ? "element is" : "elements are") missing from the file",
          nextStep:
            "make room on the disk before the next run; to keep failures in a variable too, write let r = ... and read r.failures"
        )
      }
    }
  }

  private let path: String
  private let target: String
  /// Whether the file is a device or a standard stream, to which the statement writes lines directly.
  private let isDevice: Bool
  /// A function that returns whether the session has read the file at a path.
  private let wasRead: @Sendable (_ target: String) -> Bool
  private let state = Mutex(OpenFileAndLineRanges())

  /// Checks that a statement can write failed elements to the file; does not change the file.
  ///
  /// The file must be missing, empty, or a file of failed elements.
  ///
  /// - Throws: A `file` error.
  init(_ path: String, wasRead: @escaping @Sendable (_ target: String) -> Bool) throws(Fault) {
    self.path = path
    self.wasRead = wasRead
    target = try TextFile.target(of: path)
    let isStandard = FileDescriptor.standard(path) != nil
    isDevice = unsafe isStandard || access(target, F_OK) == 0 && !FileDescriptor.isFile(target)
    try FileDescriptor.checkWritable(path)
    if !isStandard, FileDescriptor.isNamedPipe(target) {
      throw Fault(
        .file, "\(path) is a named pipe: failed elements are lost if no program reads the pipe",
        nextStep: "failed: \"failed.ndjson\"")
    }
    if isDevice { return }
    guard try Self.isReplaceable(target) else {
      throw Fault(
        .file, "\(path) is not a file of failed elements, so the option failed: does not replace it",
        nextStep: "failed: \"\(path).failed\", or remove the file")
    }
  }

  /// Returns whether a statement may replace the file at a path.
  ///
  /// A regular file must be empty, or its first line must contain a failed element. A missing file needs no check.
  private static func isReplaceable(_ path: String) throws(Fault) -> Bool {
    guard FileDescriptor.isFile(path) else { return true }
    let file = try FileDescriptor.reading(path)
    var begin: [UInt8] = []
    while begin.count < 1 << 24, !begin.contains(0x0A) {
      let piece = try file.read(1 << 16)
      if piece.isEmpty { break }
      begin += piece
    }
    guard !begin.isEmpty else { return true }
    let line = Array(begin.prefix { $0 != 0x0A })
    guard let object = (try? JSONValue(parsing: line))?.objectValue else { return false }
    return object.contains("source") && object.contains("element") && object["error"]?.objectValue != nil
  }

  /// Writes the line of a failed element.
  ///
  /// If a late reply or a lookup shows that the change succeeded, the function marks the element's line for removal.
  func take(_ planned: BulkElement, _ outcome: Outcome, at index: Int) {
    guard !outcome.isDropped else { return }
    let line = outcome.isGood ? nil : Self.line(planned, outcome)
    state.withLock { state in
      if let earlier = state.unknown.removeValue(forKey: index) { state.removed.append(earlier) }
      guard let line else { return }
      guard state.failure == nil else { return state.missing += 1 }
      do throws(Fault) {
        if state.file == nil {
          state.earlier = try keptEarlierFile()
          state.file = try opened()
        }
        try state.file?.write(line)
      } catch {
        state.file?.truncate(to: state.length)
        (state.failure, state.missing) = (error, 1)
        return
      }
      if case .unknown = outcome { state.unknown[index] = state.length..<state.length + line.count }
      state.length += line.count
    }
  }

  /// Returns the original element if `source` is itself a line from a file of failed elements; otherwise `source`.
  ///
  /// Such a line contains an original element and its error. A statement that repeats failed changes reads these lines
  /// as its elements.
  private static func original(_ source: JSONValue) -> JSONValue {
    guard let object = source.objectValue, let inner = object["source"], object.contains("element"),
      object["error"]?["kind"] != nil
    else { return source }
    return original(inner)
  }

  private static func line(_ planned: BulkElement, _ outcome: Outcome) -> [UInt8] {
    let identity = (try? planned.prepared.get())?.change.identity
    let line: JSONObject = [
      "source": original((try? planned.source.json()) ?? .null), "element": (try? planned.input.json()) ?? .null,
      "identity": identity.map { .string($0.text) } ?? .null, "error": .object(BulkRun.error(planned, outcome)),
    ]
    return JSONValue.object(line).encoded() + [0x0A]
  }

  /// Gives a second name to the file of an earlier statement, and returns this name.
  ///
  /// Returns nil if the session has not read the file, or if the file is empty.
  private func keptEarlierFile() throws(Fault) -> String? {
    var status = stat()
    guard !isDevice, wasRead(target), unsafe stat(target, &status) == 0, status.st_size > 0 else { return nil }
    for number in 1... {
      let name = "\(target).old\(number == 1 ? "" : "\(number)")"
      if unsafe link(target, name) == 0 { return name }
      if errno == EEXIST { continue }
      // On some file systems, a file can't have two names.
      guard errno == EPERM || errno == EOPNOTSUPP, unsafe rename(target, name) == 0 else {
        throw FileDescriptor.failure("can't keep \(path) as \(name)")
      }
      return name
    }
    return nil
  }

  /// Opens the file for writing.
  ///
  /// The function replaces a regular file with a new, empty file. Programs that have the old file open can still read
  /// the old file. The function does not replace a device or a standard stream.
  private func opened() throws(Fault) -> FileDescriptor {
    if let standard = FileDescriptor.standard(path) { return standard }
    if isDevice { return try FileDescriptor.appending(to: target) }
    var status = stat()
    let mode = unsafe stat(target, &status) == 0 ? status.st_mode & 0o7777 : nil
    let temporary = "\(target).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).part"
    let file = try FileDescriptor.writing(new: temporary, for: path, like: mode ?? 0o600)
    guard unsafe rename(temporary, target) == 0 else { throw FileDescriptor.failure("can't write \(path)") }
    return file
  }

  /// Removes the lines of changes that have succeeded according to a late reply or a lookup.
  ///
  /// If nothing failed, the function creates an empty file, or replaces the file of an earlier statement with an empty
  /// file. If `isComplete` is true, the statement has processed all its elements, and the function removes the earlier
  /// file.
  ///
  /// - Returns: The error of a failed write, with the number of missing elements; nil if every write succeeded.
  func finish(isComplete: Bool) -> Fault? {
    var state = state.withLock { $0 }
    if state.failure != nil || isDevice { return state.fault }
    do throws(Fault) {
      if state.file == nil {
        state.earlier = try keptEarlierFile()
        _ = try opened()
      }
      if !state.removed.isEmpty { try rewrite(without: state.removed.sorted { $0.lowerBound < $1.lowerBound }) }
      if isComplete, let earlier = state.earlier.take() { unsafe _ = unlink(earlier) }
      self.state.withLock { $0.earlier = state.earlier }
      return nil
    } catch { return error }
  }

  /// A note that contains the new name of the earlier statement's file; nil if there is no such file.
  var earlierFileNote: String? {
    state.withLock(\.earlier).map {
      "the statement ended before it processed all its elements, so \($0) keeps the earlier content of \(path)"
    }
  }

  private func rewrite(without removed: [Range<Int>]) throws(Fault) {
    let source = try FileDescriptor.reading(target)
    let copy = try opened()
    var (offset, rest) = (0, removed[...])
    while true {
      let piece = try source.read(1 << 18)
      guard !piece.isEmpty else { return }
      var kept: [UInt8] = []
      for byte in piece {
        while let first = rest.first, first.upperBound <= offset { rest.removeFirst() }
        if !(rest.first?.contains(offset) ?? false) { kept.append(byte) }
        offset += 1
      }
      try copy.write(kept)
    }
  }
}

extension Arguments {
  /// Returns the file of the option `failed:`; nil if the option is missing, and in a dry run.
  ///
  /// - Throws: A `file` error if the file exists and is not a file of failed elements. A `value` error if the file is
  ///   also the statement's journal or backup.
  func failedFile(_ session: Session, isDry: Bool) throws(Fault) -> FailedElementsFile? {
    try refuseSharedFile()
    guard let argument = options["failed"], let path = try linesFile("failed"), !isDry else { return nil }
    do throws(Fault) { return try FailedElementsFile(path, wasRead: session.hasRead) } catch {
      throw error.placed(at: argument.range, in: source)
    }
  }

  /// Throws an error if two of the options `failed:`, `journal:` and `backup:` name the same file.
  private func refuseSharedFile() throws(Fault) {
    var targets: [(option: String, target: String)] = []
    for option in ["failed", "journal", "backup"] {
      guard let path = try linesFile(option), let argument = options[option] else { continue }
      let target = try TextFile.target(of: path)
      if let first = targets.first(where: { $0.target == target })?.option {
        throw fault(
          argument, .value, "the options \(first): and \(option): name the same file",
          nextStep: "\(option): \"\(option).ndjson\"")
      }
      targets.append((option, target))
    }
  }

  /// Returns the path in an option that names a file with lines of JSON; nil if the option is missing.
  ///
  /// - Throws: A `value` error for an empty path, for `-`, and for a path that ends in `.csv` or `.tsv`.
  func linesFile(_ option: String) throws(Fault) -> String? {
    guard let argument = options[option], let path = try string(option) else { return nil }
    let nextStep = "\(option): \"\(option).ndjson\""
    if path.isEmpty { throw fault(argument, .value, "the option \(option): is empty", nextStep: nextStep) }
    if path == "-" { throw fault(argument, .value, "the option \(option): needs a file, not -", nextStep: nextStep) }
    if let format = try? FileFormat(path: path, named: nil), format == .csv || format == .tsv {
      throw fault(
        argument, .value, "the option \(option): writes lines of JSON, but \(path) ends in .\(format.rawValue)",
        nextStep: nextStep
      )
    }
    return path
  }
}
