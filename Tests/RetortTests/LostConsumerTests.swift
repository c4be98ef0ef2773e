import Testing

/// Tests of the note about a queue that loses its consumer while a statement creates resources.
///
/// The broker delivers unacknowledged creates again to the next consumer, so a create may happen twice.
@Suite(.timeLimit(.minutes(15))) struct LostConsumerTests {
  private static let note =
    "queue posts lost its consumer during the statement, so the broker may have delivered a request twice: "
    + "count the created resources; help losses explains this\n"

  @Test(arguments: [
    "1..3 | map {text: \"x\"} | create posts timeout: 5s in-flight: 1",
    "for i in 1..3 do create posts {text: \"x\"} timeout: 5s end",
    "1..3 | each do create posts {text: \"x\"} timeout: 5s end",
  ]) func aLostConsumerIsNoted(statement: String) async throws {
    let service = try await FakeService("--fault", "no-consumer=1", "--away", "1000s")
    let ran = await service.run(statement)
    #expect(ran.notes.contains(Self.note), Comment(rawValue: ran.notes))
    #expect(await service.stop().status == 0)
  }

  @Test(arguments: [
    "1..3 | update posts {text: \"x\"} timeout: 5s in-flight: 1", "create posts {text: \"x\"} timeout: 5s",
  ]) func otherChangesHaveNoSuchNote(statement: String) async throws {
    let service = try await FakeService("--fault", "no-consumer=1", "--away", "1000s")
    let ran = await service.run(statement)
    #expect(!ran.notes.contains("lost its consumer"), Comment(rawValue: ran.notes))
    #expect(await service.stop().status == 0)
  }
}
