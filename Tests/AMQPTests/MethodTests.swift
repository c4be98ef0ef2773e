import TestBench
import Testing

@testable import AMQP

/// Tests of several AMQP methods that wait on one channel for their answers at the same time.
@Suite(.timeLimit(.minutes(15))) struct MethodTests {
  @Test func eachMethodGetsItsOwnAnswer() async throws {
    let connection = try await Connection.open(try AMQPURI(try await PrivateBroker.shared.vhost().uri), name: "test")
    let number = try await connection.newChannel()
    let names = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<20 { group.addTask { try await connection.call(number, .declareReplyQueue).name } }
      return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
    }
    #expect(names.count == 20)
    await connection.close()
  }

  @Test func aMethodEndsWhenItsChannelCloses() async throws {
    let connection = try await Connection.open(try AMQPURI(try await PrivateBroker.shared.vhost().uri), name: "test")
    for _ in 0..<20 {
      let number = try await connection.newChannel()
      await withTaskGroup { group in
        for _ in 0..<5 { group.addTask { _ = try? await connection.call(number, .declareReplyQueue) } }
        group.addTask { await connection.closeChannel(number) }
      }
    }
    #expect(await connection.end == nil)
    await connection.close()
  }

  @Test func aChannelClosedDuringABlockDoesNotEndTheConnection() async throws {
    let broker = try await PrivateBroker.start()
    let echo = try await Echo(on: broker)
    let (client, other) = (try await echo.client(), try await echo.client())
    try broker.setMemoryAlarm(true)
    while await client.failure("one", within: .milliseconds(300))?.kind != .blocked {}
    await client.close()
    try broker.setMemoryAlarm(false)
    #expect(try await other.ask("two") == "two")
    #expect(
      echo.notices.texts == [
        "the broker accepts no messages for now: low on memory", "the broker accepts messages again",
      ])
    await echo.close()
    await broker.stop()
  }
}
