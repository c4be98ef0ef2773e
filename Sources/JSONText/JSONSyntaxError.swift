/// The reason why a text is not JSON, and the position of the fault.
///
/// ```swift
/// do { _ = try JSONValue(parsing: "[1,]") } catch { error.description }  // "1:4: expected a value"
/// ```
public struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The description of the fault without its position, such as `expected a value`.
  public var message: String
  /// The offset of the fault in the text, in bytes.
  public var offset: Int
  /// The line of the fault, counted from 1.
  public var line: Int
  /// The column of the fault, in characters, counted from 1.
  public var column: Int

  /// The position and the message, such as `3:14: unclosed string`.
  public var description: String { "\(line):\(column): \(message)" }

  init(_ message: String, at offset: Int, in bytes: [UInt8]) {
    let before = bytes.prefix(offset)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    self.message = message
    self.offset = offset
    self.line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    self.column = 1 + String(decoding: before[lineStart...], as: UTF8.self).count
  }

  /// Creates the error for a key that occurs twice in its object.
  init(_ duplicate: JSONTapeParser.DuplicateKey, in bytes: [UInt8]) {
    self.init("the key \(JSONValue.string(duplicate.key).text) occurs twice", at: duplicate.offset, in: bytes)
  }
}
