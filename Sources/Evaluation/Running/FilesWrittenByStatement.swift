import Formats
import Language
import Synchronization
import Values

/// The files that an outermost statement writes.
final class FilesWrittenByStatement: Sendable {
  private struct WrittenFiles {
    /// The word or the option that writes a file, such as `journal:`, by the path of the file.
    var writers: [String: String] = [:]
    var failedElements: [String: FailedElementsWriter] = [:]
  }

  private let state: Mutex<WrittenFiles>
  /// How often the session had read each file when the statement began.
  private let reads: [String: Int]

  /// Creates the files of a statement that has not written a file.
  ///
  /// - Parameters:
  ///   - report: The report of the run.
  ///   - reads: How often the session has read each file.
  init(report: RunReportFile?, reads: [String: Int]) {
    self.reads = reads
    let target = report.flatMap { try? TextFile.target(of: $0.path) }
    state = Mutex(WrittenFiles(writers: target.map { [$0: "--report"] } ?? [:]))
  }

  /// Records that a word or an option of the statement writes a file.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - writer: The word or the option, such as `write` or `journal:`.
  /// - Throws: A `value` error if another word or option of the statement writes the same file.
  func claim(_ path: String, for writer: String) throws(Fault) {
    guard FileDescriptor.standard(path) == nil else { return }
    let target = try TextFile.target(of: path)
    let first = state.withLock { state in
      let first = state.writers[target] ?? writer
      state.writers[target] = first
      return first
    }
    guard first == writer || !FileDescriptor.isFile(target) && FileDescriptor.exists(target) else {
      throw Fault(.value, "\(first) and \(writer) name the same file", nextStep: "name another file")
    }
  }

  /// Returns the file of the option `failed:` for a stage that begins.
  ///
  /// Several stages of the statement can name the same file, such as a stage in a loop. These stages share one
  /// ``FailedElementsWriter``, so that the file contains the failed elements of all of them.
  ///
  /// - Throws: A `file` error if the stage can't write failed elements to the file.
  func failedElements(_ path: String, stage: String, _ session: Session) throws(Fault) -> FailedElementsFile {
    let target = try TextFile.target(of: path)
    let writer = try state.withLock { state throws(Fault) in
      if let open = state.failedElements[target] { return open }
      let writer = try FailedElementsWriter(path, target, session, reads: reads[target] ?? 0)
      state.failedElements[target] = writer
      return writer
    }
    return FailedElementsFile(writer, stage: stage)
  }

  /// Closes the files of failed elements at the end of the statement, and shows notes about their earlier content.
  func close(_ session: Session) {
    for writer in state.withLock({ Array($0.failedElements.values) }) { writer.close().forEach(session.note) }
  }
}

extension Arguments {
  /// Records the files of the options `failed:`, `journal:` and `backup:` for the statement.
  ///
  /// - Throws: A `value` error if two of the options, or an option and another command, name the same file.
  func claimFiles(_ run: StatementContext) throws(Fault) {
    for option in ["failed", "journal", "backup"] {
      guard let path = try linesFile(option), let argument = options[option] else { continue }
      do throws(Fault) { try run.files.claim(path, for: "\(option):") } catch {
        throw error.placed(at: argument.range, in: source)
      }
    }
  }
}
