import Formats
import JSONText
import Testing
import Values

/// Tests of the packed form in which the stages `sort` and `group` store elements as bytes.
///
/// Reading the bytes returns the same elements, with the same digits of numbers and the same order of fields.
@Suite struct PackedElementsTests {
  /// Returns the JSON text of a test element; the number selects the form, such as a record, a resource or a number.
  private static func text(_ number: Int) -> String {
    switch number % 5 {
    case 0: #"{"n":\#(number),"price":1.10,"tags":["é",{"deep":[null,true,-0]}],"t":"a\"b\u0001"}"#
    case 1: #"{"id":"\#(number)","type":"posts","attributes":{"views":9007199254740993}}"#
    case 2: #"{"type":"posts","relationships":{"author":{"data":{"id":"\#(number)","type":"authors"}}}}"#
    case 3: "\(number).50"
    default: #"["x",\#(number)]"#
    }
  }

  @Test func elementsComeBackAsTheyWere() throws {
    var packed = PackedElements()
    let texts = (0..<10_000).map(Self.text)
    let values = try texts.map { Value(try JSONValue(parsing: $0)) }
    for value in values { packed.append(value) }
    #expect(packed.count == 10_000)
    let back = packed.elements(at: (0..<10_000).map { Int32($0) }.reversed())
    #expect(try back.map { try $0.json().text } == values.reversed().map { try $0.json().text })
    #expect(back.map(\.typeName) == values.reversed().map(\.typeName))
  }

  /// A record that is a whole line of a file is stored as the text of the line.
  ///
  /// An object inside another value is not a whole line.
  @Test func linesComeBackAsTheyWere() throws {
    let forms = [
      #"{"n":1,"o":{"a":"\u0041"}}"#, #"  { "n" : 1.10 , "o" : {} }  "#,
      "\t{\"n\":[ {\"deep\": 1} ],\"o\":{\"b\":2}}\r",
      #"[{"n":1,"o":{"c":3}}]"#, #"{"type":"posts","id":"1","attributes":{"t":"\n"},"o":{"d":4}}"#,
    ]
    let lines = (0..<10_000).map { forms[$0 % forms.count] }
    let read = JSONValue.lines(of: Array((lines.joined(separator: "\n") + (lines.count % 2 == 0 ? "" : "\n")).utf8))
    #expect(read.fault == nil && read.values.count == lines.count)
    var packed = PackedElements()
    let values = read.values.flatMap { value in [value, value["o"] ?? value].map { Value($0) } }
    for value in values { packed.append(value) }
    let back = packed.elements(at: (0..<Int32(values.count)))
    #expect(try back.map { try $0.json().text } == values.map { try $0.json().text })
  }

  /// Records from a statement or a CSV file are stored as bytes if all their values are scalars.
  @Test func madeRecordsAreReadBackUnchanged() throws {
    var packed = PackedElements()
    let values = (0..<10_000).map { number -> Value in
      let many = (0..<20).map { (name: "field\($0)", value: Value.string("\"\(number)\"\r\n")) }
      let few: [Record.Field] = [
        ("id", .string("\(number)")), ("e\u{301} \"x\"", .string("\0\u{1b}é")), ("n", .number(JSONNumber(number))),
        ("type", .string("posts")), ("attributes", .string("none")), ("nothing", .null), ("yes", .bool(true)),
      ]
      switch number % 4 {
      case 0: return .record(Record(many))
      case 1: return .record(Record(few + [("list", .list([.string("x"), .duration(.seconds(number))]))]))
      case 2: return .record(Record([]))
      default: return .record(Record(few))
      }
    }
    for value in values { packed.append(value) }
    let back = packed.elements(at: 0..<Int32(values.count))
    #expect(try back.map { try $0.json().text } == values.map { try $0.json().text })
    #expect(back.map(\.typeName) == values.map(\.typeName))
  }

  @Test func aStreamHasTheRequestedOrder() async throws {
    var packed = PackedElements()
    for number in 0..<6_000 { packed.append(Value(try JSONValue(parsing: #"{"n":\#(number)}"#))) }
    let order = (0..<6_000).map { Int32(($0 * 7) % 6_000) }
    var stream = packed.stream(in: order)
    let found = try await stream.rest().map { try $0.json().text }
    #expect(found == order.map { #"{"n":\#($0)}"# })
  }
}
