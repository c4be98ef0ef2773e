import Formats
import JSONText
import Values

/// A line of a file of failed elements.
struct FailedElementLine {
  /// The bytes of the line, with its line feed.
  let range: Range<Int>
  /// The hash of the record in the line.
  let recordHash: Int
  /// The hash of the change; nil if the line has no change, because an earlier stage failed.
  let changeHash: Int?
  /// The hash of the stage and the original element.
  let sourceHash: Int

  /// Returns the hash of the record in a line.
  static func hash(ofRecord record: JSONValue) -> Int { hash("record", record.encoded()) }

  /// Returns the hash of a change; `fingerprint` is the value of the field `change`.
  static func hash(ofChange fingerprint: String) -> Int { hash("change", Array(fingerprint.utf8)) }

  /// Returns the hash of a stage, such as `create posts`, and an original element.
  static func hash(ofSource source: JSONValue, _ stage: String) -> Int { hash(stage, source.encoded()) }

  private static func hash(_ kind: String, _ bytes: [UInt8]) -> Int {
    var hasher = Hasher()
    hasher.combine(kind)
    hasher.combine(bytes)
    return hasher.finalize()
  }

  fileprivate init?(_ bytes: ArraySlice<UInt8>, at position: Int) {
    guard let value = try? JSONValue(parsing: Array(bytes)), let record = value.objectValue,
      let source = record["source"], record.contains("element"), record["error"]?.objectValue != nil
    else { return nil }
    range = position..<position + bytes.count + 1
    recordHash = Self.hash(ofRecord: value)
    changeHash = record["change"]?.stringValue.map(Self.hash(ofChange:))
    sourceHash = Self.hash(ofSource: source, record["stage"]?.stringValue ?? "")
  }

  private init(_ line: FailedElementLine, at range: Range<Int>) {
    (self.range, recordHash) = (range, line.recordHash)
    (changeHash, sourceHash) = (line.changeHash, line.sourceHash)
  }

  /// Returns the line at another place of a file.
  func moved(to position: Int) -> FailedElementLine { FailedElementLine(self, at: position..<position + range.count) }
}

/// The lines of a file of failed elements.
struct FailedElementLines {
  private(set) var all: [FailedElementLine] = []
  /// The number of the first line that is neither a failed element nor white space; nil without such a line.
  private(set) var firstUnreadable: Int?
  private var lineCount = 0
  /// The length of the file in bytes.
  private(set) var length = 0

  /// Reads a file, from a position at the beginning of a line.
  ///
  /// If the last line has no line feed, the function adds it.
  ///
  /// - Throws: A `file` error if the file can't be read.
  init(_ file: FileDescriptor, from position: Int = 0) throws(Fault) {
    length = position
    var rest: [UInt8] = []
    while true {
      let piece = try file.read(1 << 18, at: length)
      if piece.isEmpty { break }
      let begin = length - rest.count
      length += piece.count
      rest += piece
      guard let last = piece.lastIndex(of: 0x0A) else {
        if rest.count > 1 << 28 { break }
        continue
      }
      let end = rest.count - piece.count + last
      add(rest[...end], at: begin)
      rest.removeSubrange(...end)
      // The first line shows whether the file is one of failed elements. The rest of another file is not read.
      if all.isEmpty, firstUnreadable != nil { return }
    }
    guard rest.contains(where: { $0 != 0x20 }) else { return }
    add((rest + [0x0A])[...], at: length - rest.count)
    guard firstUnreadable == nil else { return }
    try file.write([0x0A], at: length)
    length += 1
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>, at position: Int) {
    var begin = bytes.startIndex
    if position == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { begin += 3 }
    while let end = bytes[begin...].firstIndex(of: 0x0A) {
      let line = bytes[begin..<end]
      lineCount += 1
      if let known = FailedElementLine(line, at: position + begin - bytes.startIndex) {
        all.append(known)
      } else if line.contains(where: { $0 != 0x20 && $0 != 0x0D }) {
        firstUnreadable = firstUnreadable ?? lineCount
      }
      begin = end + 1
    }
  }
}
