import Testing

@testable import APIServer

/// Tests of the conversion of column values of SQLite to JSON and back.
@Suite struct ColumnTests {
  /// Creates a resource with a value in a column of a declared type.
  ///
  /// The function returns the value in the reply, or the message of the error.
  private func roundTrip(_ type: String, _ value: String) throws -> String {
    let service = try ResourceService.of("CREATE TABLE a (id INTEGER PRIMARY KEY, v \(type))")
    let reply = service.ask("a", "create", #"{"data":{"type":"a","attributes":{"v":\#(value)}}}"#)
    let (start, end) = (#"{"data":{"id":"1","type":"a","attributes":{"v":"#, "}}}")
    guard reply.hasPrefix(start) else {
      return reply.split(separator: #"""#).dropFirst(3).first.map(String.init) ?? reply
    }
    return String(reply.dropFirst(start.count).dropLast(end.count))
  }

  @Test(arguments: [
    ("INTEGER", "9007199254740993"), ("INTEGER", "9223372036854775807"), ("BIGINT", "-9223372036854775808"),
    ("BOOLEAN", "true"), ("BOOL", "false"), ("REAL", "0.1"), ("DOUBLE", "-2.5e-07"), ("REAL", "1e+300"),
    ("TEXT", #""1.10""#), ("VARCHAR(20)", #""\\ \" \u0001""#), ("NUMBER_TEXT", "1.10"), ("DECIMAL_TEXT", "-0"),
    ("NUMBER_TEXT", "123456789012345678901234567890.000"), ("NUMBER_TEXT", "1E400"), ("DECIMAL(10,2)", "1.5"),
    ("NUMERIC", "12"), ("JSON", #"{"b":[1.10,{"a":null}],"a":"x"}"#), ("JSON", #""x""#), ("JSON", "true"),
    ("JSON_TEXT", "1.10"), ("BLOB", #""AAEC/w==""#), ("DATE", #""2026-01-02""#), ("DATETIME", "1767225600"),
    ("", "1.5"),
    ("", #""x""#), ("TEXT", "null"), ("INTEGER", "null"), ("JSON", "null"),
  ])
  func aValueIsReadBackUnchanged(type: String, value: String) throws {
    #expect(try roundTrip(type, value) == value)
  }

  @Test(arguments: [
    ("INTEGER", #""many""#, "is not a number"), ("INTEGER", "true", "is not a number"),
    ("INTEGER", "1.5", "is not an integer"), ("INTEGER", "1e3", "is not an integer"),
    ("INTEGER", "9223372036854775808", "is not an integer of 64 bits"), ("REAL", #""1""#, "is not a number"),
    ("REAL", "1e400", "is out of range"), ("NUMBER_TEXT", #""1.10""#, "is not a number"),
    ("BOOLEAN", "1", "is not a boolean"), ("TEXT", "1", "is not a string"), ("TEXT", "{}", "is not a string"),
    ("TEXT", #""a\u0000b""#, "contains a NUL character"), ("BLOB", #""?""#, "is not Base64"),
    ("BLOB", "1", "is not a string"), ("DATE", "true", "is not a string or a number"),
    ("DATE", "[]", "is not a string or a number"), ("DECIMAL", #""1""#, "is not a number"),
  ])
  func aValueOfAnotherKindIsRefused(type: String, value: String, message: String) throws {
    #expect(try roundTrip(type, value) == message)
  }

  @Test func showsForeignValuesUnchanged() throws {
    let service = try ResourceService.of(
      """
      CREATE TABLE a (id INTEGER PRIMARY KEY, b BOOLEAN, n NUMBER_TEXT, j JSON, r REAL, i INTEGER);
      INSERT INTO a VALUES (1, 'yes', 'about 3', '{"a" : 1.10', 9e999, 'x');
      """)
    #expect(
      service.ask("a", "show", #"{"id":"1"}"#)
        == #"{"data":{"id":"1","type":"a","attributes":{"b":"yes","n":"about 3","j":"{\"a\" : 1.10","r":9e999,"i":"x"}}}"#
    )
  }
}
