import Bulk
import Formats
import JSONText
import Language
import Values

/// The file of the option `failed:`, as one stage writes it.
///
/// The file has a line of JSON for each element whose change failed, was refused, or has an unknown outcome. The line
/// contains the element and its error. When the stage processes such an element again, the line is removed or replaced.
final class FailedElementsFile: Sendable {
  /// The element that entered the pipeline.
  struct OriginalElement {
    let value: JSONValue
    /// Whether the element was read from a file of failed elements.
    let isRepeated: Bool
  }

  private let writer: FailedElementsWriter
  private let stage: Int

  /// Creates the file of a stage that begins; `name` is the name of the stage and its queue, such as `create posts`.
  init(_ writer: FailedElementsWriter, stage name: String) {
    self.writer = writer
    stage = writer.beginStage(name)
  }

  /// Writes the line of a failed element.
  ///
  /// If the change succeeded, the function removes the line that the element had before.
  func take(_ planned: BulkElement, _ outcome: Outcome, at index: Int) {
    guard !outcome.isDropped else { return }
    let element = FailedElementsWriter.StageElement(stage: stage, index: index)
    if outcome.isGood {
      return writer.resolve(element, isRepeated: Self.isRepeated(planned.source)) { Self.original(planned) }
    }
    let isUnknown = if case .unknown = outcome { true } else { false }
    let source = Self.original(planned)
    writer.add(line(planned, source.value, outcome), of: element, source, isUnknown: isUnknown)
  }

  /// Returns whether an element was read from a file of failed elements.
  static func isRepeated(_ source: Value) -> Bool {
    guard case .record(let line) = source, line["element"] != nil, line["identity"] != nil, line["source"] != nil
    else { return false }
    return if case .record? = line["error"] { true } else { false }
  }

  /// Throws an error if a line could not be written.
  func check() throws(FailedElementsWriter.WriteFailed) { try writer.check() }

  /// Ends the lines of the stage.
  ///
  /// - Returns: The error of a failed write, with the number of missing elements; nil if every write succeeded.
  func finish() -> Fault? { writer.endStage() }

  private static func original(_ planned: BulkElement) -> OriginalElement {
    original((try? planned.source.json()) ?? .null, isRepeated: false)
  }

  /// Returns the original element if `source` is itself a line from a file of failed elements; otherwise `source`.
  ///
  /// Such a line contains an original element and its error. A statement that repeats failed changes reads these lines
  /// as its elements.
  private static func original(_ source: JSONValue, isRepeated: Bool) -> OriginalElement {
    guard let object = source.objectValue, let inner = object["source"], object.contains("element"),
      object.contains("identity"), object["error"]?["kind"] != nil
    else { return OriginalElement(value: source, isRepeated: isRepeated) }
    return original(inner, isRepeated: true)
  }

  private func line(_ planned: BulkElement, _ source: JSONValue, _ outcome: Outcome) -> [UInt8] {
    let identity = (try? planned.prepared.get())?.change.identity
    let line: JSONObject = [
      "source": source, "element": (try? planned.input.json()) ?? .null,
      "identity": identity.map { .string($0.text) } ?? .null, "error": .object(BulkRun.error(planned, outcome)),
      "stage": .string(writer.name(ofStage: stage)),
    ]
    return JSONValue.object(line).encoded() + [0x0A]
  }
}

extension Arguments {
  /// Returns the file of the option `failed:`; nil if the option is missing, and in a dry run.
  ///
  /// - Throws: A `file` error if the file exists and is not a file of failed elements.
  func failedFile(_ run: RunContext, _ client: ClientValue, isDry: Bool) throws(Fault) -> FailedElementsFile? {
    guard let argument = options["failed"], let path = try linesFile("failed"), !isDry else { return nil }
    do throws(Fault) {
      return try run.files.failedElements(path, stage: "\(name) \(client.queue)", run.session)
    } catch {
      throw error.placed(at: argument.range, in: source)
    }
  }

  /// Returns the path in an option that names a file with lines of JSON; nil if the option is missing.
  ///
  /// - Throws: A `value` error for an empty path, for `-`, and for a path whose suffix names another format.
  func linesFile(_ option: String) throws(Fault) -> String? {
    guard let argument = options[option], let path = try string(option) else { return nil }
    let nextStep = "\(option): \"\(option).ndjson\""
    if path.isEmpty { throw fault(argument, .value, "the option \(option): is empty", nextStep: nextStep) }
    if path == "-" { throw fault(argument, .value, "the option \(option): needs a file, not -", nextStep: nextStep) }
    let refused: [FileFormat] = option == "failed" ? [.csv, .tsv, .json, .txt] : [.csv, .tsv]
    if let format = try? FileFormat(path: path, named: nil), refused.contains(format) {
      throw fault(
        argument, .value, "the option \(option): writes lines of JSON, but \(path) ends in .\(format.rawValue)",
        nextStep: nextStep
      )
    }
    return path
  }
}
