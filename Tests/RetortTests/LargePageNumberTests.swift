import Testing

/// Tests of page links and totals with numbers near the largest `Int`.
@Suite(.timeLimit(.minutes(15))) struct LargePageNumberTests {
  private static let largest = "9223372036854775807"

  @Test(arguments: [
    #""meta":{"record-count":9223372036854775807},"links":{"next":"/?page[number]=2&page[size]=1"}"#,
    #""meta":{"record-count":9223372036854775807},"links":{"next":"/?page[number]=2&page[size]=9223372036854775807"}"#,
    #""links":{"next":"/?page[number]=2&page[size]=1","last":"/?page[number]=9223372036854775807&page[size]=1"}"#,
    #""links":{"next":"/?page[offset]=9223372036854775807&page[limit]=1"}"#,
    #""links":{"next":"/?page[number]=999999999999999999&page[size]=999999999999999999"},"meta":{"record-count":999999999999999999}"#,
  ]) func noNumberOfAServiceEndsTheProgram(_ members: String) async throws {
    let service = try await OddService { method, params in
      let isFirst = ["", "1"].contains("\((params["page"] as? [String: Any])?["number"] ?? "")")
      let data = isFirst ? #"{"type":"posts","id":"1","attributes":{"text":"a"}}"# : ""
      return #""result":{"data":[\#(data)],\#(isFirst ? members : #""meta":{}"#)}"#
    }
    for statement in [
      "stream posts | count", "stream posts prefetch: 2 | count", "index posts", "count posts", "stream posts | take 3",
      "stream posts page: {number: 1, size: 1} | count", "destroy-all posts filter: {text: \"a\"} dry-run: true",
    ] {
      let ran = await service.run(statement)
      #expect((0...6).contains(ran.status), Comment(rawValue: "\(statement): \(ran.notes)"))
    }
    await service.stop()
  }
}
