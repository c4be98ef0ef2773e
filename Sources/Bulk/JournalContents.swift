import JSONAPI
import JSONText

/// The parsed lines of a journal.
struct JournalContents {
  var header: JournalHeader?
  var states = JournaledChangeStates()
  /// The state of the checksums after the last complete line.
  private(set) var sums = JournalChecksums(.chained)
  /// The time at which a run completed the statement; nil if the statement is not complete.
  var end: String?
  /// The number of bytes up to the end of the last complete line.
  var length = 0
  /// The number of damaged lines at the end of the file, which `mend` removes.
  var cutLines = 0

  /// Whether the last line is complete except for its line end, which an editor may have removed.
  private var lacksLineEnd = false

  /// Reads a file, and skips damaged lines at the end of the file.
  ///
  /// - Throws: ``JournalError`` if complete lines follow a damaged line, or if the file is not a journal.
  init(_ file: LockedFile) throws(JournalError) {
    var (number, bad, isEdited, isTornHeader) = (0, 0, false, false)
    try file.forEachLine { line, isWhole throws(JournalError) in
      number += 1
      let object: JSONObject
      switch read(line, isFirst: number == 1) {
      case .whole(let whole): object = whole
      case .displaced where bad == 0:
        throw .displaced(file.path, line: number, recorded: try UnreadableJournalDiagnosis(file).recorded)
      case .displaced: throw try Self.damaged(file, bad)
      case .damaged:
        if bad == 0 { bad = number }
        cutLines += 1
        isTornHeader = number == 1 && !isWhole && Self.isTornHeader(line)
        // A crash leaves an incomplete line, or zeros. A CR at the end of a complete line comes from an editor or a
        // file transfer.
        isEdited = isEdited || line.last == 0x0D && isComplete(line.dropLast())
        return
      }
      if bad > 0 { throw try Self.damaged(file, bad) }
      guard take(object) else { throw try Self.notAJournal(file) }
      (length, lacksLineEnd) = (length + line.count + 1, !isWhole)
    }
    guard header != nil || number == 0 || isTornHeader, !isEdited else { throw try Self.notAJournal(file) }
  }

  /// Reads a line; the first line also determines the form of the checksums.
  private mutating func read(_ line: ArraySlice<UInt8>, isFirst: Bool) -> JournalChecksums.CheckedLine {
    let read = sums.read(line)
    guard isFirst, case .damaged = read else { return read }
    var separate = JournalChecksums(.separate)
    guard case .whole(let object) = separate.read(line) else { return .damaged }
    sums = separate
    return .whole(object)
  }

  /// Returns whether a line is undamaged, even if lines before it were moved.
  private func isComplete(_ line: ArraySlice<UInt8>) -> Bool {
    var sums = sums
    guard case .damaged = sums.read(line) else { return true }
    return false
  }

  /// Returns the error for a damaged line that is followed by complete lines.
  private static func damaged(_ file: LockedFile, _ line: Int) throws(JournalError) -> JournalError {
    let diagnosis = try UnreadableJournalDiagnosis(file)
    guard diagnosis.form == .other else {
      return .notAJournal(file.path, diagnosis.form, recorded: diagnosis.recorded)
    }
    return .damaged(file.path, line: line, recorded: diagnosis.recorded)
  }

  private static func notAJournal(_ file: LockedFile) throws(JournalError) -> JournalError {
    let diagnosis = try UnreadableJournalDiagnosis(file)
    return .notAJournal(file.path, diagnosis.form, recorded: diagnosis.recorded)
  }

  /// Returns whether the only line of a file is the beginning of a header.
  ///
  /// In this case, the earlier run has sent no request, because a run first writes the complete header to the disk.
  private static func isTornHeader(_ line: ArraySlice<UInt8>) -> Bool {
    let (begin, object) = (Array("{\"retort-journal\":".utf8), Array("{\"".utf8))
    let isBegun = line.starts(with: begin) || begin.starts(with: line)
    // A header contains the bytes `{"` only at its start, because quotation marks in strings are escaped.
    let others = line.indices.dropFirst().contains { line[$0...].starts(with: object) }
    return isBegun && !others || line.allSatisfy { $0 == 0 }
  }

  /// Removes the damaged lines at the end of the file, and adds a missing line end.
  func mend(_ file: LockedFile) throws(JournalError) {
    if cutLines > 0 { try file.cut(to: length) }
    if lacksLineEnd { try file.append([UInt8(ascii: "\n")]) }
  }

  /// Records the content of a line: the header, the state of a change, or the end of the statement.
  ///
  /// Returns false if the first line is not a header, or if its version requires another form of checksums.
  private mutating func take(_ object: JSONObject) -> Bool {
    guard header != nil else {
      header = JournalHeader(json: object)
      return header?.format == sums.format
    }
    if let time = object["end"]?.stringValue {
      end = time
    } else if let broker = object["broker"]?.stringValue {
      header?.broker = broker
      if header?.version == 1 { header?.version = 2 }
    } else if let text = object["intent"]?.stringValue {
      let (life, delay) = (object.milliseconds("life"), object.milliseconds("delay") ?? .zero)
      if ChangeIdentity.isIteration(text) {
        states.begin(text)
      } else {
        states.intend(text, object["content"]?.objectValue ?? [:], life: life, delay: delay)
      }
    } else if let text = object["in"]?.stringValue, let change = IterationChange(object) {
      let (life, delay) = (object.milliseconds("life"), object.milliseconds("delay") ?? .zero)
      states.add(change, to: text, life: life, delay: delay)
    } else if let text = object["in"]?.stringValue, let number = object["outcome"]?.numberValue?.integer {
      states.settle(number, in: text, isDone: object["is"] == "ok")
    } else if let text = object["outcome"]?.stringValue {
      switch object["is"]?.stringValue {
      case "ok", "absent": states.finish(ChangeIdentity(text: text), id: object["id"]?.idText)
      case "failed", "again": states.reopen(text, isRequired: object["required"] == true)
      default: break
      }
    }
    return true
  }
}

extension JSONObject {
  /// Returns a member in milliseconds as a duration; nil if the member is not an integer.
  fileprivate func milliseconds(_ name: String) -> Duration? {
    self[name]?.numberValue?.integer.map { .milliseconds($0) }
  }
}
