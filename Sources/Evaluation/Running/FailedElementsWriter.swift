import Formats
import Glibc
import JSONText
import Synchronization
import Values

/// The lines that the stages of one outermost statement write to a file of failed elements.
///
/// Lines of earlier statements stay in the file until a stage of the same name processes their elements again. If its
/// change succeeds, the line is removed; if the change fails again, a new line replaces it. Lines of stages with other
/// names go into a second file.
///
/// Before the first change of the lines, the writer replaces the file with a copy. A program that reads the file at
/// this time, such as the statement itself, continues to read the old file. In the copy, the writer adds lines at the
/// end, and overwrites removed lines with spaces, so that no line is lost if the program is killed.
final class FailedElementsWriter: Sendable {
  /// An element of a stage.
  struct StageElement: Hashable {
    let stage: Int
    let index: Int
  }

  /// The error that ends a statement whose failed elements can't be stored.
  struct WriteFailed: Error {}

  private struct OpenFileAndLines {
    var file: FileDescriptor?
    var length = 0
    /// The names of the stages.
    var stages: [String] = []
    /// The lines that were in the file when it was opened.
    var earlier: [FailedElementLine] = []
    /// Whether the file has bytes that are not lines of failed elements, such as an incomplete last line.
    var hasOtherBytes = false
    /// Whether the writer has replaced the file with a copy.
    var isCopied = false
    /// The byte ranges of the lines before `indexed`, by the hash of their stage and their original element.
    var lines: [Int: [Range<Int>]] = [:]
    /// The length of the part of the file whose lines are in `lines`.
    var indexed = 0
    /// The length of the part of the file with the lines of earlier statements.
    var earlierLength = 0
    /// The byte ranges of this statement's lines for changes with an unknown outcome.
    var unknown: [StageElement: Range<Int>] = [:]
    /// The number of bytes in removed lines.
    var removed = 0
    /// The path of the file with the earlier content; nil without this file.
    var otherFile: String?
    /// The error of the first failed write; nil if every write succeeded.
    var failure: Fault?
    /// The number of elements that are missing from the file because a write failed.
    var missing = 0

    /// The number of lines of earlier statements in the copy.
    var earlierLineCount: Int {
      lines.values.reduce(0) { $0 + $1.count { $0.lowerBound < earlierLength } }
    }

    /// Takes a line with one of the hashes; returns nil without this line.
    mutating func takeLine(_ hashes: [Int]) -> Range<Int>? {
      for hash in hashes {
        guard let line = lines[hash]?.first else { continue }
        lines[hash]?.removeFirst()
        if lines[hash]?.isEmpty ?? false { lines[hash] = nil }
        return line
      }
      return nil
    }

    var fault: Fault? {
      failure.map { failure in
        Fault(
          .file, "\(failure.message); \(missing) \(missing == 1 ? "element is" : "elements are") missing from the file",
          nextStep: failure.nextStep ?? "make room on the disk before the next run")
      }
    }
  }

  private let path: String
  private let target: String
  /// Whether the file is a device or a standard stream, to which the statement writes lines directly.
  private let isDevice: Bool
  private let session: Session
  private let state = Mutex(OpenFileAndLines())

  /// Opens and locks the file, and reads the lines of earlier statements.
  ///
  /// - Parameters:
  ///   - path: The path as the user wrote it.
  ///   - target: The path with all symbolic links resolved.
  ///   - session: The session, which shows notes.
  /// - Throws: A `file` error if the file is locked by another run, or is neither empty nor a file of failed elements.
  init(_ path: String, _ target: String, _ session: Session) throws(Fault) {
    (self.path, self.target, self.session) = (path, target, session)
    let isStandard = FileDescriptor.standard(path) != nil
    isDevice = isStandard || FileDescriptor.exists(target) && !FileDescriptor.isFile(target)
    try FileDescriptor.checkWritable(path)
    if !isStandard, FileDescriptor.isNamedPipe(target) {
      throw Fault(
        .file, "\(path) is a named pipe: failed elements are lost if no program reads the pipe",
        nextStep: "failed: \"failed.ndjson\"")
    }
    if isDevice { return }
    let file = try opened()
    let lines = try FailedElementLines(file)
    if lines.all.isEmpty, lines.hasOtherBytes {
      throw Fault(
        .file, "\(path) is not a file of failed elements, so the option failed: does not write to it",
        nextStep: "failed: \"\(path).failed\", or remove the file")
    }
    state.withLock { state in
      (state.file, state.length) = (file, lines.length)
      (state.earlier, state.hasOtherBytes) = (lines.all, lines.hasOtherBytes)
    }
  }

  /// Opens and locks the file; creates a missing file.
  private func opened() throws(Fault) -> FileDescriptor {
    while true {
      let file = try FileDescriptor.updating(target, for: path)
      guard file.lockIfFree() else {
        throw Fault(
          .file, "another run is writing its failed elements to \(path)",
          nextStep: "wait until that run has ended, or name another file for failed:")
      }
      // Another run could have replaced the file before the lock.
      if file.isFile(at: target) { return file }
    }
  }

  /// Returns the name of a stage, such as `create posts`.
  func name(ofStage number: Int) -> String { state.withLock { $0.stages[number] } }

  /// Returns the number of a stage that begins to write to the file.
  func beginStage(_ name: String) -> Int {
    state.withLock { state in
      state.stages.append(name)
      return state.stages.count - 1
    }
  }

  /// Removes the line of an element whose change succeeded.
  ///
  /// The line can be of this statement, if a late reply or a lookup shows the success. Or it can be a line of an earlier
  /// statement, if this statement repeats the change.
  ///
  /// - Parameters:
  ///   - element: The element.
  ///   - isRepeated: Whether the element was read from a file of failed elements.
  ///   - source: Returns the original element.
  func resolve(_ element: StageElement, isRepeated: Bool, _ source: () -> FailedElementsFile.OriginalElement) {
    state.withLock { state in
      guard state.failure == nil, !isDevice else { return }
      do throws(Fault) {
        if let own = state.unknown.removeValue(forKey: element) { return try remove(own, &state) }
        guard isRepeated || !state.earlier.isEmpty || !state.lines.isEmpty else { return }
        if let line = try takeEarlierLine(of: element, source(), &state) { try remove(line, &state) }
      } catch { state.failure = error }
    }
  }

  /// Writes the line of an element whose change failed, and removes the element's earlier line.
  ///
  /// - Parameters:
  ///   - line: The line, which ends with a line feed.
  ///   - element: The element.
  ///   - source: The original element.
  ///   - isUnknown: Whether the outcome of the change is unknown, so that the line can be removed later.
  func add(
    _ line: [UInt8], of element: StageElement, _ source: FailedElementsFile.OriginalElement, isUnknown: Bool
  ) {
    state.withLock { state in
      guard state.failure == nil else { return state.missing += 1 }
      do throws(Fault) {
        try copyOnce(&state)
        var earlier = state.unknown.removeValue(forKey: element)
        if earlier == nil { earlier = try takeEarlierLine(of: element, source, &state) }
        try append(line, &state)
        if isUnknown { state.unknown[element] = state.length - line.count..<state.length }
        if let earlier { try remove(earlier, &state) }
      } catch {
        if !isDevice { state.file?.truncate(to: state.length) }
        (state.failure, state.missing) = (error, 1)
      }
    }
  }

  /// Throws an error if a line could not be written.
  func check() throws(WriteFailed) {
    if state.withLock({ $0.failure != nil }) { throw WriteFailed() }
  }

  /// Ends a stage.
  ///
  /// - Returns: The error of a failed write, with the number of missing elements; nil if every write succeeded.
  func endStage() -> Fault? {
    state.withLock { state in
      if state.failure != nil || isDevice { return state.fault }
      do throws(Fault) {
        if !(state.file?.isFile(at: target) ?? true) { try restore(&state) }
        if state.removed * 2 > state.length { try compact(&state) }
        return nil
      } catch { return error }
    }
  }

  /// Closes the file, so that other runs can write it.
  ///
  /// - Returns: Notes about the lines of earlier statements.
  func close() -> [String] {
    state.withLock { state in
      if state.removed > 0, state.failure == nil { try? compact(&state) }
      let left = state.isCopied ? state.earlierLineCount : state.earlier.count
      state.file = nil
      let kept =
        left == 1 ? "1 failed element of an earlier statement" : "\(left) failed elements of earlier statements"
      return (left > 0 ? ["\(path) still has \(kept)"] : [])
        + (state.otherFile.map { ["\($0) has the earlier content of \(path), which is from other stages"] } ?? [])
    }
  }
}

extension FailedElementsWriter {
  private func append(_ line: [UInt8], _ state: inout OpenFileAndLines) throws(Fault) {
    if isDevice {
      if state.file == nil { state.file = FileDescriptor.standard(path) }
      if state.file == nil { state.file = try FileDescriptor.appending(to: target) }
      try state.file?.write(line)
    } else {
      try state.file?.write(line, at: state.length)
    }
    state.length += line.count
  }

  /// Overwrites a line with spaces.
  private func remove(_ line: Range<Int>, _ state: inout OpenFileAndLines) throws(Fault) {
    if isDevice { return }
    try state.file?.write([UInt8](repeating: 0x20, count: line.count - 1), at: line.lowerBound)
    state.removed += line.count
  }

  /// Takes the line that an earlier statement wrote for an equal element; returns nil without this line.
  ///
  /// If the element was read from a file of failed elements, the line can also be from this statement.
  private func takeEarlierLine(
    of element: StageElement, _ source: FailedElementsFile.OriginalElement, _ state: inout OpenFileAndLines
  ) throws(Fault) -> Range<Int>? {
    if isDevice { return nil }
    try copyOnce(&state)
    let hashes = [state.stages[element.stage], ""].map { FailedElementLine.hash($0, source.value) }
    if let line = state.takeLine(hashes) { return line }
    // An earlier stage of this statement can have written the line.
    guard source.isRepeated, let file = state.file, state.indexed < state.length else { return nil }
    for line in try FailedElementLines(file, from: state.indexed).all {
      state.lines[line.hash, default: []].append(line.range)
    }
    state.indexed = state.length
    return state.takeLine(hashes)
  }

  /// Replaces the file with a copy of the lines of this statement's stages.
  ///
  /// If the file has other lines, its earlier content gets a second name.
  private func copyOnce(_ state: inout OpenFileAndLines) throws(Fault) {
    guard !isDevice, !state.isCopied else { return }
    defer { state.isCopied = true }
    guard state.length > 0 else { return }
    let names = Set(state.stages + [""])
    let kept = state.earlier.filter { names.contains($0.stage) }
    if kept.count < state.earlier.count || state.hasOtherBytes { state.otherFile = try keptEarlierFile() }
    var ranges: [Range<Int>] = []
    try replace(&state, keeping: kept.map(\.range)) { ranges.append($0) }
    for (line, range) in zip(kept, ranges) { state.lines[line.hash, default: []].append(range) }
    (state.earlier, state.indexed, state.earlierLength) = ([], state.length, state.length)
  }

  /// Replaces the file with a copy that lacks the removed lines.
  private func compact(_ state: inout OpenFileAndLines) throws(Fault) {
    guard let file = state.file else { return }
    var moved: [Int: Range<Int>] = [:]
    let kept = try FailedElementLines(file).all.map(\.range)
    func newLength(_ length: Int) -> Int { kept.reduce(0) { $0 + ($1.lowerBound < length ? $1.count : 0) } }
    let (indexed, earlierLength) = (newLength(state.indexed), newLength(state.earlierLength))
    var next = kept[...]
    try replace(&state, keeping: kept) { moved[next.removeFirst().lowerBound] = $0 }
    (state.indexed, state.earlierLength) = (indexed, earlierLength)
    state.lines = state.lines.mapValues { $0.compactMap { moved[$0.lowerBound] } }
    state.unknown = state.unknown.compactMapValues { moved[$0.lowerBound] }
  }

  /// Writes the file again, because another program removed or replaced it.
  private func restore(_ state: inout OpenFileAndLines) throws(Fault) {
    let path = FileDescriptor.exists(target) ? freeEarlierPath() : target
    try replace(&state, keeping: [0..<state.length], at: path) { _ in }
    state.removed = 0
    session.note(
      path == target
        ? "\(self.path) was removed during the statement; it is written again"
        : "another program replaced \(self.path) during the statement; \(path) has the failed elements")
  }

  /// Replaces the file with a new, locked file that contains some ranges of the present file.
  private func replace(
    _ state: inout OpenFileAndLines, keeping ranges: [Range<Int>], at path: String? = nil, _ moved: (Range<Int>) -> Void
  ) throws(Fault) {
    guard let source = state.file else { return }
    let temporary = "\(target).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).part"
    let copy = try FileDescriptor.writing(new: temporary, for: self.path, like: try source.mode())
    var length = 0
    do throws(Fault) {
      _ = copy.lockIfFree()
      for range in ranges {
        try copy.append(range, of: source)
        moved(length..<length + range.count)
        length += range.count
      }
      guard unsafe rename(temporary, path ?? target) == 0 else {
        throw FileDescriptor.failure("can't write \(self.path)")
      }
    } catch {
      unsafe _ = unlink(temporary)
      throw error
    }
    (state.file, state.length, state.removed) = (copy, length, 0)
  }

  /// Gives the file a second name, and returns this name.
  private func keptEarlierFile() throws(Fault) -> String {
    while true {
      let name = freeEarlierPath()
      if unsafe link(target, name) == 0 { return name }
      if errno == EEXIST { continue }
      // On some file systems, a file can't have two names.
      guard errno == EPERM || errno == EOPNOTSUPP, unsafe rename(target, name) == 0 else {
        throw FileDescriptor.failure("can't keep \(path) as \(name)")
      }
      return name
    }
  }

  /// Returns a path that no file has, such as `failed.old.ndjson` or `failed.old2.ndjson`.
  private func freeEarlierPath() -> String {
    let begin = target.lastIndex(of: "/").map(target.index(after:)) ?? target.startIndex
    let dot = target[begin...].lastIndex(of: ".").flatMap { $0 == begin ? nil : $0 } ?? target.endIndex
    var number = 1
    while true {
      let path = target[..<dot] + (number == 1 ? ".old" : ".old\(number)") + target[dot...]
      if !FileDescriptor.exists(String(path)) { return String(path) }
      number += 1
    }
  }
}
