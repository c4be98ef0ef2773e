import JSONText
import Testing

@testable import Bulk
@testable import Client

/// Tests that notes and errors have the order of the elements, although outcomes arrive in the order of the replies.
@Suite struct OutcomeTallyTests {
  private func tally(_ failures: [(index: Int, message: String)]) -> OutcomeTally {
    var tally = OutcomeTally()
    for failure in failures {
      tally.add(.failed(ClientError(.invalid, failure.message)), of: Element(failure.index), at: failure.index)
    }
    return tally
  }

  private func messages(_ tally: OutcomeTally) -> [String?] { tally.groups.map(\.outcome.error?.message) }

  @Test(arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
  func failuresAreInTheOrderOfElements(arrival: [Int]) {
    let texts = ["can't be blank", "is taken", "can't be blank", "is too long"]
    let tally = tally(arrival.map { ($0, texts[$0]) })
    #expect(messages(tally) == ["can't be blank", "is taken", "is too long"])
    #expect(tally.groups.map(\.index) == [0, 1, 3] && tally.groups.map(\.count) == [2, 1, 1])
    #expect(tally.text == "0 ok, 4 failed")
  }

  @Test func theFirstFiveAreShown() {
    let words = ["red", "green", "blue", "black", "white", "grey", "pink"]
    let tally = tally(words.enumerated().reversed().map { ($0.offset, $0.element) })
    #expect(messages(tally) == Array(words.prefix(5)) && tally.failed == 7)
  }

  /// Failures that an earlier run caused don't reach the limit `halt:`, so that a resumed run can continue.
  @Test(arguments: [FailureLimit.count(2), .share(0.05)]) func theLimitIgnoresFailuresOfEarlierRuns(
    _ limit: FailureLimit
  ) {
    var tally = OutcomeTally()
    for index in 0..<30 { tally.add(.unknown(ClientError(.unknown, "since before")), of: Element(index), at: index) }
    #expect(tally.fromBefore == 30 && !limit.isReached(tally) && !limit.isReached(tally, isEnd: true))
    for index in 30..<32 { tally.add(.failed(ClientError(.invalid, "no")), of: Element(index), at: index) }
    #expect(limit.isReached(tally, isEnd: true))
  }

  @Test func aLateReplyMovesItsElement() {
    var tally = OutcomeTally()
    for index in 0..<3 { tally.add(.unknown(ClientError(.unknown, "no reply")), of: Element(index), at: index) }
    tally.settle(.done(.result(.null)), of: Element(0), at: 0)
    #expect(tally.ok == 1 && tally.unknown == 2 && tally.groups.map(\.count) == [2])
    #expect(tally.groups.map(\.index) == [1], "the group's first element is still unknown")
    #expect(tally.text == "1 ok, 1 of them confirmed later, 2 unknown")
    tally.settle(.failed(ClientError(.invalid, "is taken")), of: Element(1), at: 1)
    #expect(tally.failed == 1 && tally.unknown == 1 && tally.groups.map(\.count) == [1, 1])
    tally.settle(.done(.result(.null)), of: Element(2), at: 2)
    #expect(tally.unknown == 0 && messages(tally) == ["is taken"])
  }

  @Test func okUpsertsAreCreatedUpdatedOrSame() {
    var tally = OutcomeTally(countsUpserts: true)
    let create = Change(
      target: Change.posts, verb: .create, method: "create", params: ["data": [:]], expires: true, timeout: nil)
    tally.add(.done(.result(.null)), of: Element(0, .success(create)), at: 0)
    tally.add(.done(.result(.null)), of: Element(1, .success(.update(1, [:]))), at: 1)
    tally.add(.same, of: Element(2, .failure(.same)), at: 2)
    var silence = ClientError(.unknown, "")
    silence.call = ClientError.CallDescription(method: "create", label: "posts", queue: "posts", correlationID: "1")
    tally.add(.unknown(silence), of: Element(3, .success(create)), at: 3)
    #expect(tally.text == "1 created, 1 updated, 1 same, 1 unknown" && tally.ok == 3 && tally.count == 4)
    tally.settle(.done(.result(.null)), of: Element(3, .success(create)), at: 3)
    #expect(tally.text == "2 created, 1 updated, 1 same" && tally.isGoodNow)
  }

  @Test func anEqualResourceIsNotSentAndStopsNothing() async {
    let carrier = ScriptedCarrier()
    var rest = [Element(0, .failure(.same)), Element(1), Element(2, .failure(.same))][...]
    let account = StatementConsentsAndOutcomes(RunWideSafeguards(.given))
    let report = await ChangeDispatcher(account, carrier, lateReplies: nil).run(
      StatementReport(), SendingPolicy(window: 1, continuesOnError: false), consent: nil
    ) {
      rest.popFirst().map { [$0] }
    } observe: { _, _, _ in
    }
    #expect(report.tally.ok == 3 && report.tally.same == 2 && carrier.carried == ["1"] && !report.isCut)
  }
}
