import TestBench
import Testing

/// Tests of the command `queues`, which shows the consumers and messages of the queues of the session's clients.
///
/// retort gets these numbers from a passive AMQP `queue.declare`.
@Suite(.timeLimit(.minutes(15))) struct QueuesTests {
  @Test func itShowsConsumersAndDepth() async throws {
    let service = try await FakeService()
    try service.vhost.declare(queue: "idle", maxLength: 5)
    let ran = await service.run(
      """
      let idle = client queue: "idle"
      let missing = client queue: "missing"
      let reply = try do
        call idle "show" {id: "1"} timeout: 100ms expire: false
      rescue error
        error.kind
      end
      queues | select .queue .consumers .depth
      """)
    #expect(
      ran.output == """
        {"queue":"idle","consumers":0,"depth":1}
        {"queue":"missing","consumers":null,"depth":null}
        {"queue":"posts","consumers":1,"depth":0}

        """)
    #expect(ran.notes.contains("a broker can't list its queues"), Comment(rawValue: ran.notes))
    #expect(await service.stop().status == 0)
  }
}
