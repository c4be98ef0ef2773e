import Foundation
import JSONText
import SQLite

extension Column {
  /// The error for a JSON value that a column can't store.
  struct ColumnTypeMismatch: Error {
    let message: String

    init(_ message: String) { self.message = message }
  }

  /// Appends a value of the database to `bytes` as JSON.
  func encode(_ value: SQLValue, into bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .integer(let integer):
      if kind == .boolean {
        bytes.append(contentsOf: (integer == 0 ? "false" : "true").utf8)
      } else {
        bytes.append(contentsOf: String(integer).utf8)
      }
    case .real(let double): bytes.append(contentsOf: Self.digits(of: double).utf8)
    case .text(let text): encode(text: text, into: &bytes)
    case .blob(let content): bytes.append(jsonString: Data(content).base64EncodedString())
    }
  }

  private func encode(text: String, into bytes: inout [UInt8]) {
    switch kind {
    case .numberText where JSONNumber(text: text) != nil: bytes.append(contentsOf: text.utf8)
    case .json:
      guard let value = try? JSONValue(parsing: text) else { return bytes.append(jsonString: text) }
      value.encode(into: &bytes)
    default: bytes.append(jsonString: text)
    }
  }

  /// Returns the shortest decimal text from which the number can be read back exactly.
  ///
  /// JSON has no infinity, so infinity becomes `9e999`, which is too large for a `Double`.
  private static func digits(of double: Double) -> String {
    double.isFinite ? "\(double)" : double < 0 ? "-9e999" : "9e999"
  }

  /// Returns the value that the database stores for a JSON value.
  func stored(_ json: JSONValue) throws(ColumnTypeMismatch) -> SQLValue {
    if json.isNull { return .null }
    switch kind {
    case .boolean:
      guard let value = json.boolValue else { throw ColumnTypeMismatch("is not a boolean") }
      return .integer(value ? 1 : 0)
    case .integer: return try Self.integer(json)
    case .real: return try Self.real(json)
    case .decimal: return try Self.decimal(json)
    case .numberText: return .text(try Self.number(json).text)
    case .text: return .text(try Self.text(json))
    case .json: return .text(json.text)
    case .blob:
      guard let content = Data(base64Encoded: try Self.text(json)) else { throw ColumnTypeMismatch("is not Base64") }
      return .blob([UInt8](content))
    case .untyped: return try json.numberValue == nil ? Self.untypedText(json) : Self.decimal(json)
    }
  }

  private static func number(_ json: JSONValue) throws(ColumnTypeMismatch) -> JSONNumber {
    guard let number = json.numberValue else { throw ColumnTypeMismatch("is not a number") }
    return number
  }

  private static func integer(_ json: JSONValue) throws(ColumnTypeMismatch) -> SQLValue {
    let text = try number(json).text
    if let integer = Int64(text) { return .integer(integer) }
    let hasOnlyDigits = text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
    throw ColumnTypeMismatch(hasOnlyDigits ? "is not an integer of 64 bits" : "is not an integer")
  }

  private static func real(_ json: JSONValue) throws(ColumnTypeMismatch) -> SQLValue {
    guard let double = Double(try number(json).text), double.isFinite else {
      throw ColumnTypeMismatch("is out of range")
    }
    return .real(double)
  }

  private static func decimal(_ json: JSONValue) throws(ColumnTypeMismatch) -> SQLValue {
    if let integer = Int64(try number(json).text) { return .integer(integer) }
    return try real(json)
  }

  private static func text(_ json: JSONValue) throws(ColumnTypeMismatch) -> String {
    guard let text = json.stringValue else { throw ColumnTypeMismatch("is not a string") }
    guard !text.utf8.contains(0) else { throw ColumnTypeMismatch("contains a NUL character") }
    return text
  }

  private static func untypedText(_ json: JSONValue) throws(ColumnTypeMismatch) -> SQLValue {
    guard json.stringValue != nil else { throw ColumnTypeMismatch("is not a string or a number") }
    return .text(try text(json))
  }
}
