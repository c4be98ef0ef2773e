import Client
import Foundation
import JSONText
import Testing

@testable import Bulk

/// Tests of the lookups of `link`, `unlink` and `relink` changes whose outcome the journal lacks.
@Suite(.timeLimit(.minutes(1))) struct LinkageLookupTests {
  private let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).journal").path

  /// The result of a resumed run for an unknown change: found by a lookup, sent again, or still unknown.
  enum Expected: String { case found, sent, unknown }

  static func tags(_ ids: String...) -> JSONValue {
    .array(JSONArray(ids.map { ["type": "tags", "id": .string($0)] }))
  }

  /// Test cases: a verb, the identifiers that the change sends, the linkage that the service returns, and the result.
  private static let cases: [(Change.Verb, JSONValue, JSONValue, Expected)] = [
    (.link, tags("1"), tags("2", "1"), .found), (.link, tags("1", "3"), tags("1"), .sent),
    (.unlink, tags("1"), tags("2"), .found), (.unlink, tags("1", "2"), tags("2"), .sent),
    // A service can use another type name in linkage, here `tag` for `tags`. Then no lookup finds the change.
    (.link, tags("1"), [["type": "tag", "id": "1"]], .sent), (.unlink, tags("1"), [["type": "tag", "id": "1"]], .sent),
    (.relink, tags("1", "2"), tags("2", "1"), .found), (.relink, tags("1"), tags("1", "2"), .sent),
    (.relink, [], [], .found), (.relink, .null, .null, .found), (.relink, .null, ["type": "tags", "id": "1"], .sent),
    // A reply that is not linkage, or that is not a list for a to-many relationship, proves nothing.
    (.unlink, tags("1"), "none", .unknown), (.link, tags("1"), [["id": "1"]], .unknown),
    (.link, tags("1"), .null, .unknown), (.unlink, tags("1"), .null, .unknown), (.relink, [], .null, .unknown),
    (.link, tags("1"), ["type": "tags", "id": "1"], .unknown), (.relink, .null, tags("1"), .unknown),
  ]

  private func change(_ verb: Change.Verb, _ data: JSONValue, name: String = "tags") -> Change {
    Change(
      target: Change.posts, verb: verb, method: verb.rawValue,
      params: ["post_id": "1", "relationship": .string(name), "data": data], expires: true, timeout: .milliseconds(1))
  }

  /// Records a change without an outcome, then runs a statement that plans the change `now`, and returns the result.
  private func resumed(
    _ earlier: Change, _ now: Change, on service: ScriptedService, isSettled: Bool = false
  ) async throws -> Expected {
    let header = JournalHeader(
      broker: "rabbit@host /", queue: "posts", type: "posts", verb: "link", key: nil, created: "", by: "", reason: nil)
    defer { unlink(path) }
    let first = try Journal(path, header)
    try await first.intend([earlier])
    first.release()
    var guards = StatementSafeguards()
    guards.journal = try Journal(path, header)
    guards.resolver = UnknownChangeResolver(service.client, keyField: nil, isSettled: isSettled)
    let carrier = ScriptedCarrier()
    var rest: [Element]? = [Element(1, .success(now))]
    let dispatcher = ChangeDispatcher(
      StatementConsentsAndOutcomes(RunWideSafeguards(.given)), carrier, lateReplies: nil, guards: guards)
    let report = await dispatcher.run(
      StatementReport(), SendingPolicy(window: 1, continuesOnError: true), consent: nil, next: { rest.take() },
      observe: { _, _, _ in })
    // The next journal can be a file with the same inode number.
    guards.journal?.release()
    #expect(report.tally.before + report.tally.ok + report.tally.unknown == 1)
    #expect(carrier.carried.count == report.tally.ok)
    return report.tally.before == 1 ? .found : report.tally.ok == 1 ? .sent : .unknown
  }

  @Test(arguments: cases) func linkageShowsTheOutcome(
    verb: Change.Verb, data: JSONValue, present: JSONValue, expected: Expected
  ) async throws {
    let service = ScriptedService(linkages: ["tags": present])
    #expect(try await resumed(change(verb, data), change(verb, data), on: service) == expected)
  }

  /// Before a resumed run relinks other identifiers, it compares the linkage with the identifiers of the recorded
  /// relink.
  ///
  /// If the linkage differs, the change stays unknown, because another program may have changed the linkage in between.
  /// With `isSettled`, the service can no longer carry out the earlier request, so the run sends the new relink.
  @Test(arguments: [
    (["1"], false, Expected.found), (["9"], false, .unknown), (["2"], false, .unknown), (["9"], true, .sent),
  ]) func aRelinkIsComparedWithTheRecordedLinkage(present: [String], isSettled: Bool, expected: Expected) async throws {
    let list = JSONValue.array(JSONArray(present.map { ["type": "tags", "id": .string($0)] }))
    let result = try await resumed(
      change(.relink, Self.tags("1")), change(.relink, Self.tags("2")), on: ScriptedService(linkages: ["tags": list]),
      isSettled: isSettled)
    #expect(result == expected)
  }

  /// The first service has no method that returns linkage, and the second service sends no replies.
  @Test(arguments: [(ScriptedService(), Expected.unknown), (ScriptedService(isSilent: true), .unknown)])
  func aServiceThatShowsNoLinkage(service: ScriptedService, expected: Expected) async throws {
    for verb in [Change.Verb.link, .unlink, .relink] {
      let sent = change(verb, Self.tags("1"))
      #expect(try await resumed(sent, sent, on: service) == expected)
    }
  }

  @Test func aDoneRelinkIsNotRepeatedWithOtherLinkage() async throws {
    defer { unlink(path) }
    let contents = change(.relink, Self.tags("1", "2")).content.contentHash
    #expect(contents == change(.relink, Self.tags("2", "1")).content.contentHash)
    #expect(contents != change(.relink, Self.tags("1")).content.contentHash)
    #expect(change(.relink, []).content.contentHash != 0)
  }

  /// A lookup of an update compares linkage in any order, and requests the linkage if the resource does not contain it.
  @Test(arguments: [(tags("2", "1"), Expected.found), (tags("1"), .unknown), (JSONValue.null, .unknown)])
  func theLinkageOfAnUpdateIsRead(present: JSONValue, expected: Expected) async throws {
    func update(_ views: JSONValue) -> Change {
      Change(
        target: Change.posts, verb: .update, method: "update",
        params: [
          "id": "1",
          "data": [
            "type": "posts", "attributes": ["views": views], "relationships": ["tags": ["data": Self.tags("1", "2")]],
          ],
        ], expires: true, timeout: .milliseconds(1))
    }
    let service = ScriptedService(["1": ["views": 5]], linkages: ["tags": present])
    #expect(try await resumed(update(5), update(6), on: service) == expected)
  }
}
