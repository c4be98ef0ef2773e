import AMQP
import Glibc
import TestBench
import Testing

/// A task that keeps the connection's thread busy, such as one that writes to a terminal whose reader has paused.
@Suite struct BusyThreadTests {
  @Test func theBrokerStillGetsHeartbeats() async throws {
    let echo = try await Echo(parameters: "&heartbeat=1")
    let client = try await echo.client()
    await block(client, for: .seconds(5))  // twice as long as the broker waits for a heartbeat
    #expect(try await client.ask("still here") == "still here")
    #expect(echo.notices.texts == [])
    await echo.close()
  }

  /// The service replies in time to 40 requests, which need more frames than one pass of the thread's loop handles.
  @Test func repliesThatArriveMeanwhileCountAfterTheirDeadline() async throws {
    let held = try await HeldService()
    let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
      for number in 1...40 {
        group.addTask { try await held.client.ask("\(number)", within: .seconds(10), mayRepeat: false) }
      }
      var arrived = 0
      for await _ in held.arrivals {
        arrived += 1
        if arrived == 40 { break }
      }
      held.open()
      await block(held.client, for: .seconds(11))
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(outcomes == Set((1...40).map { "\($0)" }))
    await held.close()
  }

  /// Blocks the thread of the client's connection.
  private func block(_ client: ReconnectingQueueClient, for duration: Duration) async {
    await Task(executorPreference: client.taskExecutor) { _ = usleep(UInt32(duration / .microseconds(1))) }.value
  }
}
