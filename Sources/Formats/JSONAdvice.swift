import JSONText

/// Proposes the next step for a file that is not valid JSON or JSON Lines.
enum JSONAdvice {
  /// Returns the next step for a syntax error in JSON Lines.
  ///
  /// - Parameters:
  ///   - bytes: The lines.
  ///   - fault: The syntax error, whose position is an offset in `bytes`.
  ///   - isBeginning: Whether `bytes` is the beginning of the file.
  ///   - path: The file.
  /// - Returns: One sentence, or a command.
  static func ofLines(_ bytes: [UInt8], _ fault: JSONSyntaxError, isBeginning: Bool, _ path: String) -> String {
    if let step = converting(bytes, fault, path) { return step }
    if isDuplicate(fault) { return general(fault) }
    if isBeginning, (try? JSONValue(parsing: bytes)) != nil {
      return "the file is one JSON value on several lines: read \(JSONValue.string(path).text) as: \"json\""
    }
    if isSeveral(fault) { return "put each value on a separate line" }
    let isLast = !bytes[min(fault.offset, bytes.count)...].contains(0x0A)
    if isLast, bytes.last != 0x0A { return "the last line is cut off: write the file again, or remove that line" }
    return general(fault)
  }

  /// Returns the next step for a syntax error in a JSON document.
  static func ofDocument(_ bytes: [UInt8], _ fault: JSONSyntaxError, _ path: String) -> String {
    if let step = converting(bytes, fault, path) { return step }
    if isSeveral(fault), JSONValue.lines(of: bytes).fault == nil {
      return "the file has a value on each line: read \(JSONValue.string(path).text) as: \"ndjson\""
    }
    if isSeveral(fault) { return "put the values into one array: [...]" }
    if fault.message.hasPrefix("the text ends") || fault.message == "unclosed string" {
      return "the file is cut off: write it again"
    }
    return general(fault)
  }

  /// Returns the next step for a file with a byte that is not UTF-8; nil if the error has another cause.
  private static func converting(_ bytes: [UInt8], _ fault: JSONSyntaxError, _ path: String) -> String? {
    guard fault.message == "not UTF-8", bytes.indices.contains(fault.offset) else { return nil }
    return BinaryFileDetector.narrow(path, bytes[fault.offset], in: bytes)
  }

  private static func isSeveral(_ fault: JSONSyntaxError) -> Bool { fault.message == "unexpected text after the value" }

  private static func isDuplicate(_ fault: JSONSyntaxError) -> Bool { fault.message.hasSuffix("occurs twice") }

  private static func general(_ fault: JSONSyntaxError) -> String {
    isDuplicate(fault) ? "rename or remove one of the two keys" : "correct the JSON at that place"
  }
}
