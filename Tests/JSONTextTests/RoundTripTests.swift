import JSONText
import Testing

/// Tests that a parsed JSON text is written with the same digits, order of members and characters.
@Suite struct RoundTripTests {
  @Test(arguments: [
    #"{"id":"1","views":9007199254740993,"rating":1.10,"e":1E400,"z":-0,"n":[null,true,false,{}],"o":{}}"#,
    #"[[],[1,[2,[3]]],"",{"":0}]"#, "0", "-1", "\"é😀\"", "123456789012345678901234567890", "0.10e-5",
    #""\"\\\n\t\u0000\u001f""#,
  ])
  func aTextIsWrittenUnchanged(text: String) throws {
    #expect(try JSONValue(parsing: text).text == text)
  }

  @Test func escapesBecomeCharacters() throws {
    let value = try JSONValue(parsing: #" { "a\u0026b" : "\u00e9 \ud83d\ude00 \/ \b\f" } "#)
    #expect(value["a&b"] == "é 😀 / \u{8}\u{c}")
    #expect(value.text == #"{"a&b":"é 😀 / \b\f"}"#)
  }

  @Test func theLastOfEqualKeysCounts() throws {
    let parsed = try JSONValue.parse(Array(#"{"a":1,"b":[{"c":1}],"\u0061":{"x":2},"b":3}"#.utf8))
    #expect(parsed.value.text == #"{"a":{"x":2},"b":3}"#)
    #expect(parsed.duplicateKeys == ["a", "b"])
    #expect(parsed.value.objectValue?.keys == ["a", "b"])
    #expect(parsed.value.objectValue?.count == 2)
  }

  @Test func depthIsLimited() throws {
    let deep = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    #expect(try JSONValue(parsing: deep(512)).text == deep(512))
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: deep(513)) }
  }

  @Test func linesUpToTheFault() {
    let lines = JSONValue.lines(of: Array("{\"a\":1}\n\n [2] \n{\"a\":}\n3\n".utf8))
    #expect(lines.values.map(\.text) == [#"{"a":1}"#, "[2]"])
    #expect(lines.fault?.description == "4:6: expected a value")
  }

  @Test(arguments: [
    ("[1,]", "1:4: expected a value"), ("{\"a\" 1}", "1:6: expected a colon after the key"),
    ("[1 2]", "1:4: expected a comma or ]"),
    ("\"\\ud800\"", "1:8: an unpaired surrogate"), ("1 2", "1:3: unexpected text after the value"),
    ("", "1:1: the text ends where a value should be"), ("{\"a\":1,}", "1:8: expected a key in quotes"),
    ("\"a", "1:3: unclosed string"), ("01", "1:2: unexpected text after the value"),
    ("1.", "1:3: expected a digit after the point"),
    ("\"\u{1}\"", "1:2: a control character in a string must be escaped"), ("tru", "1:1: expected true"),
  ])
  func faultsHavePlaces(text: String, message: String) {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
    do { _ = try JSONValue(parsing: text) } catch { #expect("\(error)" == message) }
  }

  @Test func changingAnObjectKeepsItsOrder() throws {
    var object = try #require(try JSONValue(parsing: #"{"a":1,"b":2.0}"#).objectValue)
    object["a"] = "x"
    object["c"] = nil
    object["d"] = [1]
    object["b"] = nil
    #expect(JSONValue.object(object).text == #"{"a":"x","d":[1]}"#)
  }
}
