import Testing

/// Tests of the carets below the part of a statement to which the `source` of a JSON:API error points.
///
/// JSON:API 1.0, "Error Objects", defines `source`.
@Suite(.timeLimit(.minutes(15))) struct CaretTests {
  private func pointer(_ pointer: String, _ title: String) -> String {
    #"{"title":"\#(title)","source":{"pointer":"\#(pointer)"}}"#
  }

  @Test func intoNestedRecordsListsAndLinkage() async throws {
    let odd = try await OddService([
      "create": OddService.errors(
        pointer("/data/attributes/at/street", "a"), pointer("/data/attributes/words/0", "b"),
        pointer("/data/relationships/author/data/id", "c"), pointer("/data/relationships/to/data/1", "d"),
        pointer("/data/attributes/a~1b", "e"))
    ])
    let ran = await odd.run(
      """
      let tag = {type: "tags", id: "2"}
      create posts {"a/b": 1, at: {street: ""}, words: [""], author: {type: "a", id: "9"}, to: [tag, tag]}
      """)
    #expect(
      ran.notes == """
        error[invalid]: posts create: 5 errors from the service
          --> -c:4:22
        4 | create posts {"a/b": 1, at: {street: ""}, words: [""], author: {type: "a", id: "9"}, to: [tag...
          |                      ^               ^^           ^^                           ^^^             ^ d
          |                      |               |            |                            |
          |                      |               |            |                            c
          |                      |               |            b
          |                      |               a
          |                      e

        """)
    await odd.stop()
  }

  @Test func pointsIntoRequestParameters() async throws {
    let odd = try await OddService([
      "index": OddService.errors(
        pointer("/filter/state", "a"), #"{"title":"b","source":{"parameter":"page[size]"}}"#,
        #"{"title":"c","source":{"parameter":"sort"}}"#, #"{"title":"d","source":{"parameter":"other"}}"#)
    ])
    let ran = await odd.run(#"index posts filter: {id: 1, state: "x"} sort: "-z" page: {number: 1, size: 9}"#)
    #expect(
      ran.notes == """
        error[service]: posts index: 4 errors from the service
          --> -c:3:36
        3 | index posts filter: {id: 1, state: "x"} sort: "-z" page: {number: 1, size: 9}
          |                                    ^^^        ^^^^                         ^ b
          |                                    |          |
          |                                    |          c
          |                                    a
          = other: d

        """)
    await odd.stop()
  }

  @Test func intoTheParametersOfACallAndTheIdentifiersOfALink() async throws {
    let odd = try await OddService([
      "tag": OddService.errors(pointer("/words/0", "a")),
      "create_relationship": OddService.errors(pointer("/data/1/id", "b")),
    ])
    let call = await odd.run(#"call posts "tag" {words: ["x"]}"#)
    #expect(
      call.notes.hasSuffix(
        """
        3 | call posts "tag" {words: ["x"]}
          |                           ^^^ a

        """))
    let link = await odd.run(#"link posts 1 "tags" [{type: "tags", id: "1"}, {type: "tags", id: "z"}]"#)
    #expect(
      link.notes.hasSuffix(
        """
        3 | link posts 1 "tags" [{type: "tags", id: "1"}, {type: "tags", id: "z"}]
          |                                                                  ^^^ b

        """))
    await odd.stop()
  }

  @Test func namesAPointerOutsideTheStatement() async throws {
    let odd = try await OddService(["create": OddService.errors(pointer("/data/attributes/slug", "is taken"))])
    let ran = await odd.run(#"create posts {text: "a"}"#)
    #expect(
      ran.notes == """
        error[invalid]: posts create: is taken
          --> -c:3:1
        3 | create posts {text: "a"}
          | ^^^^^^^^^^^^^^^^^^^^^^^^
          = the service reports an error at /data/attributes/slug

        """)
    await odd.stop()
  }
}
