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
  private let writer: FailedElementsWriter
  /// The name of the stage and its queue, such as `create posts`.
  private let stage: String
  private let number: Int

  /// Creates the file of a stage that begins.
  init(_ writer: FailedElementsWriter, stage: String) {
    (self.writer, self.stage, number) = (writer, stage, writer.beginStage())
  }

  /// Writes the line of a failed element.
  ///
  /// If the change succeeded, the function removes the line that the element had before.
  func take(_ planned: BulkElement, _ outcome: Outcome, at index: Int) {
    // A skipped change still has an unknown outcome.
    if case .skipped = outcome { return }
    guard !outcome.isDropped else { return }
    let element = FailedElementsWriter.StageElement(stage: number, index: index)
    let isRepeated = Self.isRepeated(planned.source)
    if outcome.isGood { return writer.resolve(element, isRepeated: isRepeated) { hashes(planned) } }
    let isUnknown = if case .unknown = outcome { true } else { false }
    writer.add(
      line(planned, outcome), of: element, hashes(planned), label: planned.element.label, isUnknown: isUnknown)
  }

  /// Returns whether an element was read from a file of failed elements.
  static func isRepeated(_ source: Value) -> Bool {
    guard case .record(let line) = source, line["element"] != nil, line["identity"] != nil, line["source"] != nil,
      case .string? = line["stage"], case .record? = line["error"]
    else { return false }
    return true
  }

  /// Throws an error if a line could not be written.
  func check() throws(FailedElementsWriter.WriteFailed) { try writer.check() }

  /// Ends the lines of the stage.
  ///
  /// - Returns: The error of a failed write, with the number of missing elements; nil if every write succeeded.
  func finish() -> Fault? { writer.endStage() }

  private func hashes(_ planned: BulkElement) -> FailedElementsWriter.LineHashes {
    let source = (try? planned.source.json()) ?? .null
    let record: JSONValue? = Self.isRepeated(planned.source) ? source : nil
    let change = (try? planned.prepared.get())?.change.fingerprint
    return FailedElementsWriter.LineHashes(
      record: record.map(FailedElementLine.hash(ofRecord:)),
      change: change.map(FailedElementLine.hash(ofChange:)),
      source: FailedElementLine.hash(ofSource: record?["source"] ?? source, stage))
  }

  /// Returns the line of a failed element.
  ///
  /// An element that was read from a file of failed elements contains its original element. Its line also contains the
  /// element that entered the stage, which the new line keeps if an earlier stage has failed now.
  private func line(_ planned: BulkElement, _ outcome: Outcome) -> [UInt8] {
    let change = (try? planned.prepared.get())?.change
    let (source, input) = ((try? planned.source.json()) ?? .null, (try? planned.input.json()) ?? .null)
    let earlier: JSONValue? = Self.isRepeated(planned.source) ? source : nil
    let line: JSONObject = [
      "source": earlier?["source"] ?? source, "element": input.isNull ? earlier?["element"] ?? input : input,
      "identity": change?.identity.map { .string($0.text) } ?? .null, "error": .object(BulkRun.error(planned, outcome)),
      "stage": .string(stage), "change": change.map { .string($0.fingerprint) } ?? .null,
    ]
    return JSONValue.object(line).encoded() + [0x0A]
  }
}

extension Arguments {
  /// Returns the file of the option `failed:`; nil if the option is missing, and in a dry run.
  ///
  /// - Throws: A `file` error if the file exists and is not a file of failed elements.
  func failedFile(_ run: StatementContext, _ client: ClientValue, isDry: Bool) throws(Fault) -> FailedElementsFile? {
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
