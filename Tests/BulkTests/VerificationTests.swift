import Client
import JSONText
import Testing

@testable import Bulk

/// Tests of the list of changes that a statement looks up at its end.
@Suite struct VerificationTests {
  private static let resolver = UnknownChangeResolver(ScriptedService().client, keyField: "text", isSettled: false)

  private func create(_ number: Int) -> Change {
    Change(
      target: Change.posts, verb: .create, method: "create",
      params: ["data": ["attributes": ["text": .string("k\(number)")]]], expires: true, timeout: nil, key: "k\(number)")
  }

  @Test func keysArePackedAndTakenOnce() {
    var keys = PackedCreateKeys()
    let texts = ["", "a", "\u{E4}\n\"", String(repeating: "x", count: 300_000)] + (4..<50_000).map { "key \($0)" }
    for (place, text) in texts.enumerated() { keys.append(text, at: place) }
    #expect(keys.count == texts.count)
    var found: [Int: String] = [:]
    while let some = keys.takeSome() {
      for (key, place) in some { #expect(found.updateValue(key, forKey: place) == nil) }
    }
    #expect(keys.count == 0 && texts.indices.allSatisfy { found[$0] == texts[$0] })
  }

  /// The list returns every create for a lookup; above the limit, it stores only the keys of creates.
  @Test func everyCreateIsLookedUp() {
    let count = 2 * VerificationList.limit + 500
    let list = VerificationList(.all, Self.resolver) { Element(0, .success($0)) }
    for number in 0..<count {
      list.add(.done(.result(.null)), create(number), Element(number, .success(create(number))), at: number)
    }
    #expect(list.count == count && list.unknown.isEmpty && list.unkept == 0)
    var places: Set<Int> = []
    while let some = list.takeCreated() {
      for item in some {
        #expect(item.change.key == "k\(item.place)" && item.change.identity == create(item.place).identity)
        #expect(places.insert(item.place).inserted)
      }
    }
    #expect(places.count == count && list.count == 0)
  }

  /// The list does not store unknown changes above the limit, but counts them for the summary of the statement.
  @Test func unknownChangesAboveTheLimitAreCounted() {
    let list = VerificationList(.unknown, Self.resolver)
    var error = ClientError(.timeout, "no reply")
    error.call = ClientError.CallDescription(method: "create", label: "posts", queue: "posts", correlationID: "1")
    for number in 0..<(VerificationList.limit + 7) {
      list.add(.unknown(error), create(number), Element(number, .success(create(number))), at: number)
    }
    #expect(list.count == VerificationList.limit && list.unkept == 7)
    list.remove(at: 0)
    #expect(list.unknown.count == VerificationList.limit - 1 && list.unknown.first?.place == 1)
  }

  /// A lookup by key shows nothing if the service changes keys, so that it does not find a known resource either.
  @Test(arguments: ["k1", "K1"]) func aLookupNeedsKeysThatTheServiceKeeps(_ stored: String) async {
    let service = ScriptedService(["1": ["text": .string(stored)]])
    let resolver = UnknownChangeResolver(service.client, keyField: "text", isSettled: true)
    // A filter can't contain a key with a comma, so this key shows nothing.
    resolver.record(
      created: Change(
        target: Change.posts, verb: .create, method: "create", params: [:], expires: true, timeout: nil, key: "a,b"))
    resolver.record(created: create(1))
    for number in 2...3 {
      switch await resolver.look(create(number)) {
      case .repeatable: #expect(stored == "k1")
      case .unknown(.undecided(let reason)?):
        #expect(stored == "K1" && reason.hasPrefix("a lookup by text also does not find k1, which"))
      default: Issue.record("another finding")
      }
    }
    #expect(service.reads == 3)
  }

  @Test func refusedLookupsAreCounted() async {
    let service = ScriptedService(isSilent: true)
    let resolver = UnknownChangeResolver(service.client, keyField: nil, isSettled: false)
    for id in 1...10 { _ = await resolver.look(.destroy(id)) }
    #expect(
      service.reads == UnknownChangeResolver.timeoutLimit
        && resolver.failures.refused == 10 - UnknownChangeResolver.timeoutLimit)
    #expect(resolver.failures.unanswered == UnknownChangeResolver.timeoutLimit && resolver.failures.failed == 0)
  }
}
