import Client
import Foundation
import JSONText
import Testing

@testable import Bulk

/// Tests of the lookups that find out whether an earlier run completed an iteration of `each`.
///
/// The journal of the earlier run contains changes of the iteration, but not the iteration's outcome.
@Suite(.timeLimit(.minutes(1))) struct IterationLookupTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
  private static let link = Change(
    target: Change.posts, verb: .link, method: "create_relationship",
    params: ["post_id": "12", "relationship": "tags", "data": [["type": "tags", "id": "1"]]], expires: true,
    timeout: nil)
  private static let create = Change(
    target: Change.posts, verb: .create, method: "create", params: ["data": ["attributes": ["views": 1]]],
    expires: true,
    timeout: nil)

  /// Records an iteration with these changes in a journal, looks the changes up, and returns the finding.
  ///
  /// The service has post 12 with one view, and no post 14.
  private func finding(
    _ changes: [Change], isLast: Bool, hasClient: Bool = true, _ outcomes: [Outcome] = [],
    _ step: IterationResumeHints = IterationResumeHints(), isSettled: Bool = false
  ) async throws -> Journal.IterationLookupFinding {
    defer { unlink(path) }
    let header = JournalHeader(
      broker: "rabbit@a /", queue: "", type: "", verb: "each", key: ".id", created: "2026-01-01T00:00:00Z",
      by: "me@here",
      reason: nil)
    let iteration = ChangeIdentity(iteration: "1")
    let journal = try Journal(path, header)
    try await journal.begin(iteration)
    for (index, change) in changes.enumerated() {
      var step = step
      step.isLast = isLast && index == changes.count - 1
      try await journal.add(change, to: iteration, step, number: index + 1)
      if index < outcomes.count { journal.record(outcomes[index], of: iteration, number: index + 1) }
    }
    try await journal.flush()
    journal.release()
    let service = ScriptedService(
      ["12": ["views": 1], "13": ["views": 0], "15": ["text": "a"]], linkages: ["tags": []])
    let next = try Journal(path, header)
    return await next.look(iteration) { queue, type, keyField in
      #expect(queue == "posts" && type == "posts" && keyField == step.keyField)
      return hasClient ? UnknownChangeResolver(service.client, keyField: keyField, isSettled: isSettled) : nil
    }
  }

  @Test(
    arguments: [
      ([.update(12, ["views": 1])], Journal.IterationLookupFinding.done), ([.destroy(14)], .done),
      ([.update(12, ["views": 1]), .destroy(14)], .done), ([.update(12, ["views": 2])], .unknown),
      ([.update(13, ["views": 1])], .unknown), ([.destroy(12)], .repeatable), ([.destroy(12), link], .repeatable),
      ([.update(12, ["views": 1]), .destroy(13)], .unknown), ([.destroy(13), .update(12, ["views": 1])], .unknown),
      ([create], .unknown), ([.destroy(14), create], .unknown),
    ] as [([Change], Journal.IterationLookupFinding)])
  func anIterationIsLookedUp(_ changes: [Change], _ finding: Journal.IterationLookupFinding) async throws {
    #expect(try await self.finding(changes, isLast: true) == finding)
  }

  /// An iteration is not done if the earlier run may have stopped between the recorded changes and further actions.
  @Test func aChangeThatIsNotTheLastActionLeavesItUnknown() async throws {
    #expect(try await finding([.destroy(14)], isLast: false) == .unknown)
    #expect(try await finding([.update(12, ["views": 1]), .destroy(14)], isLast: false) == .unknown)
  }

  /// A lookup needs the same `meta` as the change, and a journal does not contain secret values.
  @Test(arguments: [("tenant", Journal.IterationLookupFinding.done), ("token", .unknown)])
  func theMetaOfAChangeIsRecorded(_ name: String, _ finding: Journal.IterationLookupFinding) async throws {
    let change = Change(
      target: Change.posts, verb: .destroy, method: "destroy",
      params: ["id": "14", "meta": .object(JSONObject([(name, "b")]))], expires: true, timeout: nil)
    #expect(try await self.finding([change], isLast: true) == finding)
  }

  @Test func withoutAClientItStaysUnknown() async throws {
    #expect(try await finding([.destroy(14)], isLast: true, hasClient: false) == .unknown)
  }

  /// The next run does not look up a change whose outcome is in the journal.
  ///
  /// So the run also knows the outcome of a create without a key, which no lookup could find.
  @Test(
    arguments: [
      ([create], [.done(.result(.null))], .done), ([create, .destroy(14)], [.done(.result(.null))], .done),
      ([create, .destroy(12)], [.done(.result(.null))], .unknown),
      ([create], [.failed(ClientError(.invalid, "no"))], .repeatable),
      ([create, .destroy(12)], [.failed(ClientError(.invalid, "no"))], .repeatable),
      ([create], [.failed(ClientError(.badGateway, "500"))], .unknown),
      ([create], [.unknown(ClientError(.unknown, "no reply"))], .unknown),
    ] as [([Change], [Outcome], Journal.IterationLookupFinding)])
  func recordedOutcomesSettleChanges(
    _ changes: [Change], _ outcomes: [Outcome], _ finding: Journal.IterationLookupFinding
  ) async throws {
    #expect(try await self.finding(changes, isLast: true, outcomes) == finding)
  }

  /// An incomplete iteration runs again if its commands first read which changes are still necessary.
  ///
  /// It makes no difference which changes the service carried out in the earlier run.
  @Test func commandsThatReadFirstRunAgain() async throws {
    var step = IterationResumeHints()
    step.readsFirst = true
    let done = Outcome.done(.result(.null))
    #expect(
      try await finding([.update(12, ["views": 3]), .update(12, ["views": 4])], isLast: false, [done], step)
        == .repeatable)
    #expect(
      try await finding([.update(12, ["views": 3]), .update(12, ["views": 1])], isLast: true, [done], step) == .done)
    #expect(try await finding([.update(12, ["views": 1])], isLast: false, [], step) == .repeatable)
  }

  /// A lookup finds a created resource by the key of the create, here by the field `text`.
  @Test(arguments: [
    ("a", false, Journal.IterationLookupFinding.done), ("b", false, .unknown), ("b", true, .repeatable),
  ])
  func aCreateWithAKeyIsLookedUp(_ key: String, _ isSettled: Bool, _ finding: Journal.IterationLookupFinding)
    async throws
  {
    var step = IterationResumeHints()
    step.keyField = "text"
    let change = Change(
      target: Change.posts, verb: .create, method: "create",
      params: ["data": ["attributes": ["text": .string(key)]]], expires: true, timeout: nil, key: key)
    #expect(try await self.finding([change], isLast: true, [], step, isSettled: isSettled) == finding)
  }
}
