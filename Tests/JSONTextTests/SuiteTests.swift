import JSONText
import Testing

/// Tests of texts that a JSON parser must accept, must refuse, or may accept or refuse, according to RFC 8259.
@Suite struct SuiteTests {
  @Test(arguments: [
    // Arrays
    "[[] ]", #"[""]"#, "[]", #"["a"]"#, "[false]", #"[null, 1, "1", {}]"#, "[null]", "[1\n]", " [1]",
    "[1,null,null,null,2]", "[2] ", "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "\t[\r\n1\t,\r2 ]\n", "[{},{}]",
    "[[],[],[]]",
    // Numbers
    "[123e65]", "[0e+1]", "[0e1]", "[ 4]", "[-0.000000000000000000000000000001]", "[20e1]", "[-0]", "[-123]", "[-1]",
    "[1E22]", "[1E-2]", "[1E+2]", "[123e45]", "[123.456e78]", "[1e-2]", "[1e+2]", "[123]", "[123.456789]", "0", "-0.0",
    "-0e-0", "[0.0]", "[10]", "[100000000000000000000000]", "[0.5e1]", "[9007199254740993]", "[18446744073709551616]",
    // Objects
    #"{"asd":"sdf", "dfg":"fgh"}"#, #"{"asd":"sdf"}"#, #"{"a":"b","a":"c"}"#, #"{"a":"b","a":"b"}"#, "{}", #"{"":0}"#,
    #"{"foo\u0000bar": 42}"#, #"{ "min": -1.0e+28, "max": 1.0e+28 }"#, #"{"a":[]}"#, "{\n\"a\": \"b\"\n}",
    #"{"a":{"b":{"c":[{"d":null}]}}}"#, #"{"\u0061\"":1}"#, "{\"\u{e9}\u{1F600}\":true}", #"{"a" : 1 , "b" : 2}"#,
    // Strings
    #"["\u0060\u012a\u12AB"]"#, #"["\uD801\udc37"]"#, #"["\ud83d\ude39\ud83d\udc8d"]"#, #"["\"\\\/\b\f\n\r\t"]"#,
    #"["\\u0000"]"#, #"["\""]"#, #"["a/*b*/c/*d//e"]"#, #"["\\a"]"#, #"["\\n"]"#, #"["\u0012"]"#, #"["\uFFFF"]"#,
    #"["asd"]"#, #"[ "asd"]"#, #"["\uDBFF\uDFFF"]"#, #"["new\u00A0line"]"#, "[\"\u{10FFFF}\"]", "[\"\u{FFFF}\"]",
    #"["\u0000"]"#, #"["\u002c"]"#, "[\"\u{3C0}\"]", "[\"\u{1BFFF}\"]", #"["asd "]"#, #"" ""#, #"["\uD834\uDd1e"]"#,
    #"["\u0821"]"#, #"["\u0123"]"#, "[\"\u{2028}\"]", "[\"\u{2029}\"]", #"["\u0061\u30af\u30EA\u30b9"]"#,
    "[\"new\u{85}line\"]", "[\"\u{7F}\"]", #"["\uA66D"]"#, "[\"\u{2342}\u{3234}\u{2342}\"]", #"["\u005C"]"#,
    #"["\u0022"]"#, #"["\u200B"]"#, #"["\u2064"]"#, #"["\uFDD0"]"#, #"["\uFFFE"]"#, "[\"\u{20AC}\u{1D11E}\"]", #""""#,
    "[\"a\u{7F}a\"]", "[\"\u{FEFF}\"]",
    // Words such as true, and whole texts
    "false", "42", "-0.1", "null", #""asd""#, "true", "[\"a\"]\n", "[true]", " [] ", "\r\n null \t",
  ])
  func aValidTextIsAccepted(text: String) throws {
    let value = try JSONValue(parsing: text)
    // Parsing the written text gives the same value, and writing this value gives the same text.
    let written = value.text
    let again = try JSONValue(parsing: written)
    #expect(again == value)
    #expect(again.text == written)
  }

  @Test(arguments: [
    // Arrays
    "[1 true]", "[\"\": 1]", "[\"\"],", "[,1]", "[1,,2]", "[\"x\",,]", "[\"x\"]]", "[\"\",]", "[\"x\"", "[x", "[3[4]]",
    "[1:2]", "[,]", "[-]", "[   , \"\"]", "[\"a\",\n4\n,1,", "[1,]", "[1,,]", "[*]", "[\"\"", "[1,", "[1,\n1\n,1",
    "[{}", "[", "]", "[1}", "[1)", "[[]", "[]]", "[1 2]", "[1;2]", "[...]", "[undefined]",
    // Misspelt forms of true, false and null, and other words
    "[fals]", "[nul]", "[tru]", "[True]", "[NULL]", "nulll", "truefalse", "true false", "[null null]", "[none]",
    "[nUll]",
    "falsey", "t", "n", "f",
    // Numbers
    "[++1234]", "[+1]", "[+Inf]", "[-01]", "[-1.0.]", "[-2.]", "[-NaN]", "[.-1]", "[.2e-3]", "[0.1.2]", "[0.3e+]",
    "[0.3e]", "[0.e1]", "[0E+]", "[0E]", "[0e+]", "[0e]", "[1.0e+]", "[1.0e-]", "[1.0e]", "[1 000.0]", "[1eE2]",
    "[2.e+3]", "[2.e-3]", "[2.e3]", "[9.e+]", "[Inf]", "[NaN]", "[1+2]", "[0x1]", "[0x42]", "[Infinity]", "[0e+-1]",
    "[-123.123foo]", "[-Infinity]", "[-foo]", "[- 1]", "[-012]", "[-.123]", "[-1x]", "[1ea]", "[1e1.5]", "[1.]",
    "[.123]", "[1.2a-3]", "[1.8011670033376514H-308]", "[012]", "00", "-", "-a", "1e", "1.e1", "0b1", "1_000", "0o7",
    "[1f]", "1,000", "--1", "01.5", "\u{FF11}",
    // Objects
    "[\"a\", \"b\"", "{[: \"x\"}", "{\"x\", null}", "{\"x\"::\"b\"}", "{\"a\":\"a\" 123}", "{key: 'value'}",
    "{\"a\":\"b\",\"c\"", "{\"a\" b}", "{:\"b\"}", "{\"a\" \"b\"}", "{\"a\":", "{\"a\"", "{1:1}",
    "{9999E9999:1}", "{null:null,null:null}", "{\"id\":0,,,,,}", "{'a':0}", "{\"id\":0,}", "{\"a\":\"b\"}/**/",
    "{\"a\":\"b\"}/**//", "{\"a\":\"b\"}//", "{\"a\":\"b\"}/", "{\"a\":\"b\",,\"c\":\"d\"}", "{a: \"b\"}", "{\"a\":\"a",
    "{ \"foo\" : \"bar\", \"a\" }", "{\"a\":\"b\"}#", "{", "}", "{]", "{,", "{\"", "{\"a\":1]", "{\"a\":}", "{,}",
    "{\"a\":1 \"b\":2}", "{\"a\":1}}", "{true:1}", "{\"a\":1,\"b\"}", "{\"a\"=1}", "{{}:1}", "{\"a\":1;}",
    // Strings
    " ", "[\"\\uD800\\\"]", "[\"\\uD800\\u\"]", "[\"\\uD800\\u1\"]", "[\"\\uD800\\u1x\"]", "[\u{e9}]", "[\"\\x00\"]",
    "[\"\\\\\\\"]", "[\"\\\t\"]", "[\"\\\u{1F300}\"]", "[\"\\\"]", "[\"\\u00A\"]", "[\"\\uD834\\uDd\"]",
    "[\"\\uD800\\uD800\\x\"]", "[\"\\a\"]", "[\"\\uqqqq\"]", "[\\u0020\"asd\"]", "[\\n]", "\"", "['single quote']",
    "abc", "[\"\\", "[\"new\nline\"]", "[\"\t\"]", "\"\\UA66D\"", "\"\"x", "[\"a\u{0}a\"]", "[\"\u{1F}\"]",
    "\"\\u 041\"",
    "\"\\u+041\"", "\"\\u0x1\"", "\"\\'\"", "\"a\"\"b\"", "[\"\r\"]", "\"\\u{41}\"", "`a`",
    // Escapes of surrogates without a partner or in the wrong order
    "[\"\\uDADA\"]", "[\"\\uD888\\u1234\"]", "[\"\\uD800\\n\"]", "[\"\\uDd1ea\"]", "[\"\\uD800\\uD800\\n\"]",
    "[\"\\ud800\"]", "[\"\\ud800abc\"]", "[\"\\uDd1e\\uD834\"]", "[\"\\uDFAA\"]", "{\"\\uD800\":1}",
    // Errors outside values, such as comments and a second value
    "<.>", "[<null>]", "[1]x", "[1]]", "[][]", "1]", "{}}", "{\"a\":/*comment*/\"b\"}", "{\"a\": true} \"x\"", "['",
    "[,", "[{", "[\"a", "[\"a\"", "{\"a\":\"b\"}#{}", "[\\u000A\"\"]", "*", "\u{2060}", "[\u{B}1]", "[\u{C}]",
    "[\u{A0}]", "1 // one", "# 1", "", "\n", "\u{0}", "null\u{0}", "[1]\u{0}", "\u{1}1", "\u{85}1", "(1)", "1;",
  ])
  func anInvalidTextIsRefused(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
  }

  @Test(
    arguments: [
      [0xFF], [0xE9], [0xFE], [0xFE, 0xFF], [0x22, 0xFF, 0x22], [0x22, 0x80, 0x22], [0x22, 0xC3, 0x22],
      // Invalid UTF-8: overlong forms, surrogates, code points above U+10FFFF, incomplete sequences.
      [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xC1, 0xBF, 0x22], [0x22, 0xE0, 0x80, 0xAF, 0x22],
      [0x22, 0xF0, 0x80, 0x80, 0xAF, 0x22],
      [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xED, 0xBF, 0xBF, 0x22], [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
      [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22],
      [0x22, 0xFC, 0x84, 0x80, 0x80, 0x80, 0x80, 0x22], [0x22, 0xE0, 0xFF, 0x22], [0x22, 0xE2, 0x82, 0x22],
      [0x22, 0xF0, 0x9F, 0x98, 0x22], [0x22, 0xF0, 0x9F, 0x98], [0x22, 0xE2, 0x28, 0xA1, 0x22], [0x22, 0xBF],
      [0x22, 0x5C, 0xE5, 0x22], [0x22, 0x5C, 0x75, 0xE5, 0x22], [0x5B, 0xFF, 0x5D], [0x31, 0x65, 0xE5], [0x31, 0xE5],
      [0x7B, 0x22, 0xB9, 0x22, 0x3A, 0x31, 0x7D], [0x22, 0x61, 0x00, 0x22], [0x22, 0x61, 0x1B, 0x22], [0x00, 0x31],
      // UTF-16, with and without a byte-order mark.
      [0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00], [0xFE, 0xFF, 0x00, 0x5B, 0x00, 0x5D], [0x5B, 0x00, 0x5D, 0x00],
      [0x00, 0x5B, 0x00, 0x22, 0x00, 0xE9, 0x00, 0x22, 0x00, 0x5D],
      // An incomplete byte-order mark of UTF-8, and a byte-order mark without a text.
      [0xEF, 0xBB, 0x7B, 0x7D], [0xEF, 0xBB, 0xBF],
    ] as [[UInt8]])
  func invalidBytesAreRefused(bytes: [UInt8]) {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
  }

  @Test func unclosedNestingIsRefused() {
    for opening in ["[", "{\"\":", "[{\"\":"] {
      let text = String(repeating: opening, count: 100_000)
      #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
    }
  }

  // RFC 8259 lets a parser limit the size of numbers. This parser has no limit, and keeps all digits.
  @Test(arguments: [
    "[123.456e-789]", "[0.4e006699999999999999999999999999999999999999999999999999999999999999999999969999999006]",
    "[-1e+9999]", "[1.5e+9999]", "[-123123e100000]", "[123123e-10000000]", "[-123123123123123123123123123123]",
    "[100000000000000000000]", "[-237462374673276894279832749832423479823246327846]", "[1E400]", "[0.10]",
    "[-9223372036854775808]", "[9223372036854775808]", "[999999999999999999]", "[1000000000000000000]",
  ])
  func numbersKeepTheirDigits(text: String) throws {
    #expect(try JSONValue(parsing: text).text == text)
  }

  // RFC 8259 section 8.1 lets a parser ignore or refuse a byte-order mark. This parser refuses it.
  @Test func aByteOrderMarkIsRefused() {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0xEF, 0xBB, 0xBF, 0x7B, 0x7D]) }
  }

  @Test func numbersFromText() {
    for text in ["", " 1", "1 ", "+1", "01", "1.", ".1", "1e", "0x1", "1,2", "NaN", "--1", "1\u{0}"] {
      #expect(JSONNumber(text: text) == nil, "\(text)")
    }
    #expect(JSONNumber(text: "-0")?.text == "-0")
    #expect(JSONNumber(text: "-0")?.integer == nil)
    #expect(JSONNumber(text: "1.0")?.integer == nil)
    #expect(JSONNumber(text: "-999999999999999999")?.integer == -999_999_999_999_999_999)
    #expect(JSONNumber(Int.min).text == "-9223372036854775808")
    #expect(JSONNumber(7) == JSONNumber(text: "7"))
  }
}
