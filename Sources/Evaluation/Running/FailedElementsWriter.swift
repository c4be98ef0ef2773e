import Formats
import Glibc
import JSONText
import Synchronization
import Values

/// The lines that the stages of one outermost statement write to a file of failed elements.
///
/// Lines of earlier statements stay in the file until a stage repeats their changes. If the change succeeds, the line is
/// removed; if the change fails again, a new line replaces it. To find the line of an element, the writer compares the
/// record that the element was read from, or the change. In a statement that reads the file, it also compares the
/// original element, because such a statement can correct the change.
///
/// The writer replaces the file with a copy before the first change is sent. A program that reads the file at this time
/// continues to read the old file. In the copy, the writer adds lines at the end, and overwrites removed lines with
/// spaces, so that no line is lost if the program is killed.
final class FailedElementsWriter: Sendable {
  /// An element of a stage.
  struct StageElement: Hashable {
    let stage: Int
    let index: Int
  }

  /// The hashes by which an element finds its earlier line.
  struct LineHashes {
    /// The hash of the line from which the element was read; nil if it was not read from a file of failed elements.
    let record: Int?
    /// The hash of the element's change; nil without a change.
    let change: Int?
    /// The hash of the stage and the original element.
    let source: Int
  }

  /// The error that ends a statement whose failed elements can't be stored.
  struct WriteFailed: Error {}

  private struct OpenFileAndLines {
    /// The path of the open file: `target`, or another path if another program has replaced this file.
    var path: String
    var file: FileDescriptor?
    var length = 0
    var index = FailedElementIndex()
    /// The length of the part of the file with the lines of earlier statements.
    var earlierLength = 0
    /// The length of the part of the file that this statement has read.
    var readLength = 0
    /// How often the session had read the file when `readLength` was set.
    var reads: Int
    /// The length of the part of the file whose lines an equal change can remove.
    var knownLength: Int { max(earlierLength, readLength) }
    /// The byte ranges of this statement's lines for changes with an unknown outcome.
    var unknown: [StageElement: Range<Int>] = [:]
    /// The number of bytes in removed lines.
    var removed = 0
    var stages = 0
    /// The error of the first failed write; nil if every write succeeded.
    var failure: Fault?
    /// The number of elements that are missing from the file because a write failed.
    var missing = 0
    /// The number of lines that could not be removed, although their elements were processed again.
    var obsolete = 0

    var fault: Fault? {
      failure.map { failure in
        var message = failure.message
        if missing > 0 {
          message += "; \(missing) \(missing == 1 ? "element is" : "elements are") missing from the file"
        }
        if obsolete > 0 {
          message += "; the file still has \(obsolete) \(obsolete == 1 ? "line" : "lines") of elements processed again"
        }
        return Fault(.file, message, nextStep: failure.nextStep ?? "make room on the disk before the next run")
      }
    }
  }

  private let path: String
  private let target: String
  /// Whether the file is a device or a standard stream, to which the statement writes lines directly.
  private let isDevice: Bool
  private let session: Session
  private let state: Mutex<OpenFileAndLines>

  /// Opens and locks the file, and copies the lines of earlier statements.
  ///
  /// - Parameters:
  ///   - path: The path as the user wrote it.
  ///   - target: The path with all symbolic links resolved.
  ///   - session: The session, which counts the reads of the file, and shows notes.
  ///   - reads: How often the session had read the file when the statement began.
  /// - Throws: A `file` error if the file is locked by another run, or has other content than failed elements.
  init(_ path: String, _ target: String, _ session: Session, reads: Int) throws(Fault) {
    (self.path, self.target, self.session) = (path, target, session)
    state = Mutex(OpenFileAndLines(path: target, reads: reads))
    let isStandard = FileDescriptor.standard(path) != nil
    isDevice = isStandard || FileDescriptor.exists(target) && !FileDescriptor.isFile(target)
    try FileDescriptor.checkWritable(path)
    if !isStandard, FileDescriptor.isNamedPipe(target) {
      throw Fault(
        .file, "\(path) is a named pipe: failed elements are lost if no program reads the pipe",
        nextStep: "failed: \"failed.ndjson\"")
    }
    if isDevice { return }
    AtomicFile.clear(besides: target)
    let file = try opened()
    let lines = try FailedElementLines(file)
    if let line = lines.firstUnreadable {
      throw Fault(
        .file, "\(path) has other content than failed elements, so the option failed: does not write to it",
        nextStep: lines.all.isEmpty
          ? "failed: \"\(path).failed\", or remove the file" : "correct or remove line \(line) of the file")
    }
    try state.withLock { state throws(Fault) in
      (state.file, state.length) = (file, lines.length)
      guard lines.length > 0 else { return }
      state.index.add(try replace(&state, keeping: lines.all))
      state.earlierLength = state.length
      noteReads(&state)
    }
  }

  /// Opens and locks the file; creates a missing file.
  private func opened() throws(Fault) -> FileDescriptor {
    while true {
      let file = try FileDescriptor.updating(target, for: path)
      guard file.lockIfFree() else {
        throw Fault(
          .file, "another run is writing its failed elements to \(path)",
          nextStep: "wait until that run has ended")
      }
      // Another run could have replaced the file before the lock.
      if file.isFile(at: target) { return file }
    }
  }

  /// Returns the number of a stage that begins to write to the file.
  func beginStage() -> Int {
    state.withLock { state in
      state.stages += 1
      return state.stages
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
  ///   - hashes: Returns the hashes by which the element finds its line.
  func resolve(_ element: StageElement, isRepeated: Bool, _ hashes: () -> LineHashes) {
    state.withLock { state in
      guard !isDevice else { return }
      do throws(Fault) {
        if let own = takeUnknownLine(of: element, &state) { return try remove(own, &state) }
        noteReads(&state)
        guard isRepeated || !state.index.isEmpty || state.knownLength > state.index.end else { return }
        if let line = try takeLine(hashes(), &state) { try remove(line, &state) }
      } catch {
        state.failure = state.failure ?? error
        state.obsolete += 1
      }
    }
  }

  /// Writes the line of an element whose change failed, and removes the element's earlier line.
  ///
  /// If the line can't be written, the earlier line stays. Without an earlier line, a note names the element.
  ///
  /// - Parameters:
  ///   - line: The line, which ends with a line feed.
  ///   - element: The element.
  ///   - hashes: The hashes by which the element finds its earlier line.
  ///   - label: The name of the element in notes.
  ///   - isUnknown: Whether the outcome of the change is unknown, so that the line can be removed later.
  func add(_ line: [UInt8], of element: StageElement, _ hashes: LineHashes, label: String, isUnknown: Bool) {
    let isMissing = state.withLock { state in
      noteReads(&state)
      var earlier = takeUnknownLine(of: element, &state)
      do throws(Fault) {
        if earlier == nil { earlier = try takeLine(hashes, &state) }
        if let failure = state.failure { throw failure }
        try append(line, &state)
      } catch {
        state.failure = state.failure ?? error
        if earlier == nil { state.missing += 1 }
        return earlier == nil
      }
      if isUnknown { state.unknown[element] = state.length - line.count..<state.length }
      do throws(Fault) { if let earlier { try remove(earlier, &state) } } catch {
        state.failure = error
        state.obsolete += 1
      }
      return false
    }
    if isMissing { session.note("\(path) lacks the failed element \(label)") }
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
        try restoreIfReplaced(&state)
        if state.removed * 2 > state.length { try? compact(&state) }
        return nil
      } catch { return error }
    }
  }

  /// Closes the file, so that other runs can write it.
  ///
  /// - Returns: Notes about the lines of earlier statements.
  func close() -> [String] {
    state.withLock { state in
      if state.failure == nil, !isDevice {
        try? restoreIfReplaced(&state)
        if state.removed > 0 { try? compact(&state) }
      }
      let left = state.index.count(before: state.earlierLength)
      state.file = nil
      let kept =
        left == 1 ? "1 failed element of an earlier statement" : "\(left) failed elements of earlier statements"
      return left > 0 ? ["\(path) still has \(kept)"] : []
    }
  }
}

extension FailedElementsWriter {
  /// Records the length of the file if the session has read the file since the last call.
  private func noteReads(_ state: inout OpenFileAndLines) {
    let reads = session.readCount(of: target)
    if reads > state.reads { (state.reads, state.readLength) = (reads, state.length) }
  }

  private func append(_ line: [UInt8], _ state: inout OpenFileAndLines) throws(Fault) {
    if isDevice {
      if state.file == nil { state.file = FileDescriptor.standard(path) }
      if state.file == nil { state.file = try FileDescriptor.appending(to: target) }
      try state.file?.write(line)
    } else if let file = state.file {
      let length = try file.length()
      guard length >= state.length else { throw Fault(.file, "another program has shortened \(path)") }
      // Another program can have added bytes at the end.
      state.length = length
      do throws(Fault) { try file.write(line, at: length) } catch {
        file.truncate(to: length)
        throw error
      }
    }
    state.length += line.count
  }

  /// Overwrites a line with spaces.
  private func remove(_ line: Range<Int>, _ state: inout OpenFileAndLines) throws(Fault) {
    guard !isDevice, let file = state.file, try file.length() >= line.upperBound else { return }
    try file.write([UInt8](repeating: 0x20, count: line.count - 1), at: line.lowerBound)
    state.removed += line.count
  }

  /// Takes the line of this statement for a change with an unknown outcome; returns nil without this line.
  private func takeUnknownLine(of element: StageElement, _ state: inout OpenFileAndLines) -> Range<Int>? {
    guard let line = state.unknown.removeValue(forKey: element) else { return nil }
    state.index.removeLine(at: line.lowerBound)
    return line
  }

  /// Takes the earlier line of an element; returns nil without this line.
  ///
  /// If the element was read from this file, the line is the one that was read. Otherwise it is a line of an equal change
  /// that an earlier statement wrote. If this statement has read the line, an equal original element of the same stage
  /// is enough, because the statement can correct the change. An element without a change also replaces the line of an
  /// equal original element without a change.
  private func takeLine(_ hashes: LineHashes, _ state: inout OpenFileAndLines) throws(Fault) -> Range<Int>? {
    if isDevice { return nil }
    if let file = state.file, state.index.end < (hashes.record == nil ? state.knownLength : state.length) {
      state.index.add(try FailedElementLines(file, from: state.index.end).all)
      state.index.end = state.length
    }
    if let record = hashes.record, let line = state.index.takeLine(record: record) { return line }
    if let change = hashes.change, let line = state.index.takeLine(change: change, before: state.knownLength) {
      return line
    }
    return state.index.takeLine(
      source: hashes.source, before: state.readLength, unread: hashes.change == nil ? state.knownLength : 0)
  }

  /// Replaces the file with a copy that lacks the removed lines.
  private func compact(_ state: inout OpenFileAndLines) throws(Fault) {
    guard let file = state.file, case let lines = try FailedElementLines(file), lines.firstUnreadable == nil else {
      return
    }
    let kept = lines.all
    let (oldIndex, oldEarlier, oldRead) = (state.index, state.earlierLength, state.readLength)
    let moved = try replace(&state, keeping: kept)
    (state.index, state.earlierLength, state.readLength) = (FailedElementIndex(), 0, 0)
    var places: [Int: Range<Int>] = [:]
    for (old, new) in zip(kept, moved) {
      places[old.range.lowerBound] = new.range
      if old.range.lowerBound < oldIndex.end {
        if oldIndex.contains(old) { state.index.add([new]) }
        state.index.end = new.range.upperBound
      }
      if old.range.lowerBound < oldEarlier { state.earlierLength = new.range.upperBound }
      if old.range.lowerBound < oldRead { state.readLength = new.range.upperBound }
    }
    state.unknown = state.unknown.compactMapValues { places[$0.lowerBound] }
  }

  /// Writes the file again if another program has removed or replaced it.
  private func restoreIfReplaced(_ state: inout OpenFileAndLines) throws(Fault) {
    guard let file = state.file, !file.isFile(at: state.path) else { return }
    if FileDescriptor.exists(state.path) { state.path = freeEarlierPath() }
    try compact(&state)
    session.note(
      state.path == target
        ? "\(path) was removed during the statement; it is written again"
        : "another program replaced \(path) during the statement; \(state.path) has the failed elements")
  }

  /// Replaces the file with a new, locked file that contains some lines of the present file; returns the new lines.
  private func replace(
    _ state: inout OpenFileAndLines, keeping lines: [FailedElementLine]
  ) throws(Fault) -> [FailedElementLine] {
    guard let source = state.file else { return [] }
    let temporary = AtomicFile.temporaryPath(besides: target)
    let copy = try FileDescriptor.writing(new: temporary, for: path, like: try source.status())
    var moved: [FailedElementLine] = []
    var length = 0
    do throws(Fault) {
      _ = copy.lockIfFree()
      for line in lines {
        try copy.append(line.range, of: source)
        moved.append(line.moved(to: length))
        length += line.range.count
      }
      try copy.sync()
      guard unsafe rename(temporary, state.path) == 0 else { throw FileDescriptor.failure("can't write \(path)") }
    } catch {
      unsafe _ = unlink(temporary)
      throw error
    }
    (state.file, state.length, state.removed) = (copy, length, 0)
    return moved
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
