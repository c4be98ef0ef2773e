import Foundation
import Formats
import JSONText
import Testing
import Values

/// Tests that reading a file with an error in its format throws an error that names the line.
@Suite struct CSVReadingTests {
  /// Reads a file with these bytes, and returns the elements as lines of JSON, or the message of the error.
  private func reading(_ bytes: [UInt8], _ name: String, _ separator: CSVSeparator? = nil, showsStep: Bool = false)
    throws
    -> String
  {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.appending(path: name).path
    try Data(bytes).write(to: URL(filePath: path))
    do throws(Fault) {
      var reader = try FileReader(path, FileFormat(path: path, named: nil), separator: separator)
      var lines: [String] = []
      while let page = try reader.next() { for value in page { lines.append(try value.json().text) } }
      return lines.joined(separator: "\n")
    } catch {
      return error.message.replacing(directory.path + "/", with: "") + (showsStep ? " = \(error.nextStep ?? "")" : "")
    }
  }

  @Test(arguments: [
    ("a,b\n\"MEGA\" pump,1\n", "a.csv:2: text after a closing quote"),
    ("a\n\"x\"\"\"y\n", "a.csv:2: text after a closing quote"),
    ("a\nx\"y\n", "a.csv:2: the cell contains a quote, but does not begin with a quote"),
    ("a\n\n\n\"x", "a.csv:4: a quote is not closed"), ("a,\n1,2\n", "a.csv:1: column 2 has no name"),
    (",a\n1,2\n", "a.csv:1: column 1 has no name"),
    ("a,b\n1\n", "a.csv:2: the row has 1 cell, but the heading has 2 columns"),
    ("a\n1,2\n", "a.csv:2: the row has 2 cells, but the heading has 1 column"),
    ("a,a\n", "a.csv:1: the column a occurs twice"),
    ("a,b\r1,2\r3\r", "a.csv:3: the row has 1 cell, but the heading has 2 columns"),
    ("a\r1\n", "a.csv:2: a line ends in LF, but the earlier lines end in CR"),
    ("a\n1\r2\n", "a.csv:2: a carriage return outside quotes"), ("a\n1\u{0}\n", "a.csv:2: a NUL byte"),
    ("\u{FEFF}\u{FEFF}a\n1\n", "a.csv:1: a second byte order mark (U+FEFF)"),
    ("a\n1\n\u{FEFF}a\n", "a.csv:3: a byte order mark (U+FEFF) begins a line inside the file"),
    ("a,b\n\"1\r\n2\",\"3\n4\"\n5\n", "a.csv:5: the row has 1 cell, but the heading has 2 columns"),
    ("a,b\n\"1\r2\",\"3\n4\"\n5\n", "a.csv:5: the row has 1 cell, but the heading has 2 columns"),
  ])
  func refusesMalformedRows(_ content: String, _ message: String) throws {
    #expect(try reading(Array(content.utf8), "a.csv") == message)
  }

  @Test(arguments: [
    ("a,b\n1,\"2\"\r\n\n3,\"x \"\"y\"\", z\"", #"{"a":"1","b":"2"}"# + "\n" + #"{"a":"3","b":"x \"y\", z"}"#),
    ("a,b\r1,2\r\r3,4", #"{"a":"1","b":"2"}"# + "\n" + #"{"a":"3","b":"4"}"#),
    ("a\n\"\"\n\nx\n", #"{"a":""}"# + "\n" + #"{"a":"x"}"#), ("a\n\"\u{FEFF}x\"", #"{"a":"\#u{FEFF}x"}"#),
    ("\u{E9},e\u{301}\n1,2", #"{"\#u{E9}":"1","e\#u{301}":"2"}"#), ("a\n", ""), ("", ""), ("\u{FEFF}", ""), ("a", ""),
    ("a\n,\n", "a.csv:2: the row has 2 cells, but the heading has 1 column"), ("a,b\n,\n", #"{"a":"","b":""}"#),
  ])
  func readsRows(_ content: String, _ expected: String) throws {
    #expect(try Array(reading(Array(content.utf8), "a.csv").utf8) == Array(expected.utf8))
  }

  static let encodings: [(String, [UInt8], String)] = [
    ("a\n\u{E9}\u{E4}\n\u{FC}", [0xC3, 0x0A], "correct this byte"),
    ("a\nb", [0xE9, 0x20, 0xFC, 0x0A], "iconv -f windows-1252"),
    ("a\n\u{FC}", [0x0A, 0xE9, 0x20, 0xFC, 0x20, 0xE4, 0x0A], "iconv -f windows-1252"),
  ]

  /// The next step for a byte that is not UTF-8 depends on the rest of the file.
  ///
  /// If the rest of the file is mostly UTF-8, the next step is to correct the byte by hand. Otherwise, the next step is
  /// to convert the whole file with iconv.
  @Test(arguments: encodings)
  func proposesAnEncodingOnlyForTheWholeText(_ text: String, _ bytes: [UInt8], _ step: String) throws {
    let content = Array(text.utf8) + bytes
    for name in ["a.csv", "a.txt"] {
      let shown = try reading(content, name, showsStep: true)
      #expect(shown.contains("is not UTF-8") && shown.contains(step), "\(name): \(shown)")
    }
  }

  @Test(arguments: [
    ("a.csv", "a;b\n1;2\n", "a.csv:1: the heading has one column, whose name contains a semicolon"),
    ("a.csv", "a\tb\n1\t2\n", "a.csv:1: the heading has one column, whose name contains a tab"),
    ("a.csv", "a|b\n1|2\n", "a.csv:1: the heading has one column, whose name contains a vertical bar"),
    ("a.csv", "sep=;\na;b\n1;2\n", "a.csv:1: the line only names the separator for a spreadsheet program"),
    ("a.csv", "sep=,\na,b\n1,2\n", "a.csv:1: the line only names the separator for a spreadsheet program"),
    ("a.csv", "sep=\n1\n", #"{"sep=":"1"}"#),
    ("a.tsv", "a,b\n1,2\n", "a.tsv:1: the heading has one column, whose name contains a comma"),
    ("a.csv", "\"a;b\"\n1;2\n", #"{"a;b":"1;2"}"#), ("a.csv", "a;b,c\n1,2\n", #"{"a;b":"1","c":"2"}"#),
  ])
  func noticesAnotherSeparator(_ name: String, _ content: String, _ expected: String) throws {
    #expect(try reading(Array(content.utf8), name) == expected)
  }

  @Test(arguments: [CSVSeparator.semicolon, .bar]) func readsOtherSeparators(_ separator: CSVSeparator) throws {
    let content = "a;b,c\n1;\"2;3\"\n;\"x\"\"y\"\n".replacing(";", with: separator.rawValue)
    let expected = #"{"a":"1","b,c":"2;3"}"# + "\n" + #"{"a":"","b,c":"x\"y"}"#
    #expect(try reading(Array(content.utf8), "a.csv", separator) == expected.replacing(";", with: separator.rawValue))
  }

  /// A row can be longer than the pieces in which the reader reads the bytes of the file.
  @Test func readsRowsOfAnyLength() throws {
    let long = String(repeating: "x,\"\"\r\n", count: 200_000)
    let text = "a,b\r\n" + "1,\"" + long + "\"\r\n" + String(repeating: "2,\"y\r\nz\"\r\n", count: 100_000)
    let lines = try reading(Array(text.utf8), "a.csv").split(separator: "\n")
    #expect(lines.count == 100_001 && lines.last == #"{"a":"2","b":"y\r\nz"}"#)
    #expect(lines.first?.utf8.count == 1_600_016)
  }

  @Test(arguments: [
    ("{\"a\":1}{\"a\":2}\n", "a.ndjson:1:8: unexpected text after the value"),
    ("{\"a\":1} {\"a\":2}", "a.ndjson:1:9: unexpected text after the value"),
    ("1\n{\"a\":\n1}\n", "a.ndjson:3:3: the value has several lines, but ndjson has one value on each line"),
    ("\n\n1\n \n2", "1\n2"), ("1\r\n2\r\n", "1\n2"), ("1,\n2", "a.ndjson:1:2: unexpected text after the value"),
  ])
  func ndjsonHasAValueOnEachLine(_ content: String, _ expected: String) throws {
    #expect(try reading(Array(content.utf8), "a.ndjson") == expected)
  }

  @Test(arguments: [
    ("[1] 2", "a.json:1:5: unexpected text after the value"), ("[1]\n]", "a.json:2:1: unexpected text after the value"),
  ])
  func jsonIsOneValue(_ content: String, _ expected: String) throws {
    #expect(try reading(Array(content.utf8), "a.json") == expected)
  }

  @Test(
    arguments: ["csv", "tsv", "json", "ndjson", "txt"],
    [
      ([0xFF, 0xFE, 0x61, 0x00], "is UTF-16"), ([0x50, 0x4B, 0x03, 0x04, 0x14], "is a zip archive or a spreadsheet"),
      ([0x1F, 0x8B, 0x08, 0x00], "is compressed with gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "is compressed with zstd"),
    ] as [([UInt8], String)])
  func recognizesOtherFileTypes(_ suffix: String, _ file: ([UInt8], String)) throws {
    #expect(try reading(file.0, "a.\(suffix)") == "a.\(suffix) \(file.1)")
  }
}
