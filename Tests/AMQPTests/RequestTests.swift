import AMQP
import TestBench
import Testing

/// Tests of requests and replies through a real RabbitMQ.
@Suite(.timeLimit(.minutes(15))) struct RequestTests {
  @Test func aReplyFindsItsRequest() async throws {
    let echo = try await Echo()
    let client = try await echo.client()
    #expect(try await client.ask("hello") == "hello")
    await echo.close()
  }

  @Test func manyRepliesFindTheirRequests() async throws {
    let echo = try await Echo()
    let clients = [try await echo.client(), try await echo.client()]
    let right = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<10_000 {
        group.addTask { try await clients[number % 2].ask("body \(number)") == "body \(number)" }
      }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(right == 10_000)
    await echo.close()
  }

  @Test(arguments: [0, 1, 131_072, 131_073, 3_000_000, 128 << 20]) func bodiesOfAnySizeArrive(_ size: Int) async throws
  {
    let echo = try await Echo()
    let client = try await echo.client()
    var body = (0..<997).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    while body.count < size { body += body }
    body.removeLast(body.count - size)
    let reply = try await client.send(
      correlationID: client.nextCorrelationID(), body: body, deadline: .now + .seconds(60), expires: false,
      mayRepeat: false)
    #expect(reply == body)
    await echo.close()
  }

  /// Requests with short and long bodies get the right replies when the client sends them at the same time.
  ///
  /// A long body takes several AMQP frames. The client writes several short messages to the socket in one call.
  @Test(arguments: ["", "&frame_max=4096"]) func bodiesOfAllSizesGoTogether(_ parameters: String) async throws {
    let echo = try await Echo(parameters: parameters)
    let client = try await echo.client()
    let sizes = [0, 1, 4087, 4088, 4089, 9000, 30_000, 63_479, 63_480, 63_481, 65_536, 70_000]
    let right = try await withThrowingTaskGroup(of: Bool.self) { group in
      for (number, size) in Array(repeating: sizes, count: 20).joined().enumerated() {
        group.addTask {
          let body = "\(number) ".padding(toLength: size, with: "\(number % 7)")
          return try await client.ask(body) == body
        }
      }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(right == 20 * sizes.count)
    await echo.close()
  }

  @Test func aMissingQueueIsNoRouteImmediately() async throws {
    let echo = try await Echo()
    let client = try await echo.client("nowhere")
    let error = await client.failure("hello", within: nil)
    #expect(error?.kind == .noRoute)
    #expect(error?.message.hasPrefix("there is no queue nowhere on amqp://guest@127.0.0.1:") == true)
    await echo.close()
  }

  @Test func silenceEndsWithTheDeadline() async throws {
    let echo = try await Echo()
    let silent = try await Connection.open(try AMQPURI(echo.vhost.uri), name: "silent")
    _ = try await silent.serve(queue: "silent") { body in
      try? await Task.sleep(for: .seconds(3600))
      return body
    }
    let client = try await echo.client("silent")
    let error = await client.silence("hello", within: .milliseconds(50), mayRepeat: false)
    #expect(error?.kind == .timeout && error?.message == "the timeout expired" && error?.wasSent == true)
    await silent.close()
    await echo.close()
  }

  @Test func aCancelledTaskWaitsNoLonger() async throws {
    let echo = try await Echo()
    let silent = try await Connection.open(try AMQPURI(echo.vhost.uri), name: "silent")
    let arrived = AsyncStream.makeStream(of: Void.self)
    _ = try await silent.serve(queue: "silent") { body in
      arrived.continuation.yield()
      try? await Task.sleep(for: .seconds(3600))
      return body
    }
    let client = try await echo.client("silent")
    let asking = Task { await client.failure("hello", within: nil) }
    for await _ in arrived.stream { break }
    asking.cancel()
    #expect(await asking.value == AMQPClientError(.cancelled, "interrupted", wasSent: true))
    await silent.close()
    await echo.close()
  }

  @Test func aChangeInFlightIsWaitedForUntilItIsAbandoned() async throws {
    let held = try await HeldService()
    var arrivals = held.arrivals.makeAsyncIterator()
    let change = Task { try await held.client.ask("change", mayRepeat: false) }
    _ = await arrivals.next()
    change.cancel()
    held.open()
    #expect(try await change.value == "change")
    await held.close()

    let silent = try await HeldService()
    var silentArrivals = silent.arrivals.makeAsyncIterator()
    let given = Task { await silent.client.failure("change", mayRepeat: false) }
    _ = await silentArrivals.next()
    given.cancel()
    silent.client.abandon()
    let error = await given.value
    #expect(error?.kind == .cancelled && error?.wasSent == true)
    silent.open()
    await silent.close()
  }

  @Test func aChangeOfACancelledTaskIsNotSent() async throws {
    let held = try await HeldService()
    held.proxy.happen(.stall)
    held.open()
    let change = Task {
      while !Task.isCancelled { await Task.yield() }
      return await held.client.failure("change", mayRepeat: false)
    }
    change.cancel()
    #expect(await change.value == AMQPClientError(.cancelled, "interrupted"))
    await held.close()
  }

  @Test func aBodyThatIsTooLargeIsNotSent() async throws {
    let echo = try await Echo()
    let client = try await echo.client()
    let error = await client.failure(String(repeating: "x", count: 128 << 20 + 1))
    #expect(
      error == AMQPClientError(.tooLarge, "the message has 134217729 bytes, but the broker accepts at most 128 MiB"))
    #expect(try await client.ask("still here") == "still here")
    await echo.close()
  }

  @Test func aStoppedClientLeavesNothing() async throws {
    let echo = try await Echo()
    let before = try echo.vhost.queues()
    let client = try await echo.client()
    #expect(try echo.vhost.queues().count == before.count + 1)
    await client.close()
    #expect(try await echo.vhost.soon { try $0.queues() == before })
    #expect(await client.failure("hello") == AMQPClientError(.stopped, "the client was stopped"))
    await echo.close()
  }
}

extension String {
  /// Returns the text with exactly `length` characters: cuts the end off, or appends repetitions of `filling`.
  fileprivate func padding(toLength length: Int, with filling: String) -> String {
    String((self + String(repeating: filling, count: length)).prefix(length))
  }
}
