import Client
import Foundation
import JSONText
import Testing

@testable import Bulk

/// An iteration of `each` that an earlier run left unknown, and the lookups of its changes.
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

  /// The finding for an iteration that sent these changes; posts 12 has one view, and 14 is absent.
  private func finding(_ changes: [Change], isLast: Bool, hasClient: Bool = true) async throws
    -> Journal.IterationFinding
  {
    defer { unlink(path) }
    let header = JournalHeader(
      broker: "rabbit@a /", queue: "", type: "", verb: "each", key: ".id", created: "2026-01-01T00:00:00Z",
      by: "me@here",
      reason: nil)
    let iteration = ChangeIdentity(iteration: "1")
    let journal = try Journal(path, header)
    try await journal.begin(iteration)
    for (index, change) in changes.enumerated() {
      try await journal.add(change, to: iteration, isLast: isLast && index == changes.count - 1)
    }
    try await journal.flush()
    journal.release()
    let service = ScriptedService(
      ["12": ["views": 1], "13": ["views": 0]], linkages: ["tags": []])
    let next = try Journal(path, header)
    return await next.look(iteration) { queue, type in
      #expect(queue == "posts" && type == "posts")
      return hasClient ? UnknownResolver(service.client, keyField: nil, isSettled: false) : nil
    }
  }

  @Test(
    arguments: [
      ([.update(12, ["views": 1])], Journal.IterationFinding.done), ([.destroy(14)], .done),
      ([.update(12, ["views": 1]), .destroy(14)], .done), ([.update(12, ["views": 2])], .unknown),
      ([.update(13, ["views": 1])], .unknown), ([.destroy(12)], .repeatable), ([.destroy(12), link], .repeatable),
      ([.update(12, ["views": 1]), .destroy(13)], .unknown), ([.destroy(13), .update(12, ["views": 1])], .unknown),
      ([create], .unknown), ([.destroy(14), create], .unknown),
    ] as [([Change], Journal.IterationFinding)])
  func anIterationIsLookedUp(_ changes: [Change], _ finding: Journal.IterationFinding) async throws {
    #expect(try await self.finding(changes, isLast: true) == finding)
  }

  /// An iteration that may have had more to do is not done.
  @Test func aChangeThatIsNotTheLastActionLeavesItUnknown() async throws {
    #expect(try await finding([.destroy(14)], isLast: false) == .unknown)
    #expect(try await finding([.update(12, ["views": 1]), .destroy(14)], isLast: false) == .unknown)
  }

  @Test func withoutAClientItStaysUnknown() async throws {
    #expect(try await finding([.destroy(14)], isLast: true, hasClient: false) == .unknown)
  }
}
