import Formats
import JSONText
import Values

/// A line of a file of failed elements.
struct FailedElementLine {
  /// The bytes of the line, with its line feed.
  let range: Range<Int>
  /// The name of the stage that wrote the line, such as `create posts`; empty in a file of an earlier version.
  let stage: String
  /// The hash of the stage and the original element.
  let hash: Int

  /// Returns the hash of a stage and an original element.
  static func hash(_ stage: String, _ source: JSONValue) -> Int {
    var hasher = Hasher()
    hasher.combine(stage)
    hasher.combine(source.encoded())
    return hasher.finalize()
  }

  fileprivate init?(_ bytes: ArraySlice<UInt8>, at position: Int) {
    guard let object = (try? JSONValue(parsing: Array(bytes)))?.objectValue, let source = object["source"],
      object.contains("element"), object["error"]?.objectValue != nil
    else { return nil }
    range = position..<position + bytes.count + 1
    stage = object["stage"]?.stringValue ?? ""
    hash = Self.hash(stage, source)
  }
}

/// The lines of a file of failed elements.
struct FailedElementLines {
  private(set) var all: [FailedElementLine] = []
  /// Whether the file has bytes that are neither complete lines of failed elements nor white space.
  private(set) var hasOtherBytes = false
  /// The length of the file in bytes.
  private(set) var length = 0

  /// Reads a file, from a position at the beginning of a line.
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
      guard let end = rest.lastIndex(of: 0x0A) else { continue }
      add(rest[...end], at: begin)
      rest.removeSubrange(...end)
      // The first line shows whether the file is one of failed elements. The rest of another file is not read.
      if all.isEmpty, hasOtherBytes { return }
    }
    if rest.contains(where: { $0 != 0x20 }) { hasOtherBytes = true }
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>, at position: Int) {
    var begin = bytes.startIndex
    while let end = bytes[begin...].firstIndex(of: 0x0A) {
      let line = bytes[begin..<end]
      if let known = FailedElementLine(line, at: position + begin - bytes.startIndex) {
        all.append(known)
      } else if line.contains(where: { $0 != 0x20 }) {
        hasOtherBytes = true
      }
      begin = end + 1
    }
  }
}
