import JSONText

/// Encodes the lines of a journal: JSON objects whose last member is a checksum.
///
/// The encoder writes zeros, which ``JournalChecksums`` later replaces with the checksum.
enum JournalLineEncoder {
  /// Returns the journal line of a JSON object, with its line end.
  static func encoded(_ object: JSONObject, _ format: JournalChecksums.ChecksumChaining) -> [UInt8] {
    var lines: [UInt8] = []
    append(to: &lines, format) { line in
      object.encode(into: &line)
      line.removeLast()
    }
    return lines
  }

  /// Appends a journal line to `lines`.
  ///
  /// `write` must append a JSON object without its closing brace. The function then appends the checksum's zeros and
  /// the brace.
  static func append(
    to lines: inout [UInt8], _ format: JournalChecksums.ChecksumChaining, _ write: (inout [UInt8]) -> Void
  ) {
    write(&lines)
    format.blank.withUTF8Buffer { unsafe lines.append(contentsOf: $0) }
  }
}
