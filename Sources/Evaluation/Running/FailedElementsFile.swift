import Bulk
import Formats
import Glibc
import JSONText
import Language
import Synchronization
import Values

/// The files of the option `failed:` that an outermost statement writes.
///
/// Several stages of the statement can name the same file, such as a stage in a loop. These stages share one
/// ``FailedElementsWriter``, so that the file contains the failed elements of all of them.
final class FailedElementsFiles: Sendable {
  private let writers = Mutex<[String: FailedElementsWriter]>([:])

  /// Returns the file for a stage that begins.
  ///
  /// - Throws: A `file` error if the stage can't write failed elements to the file.
  func file(_ path: String, _ session: Session) throws(Fault) -> FailedElementsFile {
    let target = try TextFile.target(of: path)
    if let open = writers.withLock({ $0[target] }) { return FailedElementsFile(open) }
    let new = try FailedElementsWriter(path, target, session)
    return FailedElementsFile(
      writers.withLock { writers in
        let writer = writers[target] ?? new
        writers[target] = writer
        return writer
      })
  }

  /// Closes the files at the end of the statement.
  func close() {
    for writer in writers.withLock({ Array($0.values) }) { writer.close() }
  }
}

/// The file of the option `failed:`, as one stage writes it.
///
/// The file has a line of JSON for each element whose change failed, was refused, or has an unknown outcome. The line
/// contains the element and its error.
final class FailedElementsFile: Sendable {
  private let writer: FailedElementsWriter
  private let stage: Int

  fileprivate init(_ writer: FailedElementsWriter) {
    self.writer = writer
    stage = writer.beginStage()
  }

  /// Writes the line of a failed element.
  ///
  /// If a late reply or a lookup shows that the change succeeded, the function marks the element's line for removal.
  func take(_ planned: BulkElement, _ outcome: Outcome, at index: Int) {
    guard !outcome.isDropped else { return }
    let isUnknown = if case .unknown = outcome { true } else { false }
    let line = outcome.isGood ? nil : Self.line(planned, outcome)
    writer.replaceLine(of: .init(stage: stage, index: index), with: line, isUnknown: isUnknown)
  }

  /// Ends the lines of the stage; see ``FailedElementsWriter/endStage(_:isComplete:)``.
  ///
  /// - Parameter isComplete: Whether the stage has processed all its elements.
  /// - Returns: The error of a failed write, with the number of missing elements; nil if every write succeeded.
  func finish(isComplete: Bool) -> Fault? { writer.endStage(stage, isComplete: isComplete) }

  /// A note that names the file with the earlier content of this file; nil if there is no such file.
  var earlierFileNote: String? { writer.takeEarlierFileNote(of: stage) }

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
}

extension Arguments {
  /// Returns the file of the option `failed:`; nil if the option is missing, and in a dry run.
  ///
  /// - Throws: A `file` error if the file exists and is not a file of failed elements. A `value` error if the file is
  ///   also the statement's journal or backup.
  func failedFile(_ run: RunContext, isDry: Bool) throws(Fault) -> FailedElementsFile? {
    try refuseSharedFile()
    guard let argument = options["failed"], let path = try linesFile("failed"), !isDry else { return nil }
    do throws(Fault) { return try run.failedFiles.file(path, run.session) } catch {
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
