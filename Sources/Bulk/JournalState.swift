import JSONAPI
public import JSONText

/// What a journal says of a change.
public enum JournalState: Sendable, Equatable {
  /// It was carried out, or was not there to be destroyed; the id of the resource, and a hash of what was sent.
  case done(id: String?, content: UInt64)
  /// It was not carried out, and may be sent.
  case open
  /// It was sent, and nothing says what became of it; what was sent, and how long its message lives.
  case unknown(content: JSONObject, life: Duration?)

  /// Whether nothing is left to do for it.
  public var isDone: Bool { if case .done = self { true } else { false } }
}

/// The lines of a journal, read.
struct JournalContents {
  var header: JournalHeader?
  /// The identities by their hash; their texts only for those that are not done.
  var states: [StableHash: JournalState] = [:]
  /// The texts of those that are unknown.
  var unknown: [StableHash: String] = [:]
  /// When it was completed.
  var end: String?
  /// How many bytes of whole lines it holds.
  var length = 0
  /// How many lines at the end were not whole, and are cut.
  var cutLines = 0

  /// Reads lines; from the first bad one of the tail on all is cut.
  ///
  /// - Throws: where a bad line stands before whole ones.
  init(_ bytes: [UInt8], path: String) throws(JournalError) {
    var (start, line, bad) = (0, 0, 0)
    while start < bytes.count {
      line += 1
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      if end < bytes.count, let object = JournalLine.decoded(bytes[start..<end]) {
        guard bad == 0 else { throw .damaged(path, line: bad) }
        guard take(object) else { throw .notAJournal(path) }
        length = end + 1
      } else {
        if bad == 0 { bad = line }
        cutLines += 1
      }
      start = end + 1
    }
    if header == nil, line > 0 { throw .notAJournal(path) }
  }

  /// Takes a line; false where the first is no header.
  private mutating func take(_ object: JSONObject) -> Bool {
    guard header != nil else {
      header = JournalHeader(json: object)
      return header != nil
    }
    if let time = object["end"]?.stringValue {
      end = time
    } else if let text = object["intent"]?.stringValue {
      let hash = StableHash(text)
      let life = object["life"]?.numberValue?.integer.map { Duration.milliseconds($0) }
      states[hash] = .unknown(content: object["content"]?.objectValue ?? [:], life: life)
      unknown[hash] = text
    } else if let text = object["outcome"]?.stringValue, let word = object["is"]?.stringValue {
      let hash = StableHash(text)
      switch word {
      case "ok", "absent":
        var content: UInt64 = 0
        if case .unknown(let sent, _)? = states[hash] { content = sent.contentHash }
        states[hash] = .done(id: object["id"]?.idText, content: content)
        unknown[hash] = nil
      case "failed", "again":
        states[hash] = .open
        unknown[hash] = nil
      default: break
      }
    }
    return true
  }
}

extension JSONObject {
  /// A hash of what is sent, 0 for nothing; secrets count by their own hashes.
  var contentHash: UInt64 { isEmpty ? 0 : StableHash(JSONValue.object(self).text).low | 1 }
}
