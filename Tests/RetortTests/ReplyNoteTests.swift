import TestBench
import Testing

/// Tests of the notes about replies that contain other resources than requested, or no resource.
@Suite(.timeLimit(.minutes(15))) struct ReplyNoteTests {
  private static let mixed = #""result":{"data":[{"type":"posts","id":"1"},{"type":"people","id":"2"}]}"#
  private static let foreign = #""result":{"data":[{"type":"people","id":"1"},{"type":"people","id":"2"}]}"#

  @Test(arguments: [
    ("index posts | count", "index"), ("stream posts | count", "stream"), ("stream posts | take 1 | count", "stream"),
  ]) func otherTypesInAListAreNoted(statement: String, verb: String) async throws {
    let mixed = try await OddService(["index": Self.mixed])
    let note = "posts \(verb): the list has 1 resource of the type people, but the client's type is posts\n"
    #expect(await mixed.run(statement).notes == note)
    #expect(
      await mixed.run("for i in 1..3 do \(statement.replacing(" | count", with: " | print .type")) end").notes == note)
    await mixed.stop()
    let foreign = try await OddService(["index": Self.foreign])
    let ran = await foreign.run(statement)
    #expect(ran.notes.hasSuffix("; make a client of the type people: client queue: \"posts\" type: \"people\"\n"))
    await foreign.stop()
  }

  /// retort changes no resource whose id comes from a resource of another type.
  @Test func otherTypesAreNotChanged() async throws {
    let service = try await OddService([
      "index": #""result":{"data":[{"type":"people","id":"7","attributes":{"text":"a"}}]}"#,
      "destroy": #""result":null"#, "update": #""result":null"#,
    ])
    let destroyed = await service.run("destroy-all posts filter: {} confirm: true")
    #expect(destroyed.status == 1 && destroyed.notes.contains("the list has people/7, but the client's type is posts"))
    let upserted = await service.run("upsert posts {text: \"a\", n: 1} key: .text")
    #expect(upserted.status == 1 && upserted.notes.contains("the service sent people/7"), "\(upserted.notes)")
    await service.stop()
  }

  @Test(arguments: [
    "show posts 1", "index posts", "stream posts", "relationship posts 1 \"author\"", "related posts 1 \"author\"",
  ]) func otherTypesOfDeclaredLinkageAreNoted(statement: String) async throws {
    let linkage = #"{"type":"people","id":"9"}"#
    let post = #"{"type":"posts","id":"1","relationships":{"author":{"data":\#(linkage)}}}"#
    let service = try await OddService([
      "show": #""result":{"data":\#(post)}"#, "index": #""result":{"data":[\#(post)]}"#,
      "show_relationship": #""result":{"data":\#(linkage)}"#, "get_related_resource": #""result":{"data":\#(linkage)}"#,
    ])
    let ran = await service.run(
      "let posts = client queue: \"posts\" relationships: {author: \"authors\"}\n\(statement)")
    let verb = statement.prefix { $0 != " " }
    #expect(
      ran.notes == "posts \(verb): author has 1 resource of the type people, but the client declares the type authors\n"
    )
    await service.stop()
  }

  @Test(arguments: [
    #"{"data":null}"#, #"{"meta":{}}"#, "{}", "null", #"{"data":[]}"#,
  ]) func aReplyWithoutAResourceIsNoted(result: String) async throws {
    let service = try await OddService(["create": #""result":\#(result)"#, "update": #""result":\#(result)"#])
    let unknown = "posts create: the reply has no resource, so the new id is unknown\n"
    #expect(await service.run("create posts {a: 1}") == Ran(status: 0, output: "", notes: unknown))
    #expect(await service.run("[{a: 1}, {a: 2}] | create posts").notes == unknown + "create posts: 2 ok\n")
    #expect(
      await service.run("create posts {id: \"5\", a: 1} keep-id: true").notes
        == "")
    #expect(await service.run("update posts 1 {a: 1}").notes == "")
    await service.stop()
  }

  @Test func aCreatedResourceWithoutAnIDIsNoted() async throws {
    let service = try await OddService(["create": #""result":{"data":{"type":"posts","attributes":{}}}"#])
    let ran = await service.run("create posts {a: 1}")
    #expect(ran.notes == "posts create: the resource in the reply has no id, so the new id is unknown\n")
    await service.stop()
  }

  /// If `keys:` would give two attributes the same name, both attributes keep their original names.
  @Test func noValueIsLostByARenaming() async throws {
    let service = try await OddService([
      "show": #""result":{"data":{"type":"posts","id":"1","attributes":{"x_y":1,"x-y":2,"a-b":3}}}"#
    ])
    let ran = await service.run(
      "let posts = client queue: \"posts\" keys: \"underscore\"\nprint json((show posts 1).attributes)")
    #expect(ran.output == #"{"x_y":1,"x-y":2,"a_b":3}"# + "\n")
    await service.stop()
  }
}
