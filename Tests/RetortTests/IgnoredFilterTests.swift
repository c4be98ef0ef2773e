import Foundation
import Synchronization
import TestBench
import Testing

/// Tests of `destroy-all` on services that ignore its filter and return other resources.
@Suite(.timeLimit(.minutes(15))) struct IgnoredFilterTests {
  /// Starts a service that returns posts with these attributes for every filter; `destroys` counts the destroys.
  private static func service(_ attributes: [String], _ destroys: Destroys) async throws -> OddService {
    try await OddService { method, params in
      guard method == "index" else {
        destroys.count.withLock { $0 += 1 }
        return "\"result\":{}"
      }
      let left = attributes.enumerated().dropFirst(destroys.count.withLock { $0 })
      let data = left.map { #"{"type":"posts","id":"\#($0.offset + 1)","attributes":{\#($0.element)}}"# }
      return #""result":{"data":[\#(data.joined(separator: ","))],"meta":{"record-count":\#(data.count)}}"#
    }
  }

  private final class Destroys: Sendable {
    let count = Mutex(0)
  }

  @Test(arguments: ["", " dry-run: true"]) func aContradictionStopsBeforeThePage(dry: String) async throws {
    let destroys = Destroys()
    let service = try await Self.service([#""state":"spam""#, #""state":"published""#], destroys)
    let ran = await service.run("destroy-all posts filter: {state: \"spam\"} confirm: true\(dry)")
    #expect(ran.status == 1 && destroys.count.withLock { $0 } == 0, Comment(rawValue: ran.notes))
    #expect(
      ran.notes.contains(
        #"destroy-all posts: the filter asks for the state spam, but the service returned posts/2, whose state is "published""#
      ), Comment(rawValue: ran.notes))
    #expect(
      ran.notes.contains(
        #"stream posts | where .state == "spam" | collect | destroy posts. To destroy what the service returns: stream posts filter: {state: "spam"} | collect | destroy posts"#
      ), Comment(rawValue: ran.notes))
    await service.stop()
  }

  @Test(arguments: [
    #"stream posts | where .state == "spam" | collect | destroy posts confirm: true"#,
    #"stream posts filter: {state: "spam"} | collect | destroy posts confirm: true"#,
  ]) func theNextStepsWork(step: String) async throws {
    let destroys = Destroys()
    let service = try await Self.service([#""state":"spam""#, #""state":"published""#], destroys)
    let ran = await service.run(step)
    #expect(ran.status == 0 && destroys.count.withLock { $0 } == (step.contains("where") ? 1 : 2))
    await service.stop()
  }

  @Test(arguments: [
    (#"{views: 5}"#, #""views":6"#), (#"{open: true}"#, #""open":false"#), (#"{state: ["a", "b"]}"#, #""state":"c""#),
    (#"{state: "spam-mail"}"#, #""state":"SPAM""#), (#"{state: "spam"}"#, #""state":null"#),
    (#"{email: "e7@x"}"#, #""email":"e8@x""#), (#"{city: "St. Gallen"}"#, #""city":"Bern""#),
    (#"{day: "2026-11-01"}"#, #""day":"2026-11-30""#), (#"{views: 5}"#, #""views":15"#),
    (#"{views: 2.5}"#, #""views":2.25"#), (#"{published_on: "2026-11-01"}"#, #""published-on":"2026-11-30""#),
  ]) func contradictions(filter: String, attribute: String) async throws {
    let destroys = Destroys()
    let service = try await Self.service([attribute], destroys)
    let ran = await service.run("destroy-all posts filter: \(filter) confirm: true")
    #expect(ran.status == 1 && destroys.count.withLock { $0 } == 0, Comment(rawValue: ran.notes))
    await service.stop()
  }

  /// retort compares a filter by ids with the id of a resource and with the linkage of a to-one relationship.
  ///
  /// If the resource has another id or the relationship another linkage, the service has ignored the filter. Then
  /// retort destroys nothing.
  @Test(arguments: [
    (#"{id: "2"}"#, true), (#"{id: ["1", "2"]}"#, false), (#"{author: 4}"#, true), (#"{author: [3, 4]}"#, false),
    (#"{author: "Ada"}"#, false), (#"{tags: 4}"#, false), (#"{id: "a-1"}"#, true),
  ]) func idsAreCompared(filter: String, isRefused: Bool) async throws {
    let isDestroyed = Mutex(false)
    let service = try await OddService { method, _ in
      guard method == "index" else {
        isDestroyed.withLock { $0 = true }
        return "\"result\":{}"
      }
      let post =
        #"{"type":"posts","id":"1","relationships":{"author":{"data":{"type":"people","id":"3"}},"tags":{"data":[]}}}"#
      return #""result":{"data":[\#(isDestroyed.withLock { $0 } ? "" : post)]}"#
    }
    let ran = await service.run("destroy-all posts filter: \(filter) confirm: true")
    #expect((ran.status == 1) == isRefused && isDestroyed.withLock { $0 } != isRefused, Comment(rawValue: ran.notes))
    if let condition = ran.notes.firstMatch(of: #/where (\.\S+ == "\d+")/#)?.1 {
      let selected = await service.run("stream posts | where \(condition) | count")
      #expect(selected == Ran(status: 0, output: "0\n", notes: ""), Comment(rawValue: selected.notes))
    }
    await service.stop()
  }

  /// At a terminal, the filter is compared before the question.
  @Test(arguments: [
    (#""state":"published""#, #""state":"published""#, 1, "whose state is \"published\""),
    (#""text":"a""#, #""text":"a""#, 0, "the filter state: is not checked, because"),
  ]) func theFilterIsComparedBeforeTheQuestion(_ one: String, _ two: String, _ status: Int32, _ note: String)
    async throws
  {
    let destroys = Destroys()
    let service = try await Self.service([one, two], destroys)
    let ran = await Ran.asked(
      ["2"], "-c",
      #"connect "\#(service.vhost.uri)"; let posts = client queue: "posts"; destroy-all posts filter: {state: "spam"}"#)
    let parts = ran.notes.components(separatedBy: "type 2 to continue")
    #expect(ran.status == status && parts[0].contains(note), Comment(rawValue: ran.notes))
    #expect(parts.count == (status == 0 ? 2 : 1) && destroys.count.withLock { $0 } == (status == 0 ? 2 : 0))
    await service.stop()
  }

  /// retort also destroys resources whose values differ from the filter, if the filter can mean a range or a part of a
  /// text.
  ///
  /// A note names a filter that retort can't compare with the resources.
  @Test(arguments: [
    (#"{}"#, #""state":"a""#, ""), (#"{state: "spam"}"#, #""text":"a""#, "some resources have no attribute or linkage"),
    (#"{state: "spam"}"#, #""state":"Spammer""#, ""),
    (#"{state: "null"}"#, #""state":null"#, "may read the value null"),
    (#"{state: ">a"}"#, #""state":"b""#, "the service may read the value >a as a range, a pattern or an operator"),
    (#"{state: "s*"}"#, #""state":"b""#, "the service may read the value s* as"),
    (#"{views: "1..5"}"#, #""views":3"#, "the service may read the value 1..5 as"),
    (#"{at: "2026-11-01"}"#, #""at":"2026-10-31T23:30:00Z""#, "some resources have a value of another kind"),
    (#"{at: "2026-11-01"}"#, #""at":"2026-11-01T23:30:00Z""#, ""), (#"{open: 1}"#, #""open":true"#, ""),
    (#"{tags: "a"}"#, #""tags":["b"]"#, "some resources have a value of another kind"),
    (#"{state: ["a", "b"]}"#, #""state":"b""#, ""), (#"{views: "5"}"#, #""views":5.0"#, ""),
  ]) func noContradictions(filter: String, attribute: String, note: String) async throws {
    let destroys = Destroys()
    let service = try await Self.service([attribute], destroys)
    for dry in [" dry-run: true", ""] {
      let ran = await service.run("destroy-all posts filter: \(filter) confirm: true\(dry)")
      #expect(ran.status == 0 && (!dry.isEmpty || ran.output == "1\n"), Comment(rawValue: ran.notes))
      let notes = ran.notes.matches(of: #/destroy-all posts: the filter \w+: is not checked, because /#)
      #expect(
        notes.count == (note.isEmpty ? 0 : 1) && (note.isEmpty || ran.notes.contains(note)),
        Comment(rawValue: ran.notes))
    }
    #expect(destroys.count.withLock { $0 } == 1)
    await service.stop()
  }
}
