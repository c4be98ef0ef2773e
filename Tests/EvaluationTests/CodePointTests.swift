import JSONAPI
import JSONText
import Testing
import Values

/// Tests that two texts are equal only if they consist of the same code points.
///
/// Swift's `==` also treats `é` (one code point) and `e` with a combining accent (two code points) as equal.
@Suite struct CodePointTests {
  static let composed = "\u{E9}"
  static let decomposed = "e\u{301}"

  @Test func comparesByCodePoint() throws {
    #expect(Self.composed == Self.decomposed && !Self.composed.isSame(as: Self.decomposed))
    #expect(
      Set([
        CodePointComparedString(Self.composed), CodePointComparedString(Self.decomposed),
        CodePointComparedString(Self.composed),
      ]).count == 2
    )
    #expect(!"q\u{323}\u{307}".isSame(as: "q\u{307}\u{323}"))
    #expect(try !Comparison.equal(.string(Self.composed), .string(Self.decomposed)))
    #expect(try Comparison.order(.string("\u{FFFF}"), .string("\u{10000}")) < 0)
    #expect(try Comparison.order(.string("a"), .string("ab")) < 0)
    #expect(try Comparison.key(of: .string(Self.composed)) != Comparison.key(of: .string(Self.decomposed)))
    #expect(JSONValue.string(Self.composed) != .string(Self.decomposed))
    #expect(ResourceIdentifier(type: "a", id: Self.composed) != ResourceIdentifier(type: "a", id: Self.decomposed))
  }

  @Test func searchesByCodePoint() {
    #expect("a\r\nb".holds("\n") && "a\r\nb".holds("\r") && !Self.composed.holds("e"))
    #expect(Self.decomposed.holds("e") && Self.decomposed.begins(with: "e") && Self.decomposed.ends(with: "\u{301}"))
    #expect("one\r\ntwo".parts(between: "\n") == ["one\r", "two"])
    #expect("1,\u{301}2".parts(between: ",") == ["1", "\u{301}2"] && "1,\u{301}2".holds(","))
    #expect("aaaa".places(of: "aa") == [0, 2] && "aab".places(of: "ab") == [1] && "".parts(between: ",") == [""])
    #expect(Array("a\r\nb".replacing(each: "\r", with: "").utf8) == Array("a\nb".utf8))
    #expect("".holds("") && !"".holds("a") && "ab".ends(with: "") && !"b".ends(with: "ab"))
  }

  /// A record can have two fields whose names differ only in their code points.
  ///
  /// The test uses an object parsed from JSON, and an object built from single fields.
  @Test func recordsKeepBothNames() throws {
    let text = "{\"\(Self.composed)\":1,\"\(Self.decomposed)\":2,\"\\u00e9x\":3,\"e\\u0301x\":4}"
    let object = try #require(try JSONValue(parsingUnique: Array(text.utf8)).objectValue)
    let made = JSONObject(object.map { ($0.key, $0.value) })
    for object in [object, made] {
      #expect(object.count == 4 && object[Self.composed] == 1 && object[Self.decomposed] == 2)
      #expect(object["\u{E9}x"] == 3 && object["e\u{301}x"] == 4 && !object.contains("e"))
    }
    let record = Record(object.map { (name: $0.key, value: Value($0.value)) })
    #expect(record.merging(record).count == 4)
    guard case .number(let number)? = record[Self.decomposed] else {
      Issue.record("no field of that name")
      return
    }
    #expect(number.text == "2")
  }
}
