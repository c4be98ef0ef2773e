import Formats
import Glibc
import JSONText
import Synchronization
import Values

/// The lines that the stages of one outermost statement write to a file of failed elements.
///
/// When the first stage writes its first line, it replaces the file of an earlier statement. The other stages add their
/// lines. A statement without failures leaves an empty file.
///
/// A stage can read its elements from the same file. Before this stage writes its first line, the file gets another
/// name. When the stage has processed all its elements, the renamed file is removed.
final class FailedElementsWriter: Sendable {
  /// An element of a stage.
  struct StageElement: Hashable {
    let stage: Int
    let index: Int
  }

  private struct StageReplacedFile {
    /// How often the session had read the file when the stage began, or when the stage replaced the file.
    var reads: Int
    /// The path of the file with the earlier content; nil if the stage has replaced no content.
    var earlier: String?
    /// Whether the file `earlier` stays because no statement has read the content.
    var staysUnread = false
  }

  private struct OpenFileAndLineRanges {
    var file: FileDescriptor?
    var length = 0
    var stages: [StageReplacedFile] = []
    /// The byte ranges of the lines for changes with an unknown outcome.
    ///
    /// If a late reply shows that a change succeeded, `endStage` removes its line.
    var unknown: [StageElement: Range<Int>] = [:]
    var removed: [Range<Int>] = []
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
  private let session: Session
  private let state = Mutex(OpenFileAndLineRanges())

  /// Checks that a statement can write failed elements to the file; does not change the file.
  ///
  /// The file must be missing, empty, or a file of failed elements.
  ///
  /// - Parameters:
  ///   - path: The path as the user wrote it.
  ///   - target: The path with all symbolic links resolved.
  ///   - session: The session, which knows the files that its statements have read.
  /// - Throws: A `file` error.
  init(_ path: String, _ target: String, _ session: Session) throws(Fault) {
    (self.path, self.target, self.session) = (path, target, session)
    let isStandard = FileDescriptor.standard(path) != nil
    isDevice = unsafe isStandard || access(target, F_OK) == 0 && !FileDescriptor.isFile(target)
    try FileDescriptor.checkWritable(path)
    if !isStandard, FileDescriptor.isNamedPipe(target) {
      throw Fault(
        .file, "\(path) is a named pipe: failed elements are lost if no program reads the pipe",
        nextStep: "failed: \"failed.ndjson\"")
    }
    if isDevice { return }
    try checkIsFree()
    guard try Self.isReplaceable(target) else {
      throw Fault(
        .file, "\(path) is not a file of failed elements, so the option failed: does not replace it",
        nextStep: "failed: \"\(path).failed\", or remove the file")
    }
  }

  /// Throws an error if another run is writing the file.
  private func checkIsFree() throws(Fault) {
    guard FileDescriptor.isFile(target), try !FileDescriptor.reading(target).lockIfFree() else { return }
    throw Fault(
      .file, "another run is writing its failed elements to \(path)",
      nextStep: "wait until that run has ended, or name another file: failed: \"\(path).2\"")
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

  /// Returns the number of a stage that begins to write to the file.
  func beginStage() -> Int {
    state.withLock { state in
      state.stages.append(StageReplacedFile(reads: session.readCount(of: target)))
      return state.stages.count - 1
    }
  }

  /// Writes the line of an element whose change failed, or marks the element's earlier line for removal.
  ///
  /// - Parameters:
  ///   - element: The element.
  ///   - line: The line, which ends with a line feed; nil if a late reply or a lookup shows that the change succeeded.
  ///   - isUnknown: Whether the outcome of the change is unknown, so that the line can be replaced later.
  func replaceLine(of element: StageElement, with line: [UInt8]?, isUnknown: Bool) {
    state.withLock { state in
      if let earlier = state.unknown.removeValue(forKey: element) { state.removed.append(earlier) }
      guard let line else { return }
      guard state.failure == nil else { return state.missing += 1 }
      do throws(Fault) {
        try open(&state, for: element.stage)
        try state.file?.write(line)
      } catch {
        state.file?.truncate(to: state.length)
        (state.failure, state.missing) = (error, 1)
        return
      }
      if isUnknown { state.unknown[element] = state.length..<state.length + line.count }
      state.length += line.count
    }
  }

  /// Opens a new file if no stage has opened it, or if the file contains the elements of this stage.
  private func open(_ state: inout OpenFileAndLineRanges, for stage: Int) throws(Fault) {
    let reads = session.readCount(of: target)
    let isOwnSource = reads > state.stages[stage].reads
    guard state.file == nil || isOwnSource && !isDevice else { return }
    if state.file == nil, !isDevice { try checkIsFree() }
    try keepEarlierFile(&state.stages[stage], isRead: reads > 0)
    (state.file, state.length, state.unknown, state.removed) = (try opened(), 0, [:], [])
    state.stages[stage].reads = reads
    session.recordFailedElements(in: target, areUnread: false)
  }

  /// Gives a second name to the file if its content must be kept.
  ///
  /// The content must be kept in two cases: the new stage can read its elements from the file, or no statement has read
  /// the content that this session wrote.
  private func keepEarlierFile(_ stage: inout StageReplacedFile, isRead: Bool) throws(Fault) {
    var status = stat()
    let isUnread = session.hasUnreadFailedElements(in: target)
    guard !isDevice, isRead || isUnread, unsafe stat(target, &status) == 0, status.st_size > 0 else { return }
    stage.earlier = try keptEarlierFile()
    stage.staysUnread = isUnread
  }

  private func keptEarlierFile() throws(Fault) -> String {
    var number = 1
    while true {
      let name = earlierPath(number)
      if unsafe link(target, name) == 0 { return name }
      number += 1
      if errno == EEXIST { continue }
      // On some file systems, a file can't have two names.
      guard errno == EPERM || errno == EOPNOTSUPP, unsafe rename(target, name) == 0 else {
        throw FileDescriptor.failure("can't keep \(path) as \(name)")
      }
      return name
    }
  }

  /// Returns the path for earlier content, such as `failed.old.ndjson`, or `failed.old2.ndjson` for the number 2.
  private func earlierPath(_ number: Int) -> String {
    let mark = number == 1 ? ".old" : ".old\(number)"
    let begin = target.lastIndex(of: "/").map(target.index(after:)) ?? target.startIndex
    guard let dot = target[begin...].lastIndex(of: "."), dot != begin else { return target + mark }
    return target[..<dot] + mark + target[dot...]
  }

  /// Opens the file for writing.
  ///
  /// The function replaces a regular file with a new, empty file. Programs that have the old file open can still read
  /// the old file. The function does not replace a device or a standard stream.
  private func opened() throws(Fault) -> FileDescriptor {
    if let standard = FileDescriptor.standard(path) { return standard }
    if isDevice { return try FileDescriptor.appending(to: target) }
    return try replaced { file throws(Fault) in }
  }

  /// Replaces the file with a new, locked file, after `fill` has written the new file's content.
  private func replaced(fill: (FileDescriptor) throws(Fault) -> Void) throws(Fault) -> FileDescriptor {
    var status = stat()
    let mode = unsafe stat(target, &status) == 0 ? status.st_mode & 0o7777 : nil
    let temporary = "\(target).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).part"
    let file = try FileDescriptor.writing(new: temporary, for: path, like: mode ?? 0o600)
    do throws(Fault) {
      _ = file.lockIfFree()
      try fill(file)
      guard unsafe rename(temporary, target) == 0 else { throw FileDescriptor.failure("can't write \(path)") }
    } catch {
      unsafe _ = unlink(temporary)
      throw error
    }
    return file
  }

  /// Removes the lines of changes that have succeeded according to a late reply or a lookup.
  ///
  /// If nothing failed, the function creates an empty file, or replaces the file of an earlier statement. If
  /// `isComplete` is true, the stage has processed all its elements, and the function removes the file that contained
  /// them.
  ///
  /// - Returns: The error of a failed write, with the number of missing elements; nil if every write succeeded.
  func endStage(_ stage: Int, isComplete: Bool) -> Fault? {
    state.withLock { state in
      if state.failure != nil || isDevice { return state.fault }
      do throws(Fault) {
        try open(&state, for: stage)
        if !state.removed.isEmpty { try removeLines(&state) }
        if isComplete, !state.stages[stage].staysUnread, let earlier = state.stages[stage].earlier.take() {
          unsafe _ = unlink(earlier)
        }
        session.recordFailedElements(in: target, areUnread: state.length > 0)
        return nil
      } catch { return error }
    }
  }

  /// Returns a note that names the file with the earlier content; nil if there is no such file.
  ///
  /// A second call returns nil.
  func takeEarlierFileNote(of stage: Int) -> String? {
    state.withLock { state in
      guard let earlier = state.stages[stage].earlier.take() else { return nil }
      return state.stages[stage].staysUnread
        ? "\(path) had failed elements of an earlier statement that no statement has read: \(earlier) keeps them"
        : "the statement ended before it processed all its elements, so \(earlier) keeps the earlier content of \(path)"
    }
  }

  /// Replaces the file with a copy that lacks the lines in `removed`.
  private func removeLines(_ state: inout OpenFileAndLineRanges) throws(Fault) {
    let removed = state.removed.sorted { $0.lowerBound < $1.lowerBound }
    state.file = try replaced { copy throws(Fault) in try self.copyLines(to: copy, without: removed) }
    func shifted(_ position: Int) -> Int {
      position - removed.prefix { $0.upperBound <= position }.reduce(0) { $0 + $1.count }
    }
    state.unknown = state.unknown.mapValues { shifted($0.lowerBound)..<shifted($0.upperBound) }
    state.length = shifted(state.length)
    state.removed = []
  }

  private func copyLines(to copy: FileDescriptor, without removed: [Range<Int>]) throws(Fault) {
    let source = try FileDescriptor.reading(target)
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

  /// Closes the file, so that other runs can replace it.
  func close() { state.withLock { $0.file = nil } }
}
