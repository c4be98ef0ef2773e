import JSONText
import Testing

/// Tests that parsing a JSON array page by page gives the same elements and errors as parsing the whole text.
@Suite struct ElementsTests {
  private static let texts = [
    "[]", " [ ] ", "[1]", "\n[1 , {\"a\":[1,{\"b\":\"x\\n\"}]} ,\t\"\\u00e9\" , [] , {} , null ]\n", "7",
    "{\"a\":[1,2]}", "null",
    "[[[]],[[],[1]]]", "[" + Array(repeating: "{\"n\":1.10}", count: 2_500).joined(separator: ",") + "]",
    "", " ", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "[1] 2", "[1]]", "[tru]", "[{\"a\":1,}]", "[{\"a\" 1}]",
    "[\"a]",
    "[{\"a\":1},{\"b\":1,\"b\":2}]", "[[1,2],[{\"a\":{\"b\":1,\"c\":2,\"b\":3}}],4]", "[1,\"\u{1}\"]",
    "{\"a\":1,\"a\":2}", "[1.]",
    String(repeating: "[", count: 600), "[" + String(repeating: "[", count: 512) + String(repeating: "]", count: 513),
    String(repeating: "[", count: 512) + String(repeating: "]", count: 512),
  ]

  @Test(arguments: texts, [1, 2, 1_000])
  func elementsAreThoseOfTheText(_ text: String, _ count: Int) {
    let whole = Result { () throws(JSONSyntaxError) in try JSONValue(parsingUnique: Array(text.utf8)) }
    let expected = whole.map { value in (value.arrayValue.map { Array($0) } ?? [value]).map(\.text) }
    let found = Result { () throws(JSONSyntaxError) in
      var elements = try JSONArrayElementParser(parsing: Array(text.utf8))
      var texts: [String] = []
      while let page = elements.next(count) { texts += page.map(\.text) }
      return texts
    }
    #expect(found == expected)
  }

  /// A value that was read from a line of NDJSON is written as compact JSON.
  ///
  /// If the line is already compact, retort copies the bytes of the line.
  @Test(arguments: [
    #"{"a":1}"#, #"{}"#, #"{"a":{},"b":[],"c":[{}],"d":[[],[1,"x"]]}"#, #" {"a":1}"#, #"{"a":1} "#, #"{ "a":1}"#,
    #"{"a" :1}"#,
    #"{"a":[1, 2]}"#, #"{"a":"x y","b c":" "}"#, #"{"a":"\"\\\b\f\n\r\t"}"#, #"{"a":"\/"}"#, #"{"a":"\u0041"}"#,
    #"{"a":"\u0001"}"#,
    #"{"\u0041":null,"b":[true,false,-0,1.10,1E400]}"#, #"{"é":"€😀"}"#, #"{"a":1,"a":2}"#,
  ])
  func linesAreWrittenCompact(_ line: String) throws {
    let expected = try JSONValue(parsing: "[\(line)]").arrayValue?.first?.text
    let values = JSONValue.lines(of: Array("\(line)\n{\"b\":2}\n\(line)\r\n".utf8)).values
    #expect(values.map(\.text) == [expected, #"{"b":2}"#, expected])
  }

  /// The parser finds equal keys in objects of any size, even if the text writes the keys with different escapes.
  @Test(arguments: [2, 5, 31, 32, 33, 200])
  func equalKeysAreFound(_ count: Int) throws {
    let keys = (0..<count).map { "key\($0)" }
    func text(_ keys: [String]) -> String { "{" + keys.map { "\"\($0)\":{\"x\":1}" }.joined(separator: ",") + "}" }
    #expect(try JSONValue.parse(Array(text(keys).utf8)).duplicateKeys == [])
    #expect(try JSONValue.parse(Array(text(keys + ["key1"]).utf8)).duplicateKeys == ["key1"])
    #expect(try JSONValue.parse(Array(text(["k\\u0065y0"] + keys).utf8)).duplicateKeys == ["key0"])
    let last = try JSONValue(parsing: text(keys) + " ").objectValue
    #expect(last?.count == count)
  }
}
