import Foundation
import GRDB
import JSONText

extension Column {
  /// Why a JSON value can't be stored in a column: the message of the error.
  struct Mismatch: Error {
    let message: String

    init(_ message: String) { self.message = message }
  }

  /// Appends a stored value as JSON.
  func encode(_ value: DatabaseValue, into bytes: inout [UInt8]) {
    switch value.storage {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .int64(let integer):
      if kind == .boolean {
        bytes.append(contentsOf: (integer == 0 ? "false" : "true").utf8)
      } else {
        bytes.append(contentsOf: String(integer).utf8)
      }
    case .double(let double): bytes.append(contentsOf: Self.digits(of: double).utf8)
    case .string(let text): encode(text: text, into: &bytes)
    case .blob(let content): bytes.append(jsonString: content.base64EncodedString())
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

  /// The shortest digits that give a number back; an infinity, for which JSON has none, is a number too large.
  private static func digits(of double: Double) -> String {
    double.isFinite ? "\(double)" : double < 0 ? "-9e999" : "9e999"
  }

  /// The value to store for a JSON value.
  func stored(_ json: JSONValue) throws(Mismatch) -> DatabaseValue {
    if json.isNull { return .null }
    switch kind {
    case .boolean:
      guard let value = json.boolValue else { throw Mismatch("is not a boolean") }
      return value.databaseValue
    case .integer: return try Self.integer(json)
    case .real: return try Self.real(json)
    case .decimal: return try Self.decimal(json)
    case .numberText: return try Self.number(json).text.databaseValue
    case .text: return try Self.text(json).databaseValue
    case .json: return json.text.databaseValue
    case .blob:
      guard let content = Data(base64Encoded: try Self.text(json)) else { throw Mismatch("is not Base64") }
      return content.databaseValue
    case .untyped: return try json.numberValue == nil ? Self.untypedText(json) : Self.decimal(json)
    }
  }

  private static func number(_ json: JSONValue) throws(Mismatch) -> JSONNumber {
    guard let number = json.numberValue else { throw Mismatch("is not a number") }
    return number
  }

  private static func integer(_ json: JSONValue) throws(Mismatch) -> DatabaseValue {
    let text = try number(json).text
    if let integer = Int64(text) { return integer.databaseValue }
    let hasOnlyDigits = text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
    throw Mismatch(hasOnlyDigits ? "is not an integer of 64 bits" : "is not an integer")
  }

  private static func real(_ json: JSONValue) throws(Mismatch) -> DatabaseValue {
    guard let double = Double(try number(json).text), double.isFinite else { throw Mismatch("is out of range") }
    return double.databaseValue
  }

  private static func decimal(_ json: JSONValue) throws(Mismatch) -> DatabaseValue {
    if let integer = Int64(try number(json).text) { return integer.databaseValue }
    return try real(json)
  }

  private static func text(_ json: JSONValue) throws(Mismatch) -> String {
    guard let text = json.stringValue else { throw Mismatch("is not a string") }
    guard !text.utf8.contains(0) else { throw Mismatch("holds a NUL character") }
    return text
  }

  private static func untypedText(_ json: JSONValue) throws(Mismatch) -> DatabaseValue {
    guard json.stringValue != nil else { throw Mismatch("is not a string or a number") }
    return try text(json).databaseValue
  }
}
