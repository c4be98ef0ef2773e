import Foundation
import JSONRPC
import Testing

@testable import APIServer

/// Tests of the service inside the program, which has the same interface as a connection to a broker.
@Suite struct EmbeddedLinkTests {
  let link: EmbeddedLink

  init() throws { link = try EmbeddedLink("blog") }

  private func envelope(
    _ transport: any Transport, _ method: String = "destroy", deadline: ContinuousClock.Instant? = nil,
    expires: Bool = false, mayRepeat: Bool = false
  ) -> TransportRequest {
    let id = transport.nextCorrelationID()
    let body = Array(#"{"id":"\#(id)","jsonrpc":"2.0","method":"\#(method)","params":{"id":"20"}}"#.utf8)
    return TransportRequest(
      correlationID: id, method: method, body: body, deadline: deadline, expires: expires, mayRepeat: mayRepeat)
  }

  private func failure(_ transport: any Transport, _ envelope: TransportRequest) async -> LinkError? {
    do throws(LinkError) {
      _ = try await transport.send(envelope)
      return nil
    } catch { return error }
  }

  /// Sends requests with a deadline of 20 ms until a request reaches the service, and returns the error of its timeout.
  private func silence(_ transport: any Transport, expires: Bool = false) async -> LinkError? {
    while true {
      let error = await failure(
        transport, envelope(transport, deadline: .now + .milliseconds(20), expires: expires))
      if error?.kind != .timeout || error?.wasSent == true { return error }
    }
  }

  @Test func aRequestHasTheServicesReply() async throws {
    let transport = try await link.open(queue: "tags")
    let envelope = envelope(transport, deadline: .now + .seconds(60))
    #expect(
      String(decoding: try await transport.send(envelope), as: UTF8.self)
        == #"{"id":"\#(envelope.correlationID)","jsonrpc":"2.0","result":{}}"#)
    #expect(transport.nextCorrelationID() != transport.nextCorrelationID())
    #expect(link.address == "embedded:blog")
    #expect(transport.queue == "tags")
    #expect(transport.taskExecutor == nil)
  }

  @Test func manyRequestsAreInFlightAtOnce() async throws {
    let transport = try await link.open(queue: "tags")
    let replies = try await withThrowingTaskGroup(of: (String, [UInt8]).self) { group in
      for _ in 0..<64 {
        group.addTask {
          let envelope = envelope(transport, "show")
          return (envelope.correlationID, try await transport.send(envelope))
        }
      }
      return try await group.reduce(into: [String: [UInt8]]()) { $0[$1.0] = $1.1 }
    }
    #expect(replies.count == 64)
    for (id, reply) in replies { #expect(String(decoding: reply, as: UTF8.self).hasPrefix(#"{"id":"\#(id)","#)) }
  }

  @Test(arguments: [
    (
      "post",
      #"embedded:blog has no queue "post"; did you mean "posts"? The queues are: authors, comments, posts, tags"#
    ),
    ("warehouse", #"embedded:blog has no queue "warehouse". The queues are: authors, comments, posts, tags"#),
  ])
  func reportsAMissingQueueImmediately(queue: String, message: String) async throws {
    let transport = try await link.open(queue: queue)
    #expect(await failure(transport, envelope(transport)) == LinkError(.noRoute, message))
    #expect(try await link.probe(queue: queue, until: .now) == nil)
    #expect(try await link.probe(queue: "posts", until: .now) == QueueState(messages: 0, consumers: 1))
  }

  @Test func theDeadlinePassesWhileTheServiceIsBusy() async throws {
    let transport = try await link.open(queue: "tags")
    let busy = DispatchSemaphore(value: 0)
    link.work.async { busy.wait() }
    let timeout = LinkError(.timeout, #"no reply from "tags" to destroy in time"#, wasSent: true)
    #expect(await silence(transport, expires: true) == timeout)
    let past = envelope(transport, deadline: .now - .milliseconds(1))
    #expect(await failure(transport, past) == LinkError(.timeout, timeout.message, wasSent: false))
    busy.signal()
    _ = try await transport.send(envelope(transport, "show"))
    #expect(link.service.ids("tags", #"{"filter":{"id":"20"}}"#) == ["20"])
  }

  @Test func aRequestThatDoesNotExpireIsCarriedOutWithoutItsSender() async throws {
    let transport = try await link.open(queue: "tags")
    let busy = DispatchSemaphore(value: 0)
    link.work.async { busy.wait() }
    #expect(await silence(transport)?.kind == .timeout)
    busy.signal()
    _ = try await transport.send(envelope(transport, "show"))
    #expect(link.service.ids("tags", #"{"filter":{"id":"20"}}"#) == [])
  }

  @Test func aCancelledSenderWaitsNoLonger() async throws {
    let transport = try await link.open(queue: "tags")
    let busy = DispatchSemaphore(value: 0)
    link.work.async { busy.wait() }
    let read = envelope(transport, "show", mayRepeat: true)
    let sender = Task { await failure(transport, read) }
    sender.cancel()
    #expect(await sender.value?.kind == .cancelled)
    busy.signal()
  }

  @Test func awaitsASentChange() async throws {
    let transport = try await link.open(queue: "tags")
    let busy = DispatchSemaphore(value: 0)
    link.work.async { busy.wait() }
    let change = envelope(transport)
    let (replies, reply) = AsyncStream.makeStream(of: Bool.self)
    let posting = try #require(transport as? any CallbackTransport)
    posting.post(ObservedRequest(change) { reply.yield((try? $0.get()) != nil) })
    posting.cancel(change)
    busy.signal()
    for await isAnswered in replies.prefix(1) { #expect(isAnswered) }
  }

  @Test func requestsAreAnsweredInTheOrderInWhichTheyAreSent() async throws {
    let transport = try #require(try await link.open(queue: "tags") as? any CallbackTransport)
    let (replies, reply) = AsyncStream.makeStream(of: Int.self)
    for number in 0..<64 { transport.post(ObservedRequest(envelope(transport, "show")) { _ in reply.yield(number) }) }
    var order: [Int] = []
    for await number in replies.prefix(64) { order.append(number) }
    #expect(order == Array(0..<64))
  }

  @Test func aCancelledTaskSendsNothing() async throws {
    let transport = try await link.open(queue: "tags")
    let sender = Task {
      while !Task.isCancelled { await Task.yield() }
      return await failure(transport, envelope(transport))
    }
    sender.cancel()
    #expect(await sender.value == LinkError(.cancelled, "interrupted"))
  }

  @Test func aClosedTransportSendsNothing() async throws {
    let (one, other) = (try await link.open(queue: "tags"), try await link.open(queue: "tags"))
    await one.close()
    #expect(await failure(one, envelope(one)) == LinkError(.stopped, "the client was stopped"))
    _ = try await other.send(envelope(other, "show"))
    await link.close()
    await link.close()
    #expect(await failure(other, envelope(other)) == LinkError(.closed, "the connection is closed"))
    await #expect(throws: LinkError(.closed, "the connection to embedded:blog is closed")) {
      try await link.open(queue: "tags")
    }
  }

  @Test func anUnknownFileIsAnAddressError() {
    #expect(throws: LinkError(.address, #"there is no file "./nope.sqlite"; for the sample write "blog""#)) {
      try EmbeddedLink("./nope.sqlite")
    }
  }
}

/// A posted request that passes its reply to a closure of the test.
private final class ObservedRequest: RequestWithCallback, @unchecked Sendable {
  private let observe: @Sendable (Result<[UInt8], LinkError>) -> Void

  init(_ envelope: TransportRequest, _ observe: @escaping @Sendable (Result<[UInt8], LinkError>) -> Void) {
    self.observe = observe
    super.init(envelope)
  }

  override func receive(_ reply: Result<[UInt8], LinkError>) { observe(reply) }
}
