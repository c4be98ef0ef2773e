import Testing

@testable import Workers

/// Tests of the number of failures that the chunks of a statement may have together.
@Suite struct ChunkFailureBudgetTests {
  @Test func withoutALimitNothingIsCounted() {
    var budget = ChunkFailureBudget(limit: nil, share: nil)
    #expect(budget.room(beside: 5000) > 5000)
    #expect(budget.grant(200, places: 6) == ChunkFailureBudget.FailureGrant(failures: nil))
    #expect(!budget.isReached)
  }

  @Test func chunksShareTheFailuresThatAreLeft() {
    var budget = ChunkFailureBudget(limit: 12, share: nil)
    let grants = (0..<6).map { budget.grant(20, places: 6 - $0) }
    #expect(grants.map(\.?.failures) == [2, 2, 2, 2, 2, 2])
    budget.end(ChunkFailureBudget.FailureGrant(failures: 2), successes: 19, failures: 1)
    // Eleven failures are left. The five chunks in flight may have ten of them, so the next chunk may have one.
    #expect(budget.grant(20, places: 1)?.failures == 1)
    #expect(budget.grant(20, places: 1) == nil)
  }

  /// With a limit of one failure, each worker gets a chunk immediately, and none waits for the end of another chunk.
  @Test func withoutFailuresNoChunkWaitsForAnother() {
    var budget = ChunkFailureBudget(limit: 1, share: nil)
    for _ in 0..<6 { #expect(budget.grant(20, places: 1)?.failures == 1) }
    #expect(budget.room(beside: 0) == 16)
    budget.end(ChunkFailureBudget.FailureGrant(failures: 1), successes: 100, failures: 0)
    #expect(budget.room(beside: 100) == 316)
  }

  /// If every change fails, a statement sends as many changes as its limit allows failures, but at least 16.
  @Test(arguments: [(10, 16), (40, 40)]) func aStatementThatFailsEndsAtItsLimit(limit: Int, sent: Int) {
    var budget = ChunkFailureBudget(limit: limit, share: nil)
    #expect(budget.room(beside: 0) == sent)
    #expect(budget.room(beside: sent) == 0)
    let grant = budget.grant(sent, places: 1)
    budget.end(grant ?? ChunkFailureBudget.FailureGrant(), successes: 0, failures: sent)
    #expect(budget.isReached)
  }

  @Test func aShareGrowsWithTheOutcomes() {
    var budget = ChunkFailureBudget(limit: nil, share: 0.1)
    #expect(budget.grant(100, places: 1)?.failures == 11)
    budget.end(ChunkFailureBudget.FailureGrant(failures: 11), successes: 95, failures: 5)
    #expect(budget.grant(100, places: 2)?.failures == 8)
    #expect(!budget.isReached)
  }
}
