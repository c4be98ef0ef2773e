import Foundation
import JSONAPI
import JSONRPC
import JSONText
import Synchronization
import Testing

@testable import Bulk
@testable import Client

/// Tests of the repetition of changes, and of the order of the limits before a change is sent.
extension SafeguardTests {
  // MARK: - The option retry

  /// Returns a carrier that answers the first `count` changes with an error.
  private func failing(_ count: Int, _ error: ClientError) -> ScriptedCarrier {
    let left = Mutex(count)
    return ScriptedCarrier { _ in
      left.withLock { left in
        left -= 1
        return left >= 0 ? error : nil
      }
    }
  }

  @Test func aChangeThatFoundNoRouteIsSentAgain() async {
    let carrier = failing(2, ClientError(.noRoute, "no route"))
    let report = await run([.update(1, ["views": 2])], on: carrier, guards(retries: 2))
    #expect(report.tally.ok == 1 && carrier.carried.count == 3)
  }

  @Test func refusedChangesAreNotSentAgain() async {
    let carrier = failing(9, ClientError(.invalid, "no"))
    let report = await run([.update(1, ["views": 2])], on: carrier, guards(retries: 2))
    #expect(report.tally.failed == 1 && carrier.carried.count == 1)
  }

  @Test func aCreateIsNotRepeatedOnceTheBrokerHasRefusedIt() async {
    var error = ClientError(.connection, "nacked")
    error.wasConfirmed = false
    let carrier = failing(9, error)
    let report = await run([create("a")], on: carrier, guards(retries: 2))
    #expect(report.tally.failed == 1 && carrier.carried.count == 1)
  }

  private static let serviceFailure: ClientError = {
    var error = ClientError(.badGateway, "boom")
    error.wasSent = true
    return error
  }()

  /// An attempt that may have been carried out decides the outcome, if no later attempt carries out the change.
  @Test(arguments: [ClientError.Kind.interrupted, .noRoute, .invalid])
  func anEarlierAttemptMayHaveBeenCarriedOut(_ kind: ClientError.Kind) async {
    let sent = Mutex(0)
    let carrier = ScriptedCarrier { _ in
      sent.withLock { sent in
        sent += 1
        return sent == 1 ? Self.serviceFailure : ClientError(kind, "later")
      }
    }
    let report = await run([.update(1, ["views": 2])], on: carrier, guards(retries: 1))
    #expect(report.tally.failed == 1 && report.tally.uncertain == 1 && report.tally.hasSent)
    #expect(carrier.carried.count == 2)
  }

  @Test func anInterruptionEndsTheAttempts() async {
    let (replies, reply) = AsyncStream.makeStream(of: Void.self)
    let carrier = ScriptedCarrier { _ in
      reply.yield()
      return Self.serviceFailure
    }
    let task = Task { await run([.update(1, ["views": 2])], on: carrier, guards(retries: 5)) }
    for await _ in replies { break }
    task.cancel()
    let report = await task.value
    #expect(report.tally.failed == 1 && report.tally.uncertain == 1 && carrier.carried.count == 1)
  }

  @Test func anUnknownUpdateIsLookedUpBeforeItIsSentAgain() async {
    let service = ScriptedService(["1": ["views": 2], "2": ["views": 1]])
    let carrier = failing(2, Self.unknown("1"))
    let report = await run(
      [Change.update(1, ["views": 2]), .update(2, ["views": 2])], on: carrier, window: 1, guards(retries: 1, service))
    // A lookup finds that the service carried out the first change. The second change gets a reply to its second
    // request.
    #expect(report.tally.ok == 2 && report.tally.unknown == 0)
    #expect(carrier.carried == ["1", "2", "2"])
  }

  @Test func anUnknownCreateIsNeverSentAgain() async {
    let carrier = failing(9, Self.unknown("1"))
    let report = await run([create("a")], on: carrier, guards(retries: 3, ScriptedService()))
    #expect(report.tally.unknown == 1 && carrier.carried.count == 1)
  }

  // MARK: - The order of the limits

  /// The changes that waited for the throttle are then sent at the rate of `rate:`.
  @Test func theRateAppliesAfterAPause() async {
    let depths = Mutex([60, 60, 10])
    var guards = StatementSafeguards()
    guards.rate = RateLimiter(perSecond: 50)
    guards.throttle = ServiceLoadThrottle(.init(depth: 50, p95: nil, patience: .seconds(30))) {
      QueueState(messages: depths.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }, consumers: 1)
    } sample: {
    }
    let times = Mutex<[ContinuousClock.Instant]>([])
    let carrier = ScriptedCarrier { _ in
      times.withLock { $0.append(.now) }
      return nil
    }
    let report = await run((1...9).map { .destroy($0) }, on: carrier, window: 16, guards)
    let all = times.withLock { $0 }
    #expect(report.tally.ok == 9 && all[8] - all[0] >= .milliseconds(150))
  }

  /// `retort ctl pause` holds the changes that wait for `rate:` too.
  @Test(arguments: [0, 1]) func aPauseHoldsTheChangesThatHaveBegun(retries: Int) async throws {
    let control = RemoteRunControl()
    let scripted = ScriptedCarrier { _ in
      control.pause()
      return nil
    }
    var guards = guards(retries: retries)
    guards.rate = RateLimiter(perSecond: 20)
    let carrier: any ChangeCarrier = retries == 0 ? TakingCarrier(scripted) : scripted
    let dispatcher = ChangeDispatcher(
      StatementConsentsAndOutcomes(RunWideSafeguards(.given, control: control)), carrier, lateReplies: nil,
      guards: guards)
    async let report = dispatcher.run(
      StatementReport(), SendingPolicy(window: 16, continuesOnError: true), consent: nil,
      next: { [rest = Mutex<[Element]?>((1...9).map { Element($0) })] in rest.withLock { $0.take() } },
      observe: { _, _, _ in })
    try await Task.sleep(for: .milliseconds(400))
    #expect(scripted.carried.count == 1)
    while scripted.carried.count < 9 {
      control.resume()
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(await report.tally.ok == 9)
  }

  /// After a failure that ends the statement, no change is sent that waited for a limit.
  @Test func aFailureDropsTheChangesThatWait() async {
    var guards = guards(retries: 1)
    guards.rate = RateLimiter(perSecond: 50)
    let carrier = ScriptedCarrier { _ in ClientError(.invalid, "no") }
    var rest: [Element]? = (1...9).map { Element($0) }
    let dispatcher = ChangeDispatcher(
      StatementConsentsAndOutcomes(RunWideSafeguards(.given)), carrier, lateReplies: nil, guards: guards)
    let report = await dispatcher.run(
      StatementReport(), SendingPolicy(window: 16, continuesOnError: false), consent: nil, next: { rest.take() },
      observe: { _, _, _ in })
    #expect(report.tally.failed == 1 && carrier.carried.count == 1 && report.unsent == 8)
  }
}
