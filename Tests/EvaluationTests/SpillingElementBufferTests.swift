import JSONAPI
import JSONText
import Testing

@testable import Evaluation
import Values
import Formats

/// Tests of the buffer of collected elements, which moves elements from the memory to a temporary file.
///
/// Reading the buffer returns the same elements.
@Suite struct SpillingElementBufferTests {
  static let included: JSONValue = [
    [
      "type": "authors", "id": "1", "attributes": ["name": "Ada"],
      "relationships": [
        "posts": ["data": [["type": "posts", "id": "12"]]], "home": ["data": ["type": "towns", "id": "3"]],
        "best": ["data": ["type": "posts", "id": "13"]], "editor": ["data": ["type": "authors", "id": "2"]],
        "club": ["data": ["type": "clubs", "id": "9"]],
      ],
    ],
    ["type": "towns", "id": "3", "attributes": ["name": "Bonn"]],
    ["type": "towns", "id": "4", "attributes": ["name": "not of it"]],
  ]

  static func post() throws -> Value {
    let object = try #require(
      try JSONValue(
        parsing: """
          {"type": "posts", "id": "12", "attributes": {"views": 9007199254740993, "rating": 1.10, "text": "a\\u2028b"},
          "relationships": {"author": {"data": {"type": "authors", "id": "1"}}, "tags": {"links": {}}}}
          """
      ).objectValue)
    let included = IncludedResourceIndex(try #require(Self.included.arrayValue))
    let compound = ResourceValue.IncludedResources(client: "posts", asked: ["author.editor"]) { type, id in
      included[type, id]
    } isListed: { type, id in
      type == "posts" && id == "13"
    }
    return .resource(ResourceValue(object, compound: compound))
  }

  @Test(arguments: [0, 1 << 20]) func keepsEveryElement(limit: Int) async throws {
    let elements: [Value] = [
      try Self.post(), .duration(.seconds(90)), .null, .string("a\nb"), .list([.bool(true), .null]),
      .record(Record([("a", .number(JSONNumber(1))), ("b", .list([]))])),
      .record(Record([("when", .duration(.seconds(1))), ("post", try Self.post())])),
      .list([.null, try Self.post(), .list([.duration(.seconds(2)), .list([])])]),
    ]
    var collected = SpillingElementBuffer(limit: limit)
    for element in elements { try collected.add([element]) }
    var stream = collected.elements()
    let found = try await stream.rest()

    #expect(collected.count == 8 && collected.isSpilled == (limit == 0))
    #expect(try found.map { try $0.json().text } == elements.map { try $0.json().text })
    #expect(found.map(\.typeName) == ["resource", "duration", "null", "string", "list", "record", "record", "list"])
    guard case .resource(let post) = found[0], case .resource(let author) = try post.field("author"),
      case .resource(let town) = try author.field("home"), case .list(let posts) = try author.field("posts")
    else {
      Issue.record("no author, town or posts")
      return
    }
    #expect(try author.field("name")?.json() == "Ada")
    #expect(try town.field("name")?.json() == "Bonn")
    guard case .resource(let cycle) = posts.first else {
      Issue.record("no post")
      return
    }
    #expect(cycle.isIdentifier)
    // The file has only the included resources that the post reaches, also for a post in a list or a record.
    #expect(post.compound?.included("towns", "4") == nil || limit > 0)
    guard case .record(let record) = found[6], case .list(let list) = found[7] else {
      Issue.record("no record or list")
      return
    }
    for part in [record["post"] ?? .null, list[1]] {
      guard case .resource(let inner) = part else {
        Issue.record("no post in \(found)")
        continue
      }
      #expect(inner.compound?.included("towns", "4") == nil || limit > 0)
      #expect(inner.compound?.included("towns", "3") != nil)
    }
    for (name, message) in [
      (
        "best",
        "best is posts/13, which is in the list, but not among the included resources; only its type and id can be read here"
      ),
      ("editor", "editor is authors/2; the option include: asks for this resource, but the reply does not contain it"),
      ("club", "club is clubs/9, but only the type and the id of this resource are known"),
    ] {
      guard case .resource(let stub) = try author.field(name) else {
        Issue.record("no \(name)")
        continue
      }
      let fault = #expect(throws: Fault.self) { try stub.field("name") }
      #expect(fault?.message == message)
    }
  }

  @Test func manyPagesComeBackInOrder() async throws {
    var collected = SpillingElementBuffer(limit: 100_000)
    for page in 0..<100 { try collected.add((0..<100).map { .number(JSONNumber(page * 100 + $0)) }) }
    var stream = collected.elements()
    let found = try await stream.rest().map { try $0.json().text }
    #expect(found == (0..<10_000).map(String.init))
  }

  /// Single elements and pages come back in the order in which they were added, in memory and from a file.
  @Test(arguments: [100, 1 << 20]) func singleElementsComeBackInOrder(limit: Int) async throws {
    var collected = SpillingElementBuffer(limit: limit)
    for number in 0..<1000 {
      let names: [Value] = [.string("n\(number)")]
      if number % 300 == 299 {
        try collected.add(ElementPage([.number(JSONNumber(number))], names: [names]))
      } else {
        try collected.append(.number(JSONNumber(number)), names: names)
      }
      #expect(collected.count == number + 1)
    }
    for _ in 0..<2 {
      var stream = collected.elements()
      let found = try await stream.all()
      #expect(try found.elements.map { try $0.json().text } == (0..<1000).map(String.init))
      #expect(try found.names.map { try $0.map { try $0.json().text } } == (0..<1000).map { ["\"n\($0)\""] })
    }
  }

  @Test func severalStreamsReadTheSameFile() async throws {
    var collected = SpillingElementBuffer(limit: 0)
    for number in 0..<40_000 { try collected.add([.number(JSONNumber(number))]) }
    var (first, second) = (collected.elements(), collected.elements())
    var counts = [0, 0]
    while let page = try await first.next() {
      counts[0] += page.count
      counts[1] += try await second.next()?.count ?? 0
    }
    #expect(counts == [40_000, 40_000])
    #expect(try await second.next() == nil)
  }

  @Test func aDirectoryThatIsNotThereIsNamed() {
    #expect(throws: Fault.self) { _ = try FileDescriptor.nameless(in: "/nowhere") }
  }
}
