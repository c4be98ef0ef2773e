import Bulk
import Formats
import Glibc
import JSONText
import Language
import Synchronization
import Values

/// The file of the option `failed:`, as one stage writes it.
///
/// The file has a line of JSON for each element whose change failed, was refused, or has an unknown outcome. The line
/// contains the element and its error.
final class FailedElementsFile: Sendable {
  private let writer: FailedElementsWriter
  private let stage: Int

  init(_ writer: FailedElementsWriter) {
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
  /// - Throws: A `file` error if the file exists and is not a file of failed elements.
  func failedFile(_ run: RunContext, isDry: Bool) throws(Fault) -> FailedElementsFile? {
    guard let argument = options["failed"], let path = try linesFile("failed"), !isDry else { return nil }
    do throws(Fault) { return try run.files.failedElements(path, run.session) } catch {
      throw error.placed(at: argument.range, in: source)
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
