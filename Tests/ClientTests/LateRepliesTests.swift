import Client
import JSONRPC
import JSONText
import Synchronization
import Testing

/// Tests of replies that arrive after the timeout of their change.
///
/// Such a reply still contains the outcome of the change. retort passes the outcome to the statement that watches the
/// change, or shows a note.
@Suite struct LateRepliesTests {
  /// A client whose changes get no reply in time, and the notes that late replies cause.
  private struct Silent {
    let client: ResourceClient
    let late: LateReplies
    private let recorded = RecordedTrace()

    var notes: [String] { recorded.lines.map { $0.replacing(#/[0-9]+\.[0-9] s late/#, with: "N s late") } }

    init(_ code: LinkError.Kind = .timeout, count: Int = 1, _ settings: ClientSettings = .posts) {
      let error = LinkError(code, "silence", wasSent: code != .nacked)
      let failures = Array(repeating: ScriptedTransport.Answer.failure(error), count: count)
      let recorded = recorded
      late = LateReplies { recorded.add($0) }
      client = ResourceClient(transport: ScriptedTransport(failures), settings: settings, lateReplies: late)
    }

    /// Sends a create, and returns the error of the missing reply.
    func create() async throws -> ClientError {
      let error = await failure { () throws(ClientError) in
        try await client.send(try client.createRequest(["text": "a"]))
      }
      return try #require(error)
    }
  }

  private func reply(_ rest: String) -> LateAnswer { .success(Array("{\"jsonrpc\":\"2.0\",\(rest)}".utf8)) }

  /// Records the outcomes that a watch of late replies reports.
  private final class Outcomes: Sendable {
    private let state = Mutex<[String]>([])

    var all: [String] { state.withLock { $0 } }

    func add(_ outcome: LateReplies.Outcome) {
      let text =
        switch outcome {
        case .success(let result): result.text
        case .failure(let error): "\(error.kind.rawValue), \(error.wasSent ? "sent" : "not sent"): \(error.message)"
        }
      state.withLock { $0.append(text) }
    }
  }

  @Test func aWatchedChangeIsSettledWithoutANote() async throws {
    let silent = Silent(count: 3)
    let (watch, outcomes) = (silent.late.watch(), Outcomes())
    for _ in 0..<3 { watch.add(try await silent.create()) { outcomes.add($0) } }
    #expect(watch.open == 3)
    silent.late.receive(reply(#""result":{"data":{"type":"posts","id":"7"}}"#), for: "c2")
    silent.late.receive(reply(#""error":{"code":-32602,"message":"Invalid params"}"#), for: "c2")
    #expect(outcomes.all == [#"{"data":{"type":"posts","id":"7"}}"#])
    silent.late.receive(reply(#""error":{"code":-32602,"message":"Invalid params"}"#), for: "c1")
    silent.late.receive(.failure(LinkError(.noRoute, "312 NO_ROUTE")), for: "c3")
    #expect(
      outcomes.all.dropFirst() == [
        "service, sent: posts create: Invalid params (code -32602)", "no-route, not sent: there is no queue posts",
      ])
    #expect(await watch.settled(within: .seconds(3600)) == 0)
    #expect(silent.notes == [])
  }

  @Test func aRefusalIsAFailure() async throws {
    let silent = Silent()
    let (watch, outcomes) = (silent.late.watch(), Outcomes())
    watch.add(try await silent.create()) { outcomes.add($0) }
    silent.late.receive(.failure(LinkError(.nacked, "refused")), for: "c1")
    #expect(outcomes.all == ["connection, not sent: refused (create on queue posts, correlation id c1)"])
  }

  @Test func namesComeAsTheClientHasThem() async throws {
    var settings = ClientSettings.posts
    settings.keys = .underscore
    let silent = Silent(.timeout, settings)
    let (watch, outcomes) = (silent.late.watch(), Outcomes())
    watch.add(try await silent.create()) { outcomes.add($0) }
    silent.late.receive(reply(#""result":{"a-b":1}"#), for: "c1")
    #expect(outcomes.all == [#"{"a_b":1}"#])
  }

  @Test func anUnwatchedChangeGetsANote() async throws {
    let silent = Silent(count: 2)
    _ = try await silent.create()
    _ = try await silent.create()
    silent.late.receive(reply(#""result":{"data":{"type":"posts","id":"7"}}"#), for: "c1")
    silent.late.receive(.failure(LinkError(.noRoute, "312 NO_ROUTE")), for: "c2")
    silent.late.receive(reply("\"result\":{}"), for: "of nobody")
    #expect(
      silent.notes == [
        "a reply came N s late: posts create was carried out, id 7",
        "a reply came N s late: posts create was not carried out: there is no queue posts",
      ])
  }

  /// A late reply causes no note if a lookup has already found the outcome of its change.
  @Test func aForgottenChangeGetsNoNote() async throws {
    let silent = Silent(count: 2)
    silent.late.forget(try await silent.create())
    _ = try await silent.create()
    silent.late.receive(reply(#""result":{}"#), for: "c1")
    silent.late.receive(reply(#""result":{}"#), for: "c2")
    #expect(silent.notes == ["a reply came N s late: posts create was carried out"])
  }

  /// If a worker sent the change, the worker passes the late reply on to the client.
  ///
  /// The client ignores messages that are not genuine replies.
  @Test func aReplyThatAnotherProgramPassesOnSettlesTheChange() async throws {
    let recorded = RecordedTrace()
    let late = LateReplies { recorded.add($0) }
    var error = ClientError(.unknown, "no reply")
    error.call = ClientError.CallDescription(method: "update", label: "posts", queue: "posts", correlationID: "w1")
    late.expect(error, id: "12", for: .seconds(3600)) { bytes in
      bytes == Array("genuine".utf8) ? .success(["data": ["id": "12"]]) : nil
    }
    let (watch, outcomes) = (late.watch(), Outcomes())
    watch.add(error) { outcomes.add($0) }
    late.receive(.success(Array("false".utf8)), for: "w1")
    #expect(outcomes.all == [] && watch.open == 1)
    late.receive(.success(Array("genuine".utf8)), for: "w1")
    #expect(outcomes.all == [#"{"data":{"id":"12"}}"#] && watch.open == 0 && recorded.lines == [])
  }

  @Test func aReplyBeforeTheWatchSettlesTheChange() async throws {
    let silent = Silent()
    let error = try await silent.create()
    silent.late.receive(reply("\"result\":{}"), for: "c1")
    let (watch, outcomes) = (silent.late.watch(), Outcomes())
    watch.add(error) { outcomes.add($0) }
    #expect(outcomes.all == ["{}"] && watch.open == 0)
  }

  /// A reply after the timeout still counts as the reply if it arrives before the caller registers the change as
  /// unanswered.
  @Test func aReplyBeforeTheRegistrationIsTheReply() async throws {
    let silent = Silent(count: 2)
    silent.late.receive(reply("\"result\":{}"), for: "c1")
    #expect(try await silent.client.send(silent.client.createRequest(["text": "a"])) == [:])
    silent.late.receive(.failure(LinkError(.noRoute, "312 NO_ROUTE")), for: "c2")
    let returned = try await silent.create()
    #expect(report(returned).prefix(2) == ["no-route", "there is no queue posts"] && !returned.wasSent)
  }

  /// A broker can keep a message that it refused, so a service can still reply to it.
  @Test func aReplyAfterARefusalIsNoted() async throws {
    let silent = Silent(.nacked, count: 2)
    #expect(report(try await silent.create()).prefix(1) == ["connection"])
    silent.late.receive(reply(#""result":{"data":{"type":"posts","id":"7"}}"#), for: "c1")
    #expect(silent.notes == ["a reply came N s late: posts create was carried out, id 7"])
  }

  @Test func repliesWithUnknownCorrelationIDsAreCountedOnce() async throws {
    let silent = Silent()
    for queue in ["tags", "posts", "posts"] {
      silent.late.receive(reply("\"result\":{}"), for: queue, strangeTo: queue)
    }
    silent.late.receive(reply("\"result\":{}"), for: "c1", strangeTo: "pool")
    // The change whose worker forwards the reply is registered only now, so its reply is not strange.
    _ = try await silent.client.send(silent.client.createRequest(["text": "a"]))
    let counts = silent.late.takeStrangeReplies()
    #expect(counts.map(\.queue) == ["posts", "tags"] && counts.map(\.count) == [2, 1])
    #expect(silent.late.takeStrangeReplies().isEmpty)
  }

  @Test func noReplyArrivesOverALostConnection() async throws {
    let silent = Silent(.lost)
    let watch = silent.late.watch()
    watch.add(try await silent.create()) { _ in }
    #expect(watch.open == 0)
  }

  @Test func anEndedWatchReceivesNothing() async throws {
    let silent = Silent()
    let (watch, outcomes) = (silent.late.watch(), Outcomes())
    watch.add(try await silent.create()) { outcomes.add($0) }
    watch.end()
    silent.late.receive(reply("\"result\":{}"), for: "c1")
    #expect(outcomes.all == [] && silent.notes == ["a reply came N s late: posts create was carried out"])
  }

  @Test func theWaitEndsWithTheLastOutcome() async throws {
    let silent = Silent(count: 2)
    let watch = silent.late.watch()
    for _ in 0..<2 { watch.add(try await silent.create()) { _ in } }
    let waiting = Task { await watch.settled(within: .seconds(3600)) }
    for id in ["c1", "c2"] { silent.late.receive(reply("\"result\":{}"), for: id) }
    #expect(await waiting.value == 0)
  }

  @Test func theWaitEndsWithItsTimeAndWithItsTask() async throws {
    let silent = Silent()
    let watch = silent.late.watch()
    watch.add(try await silent.create()) { _ in }
    #expect(await watch.settled(within: .milliseconds(1)) == 1)
    let waiting = Task { await watch.settled(within: .seconds(3600)) }
    waiting.cancel()
    #expect(await waiting.value == 1)
  }

  @Test func theWaitIsNoLongerThanAReplyMayTake() async throws {
    let silent = Silent(.timeout, ClientSettings(type: "posts", meta: [:], timeout: .milliseconds(1)))
    let watch = silent.late.watch()
    watch.add(try await silent.create()) { _ in }
    #expect(await watch.settled(within: .seconds(3600)) == 1)
    let waiting = Task { await watch.settled(within: .seconds(3600), expectsAll: true) }
    silent.late.receive(reply("\"result\":{}"), for: "c1")
    #expect(await waiting.value == 0)
  }

  @Test func manyNotesAreCut() async throws {
    let silent = Silent(count: 30)
    for _ in 0..<30 { _ = try await silent.create() }
    for number in 1...30 { silent.late.receive(reply("\"result\":{}"), for: "c\(number)") }
    #expect(silent.notes.count == 21)
    #expect(silent.notes.last == "further late replies are not listed; --trace=amqp shows them")
  }
}
