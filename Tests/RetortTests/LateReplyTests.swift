import AMQP
import Foundation
import Synchronization
import TestBench
import Testing

/// Tests of replies that arrive after the timeout of a change; retort still reports the outcome in such a reply.
@Suite(.timeLimit(.minutes(15))) struct LateReplyTests {
  /// Runs a change and a read; the service replies to both when it receives the read.
  private func afterwards(_ change: String, _ answer: String) async throws -> Ran {
    try await run("try do \(change) rescue e print e.kind end\nshow posts 1", answer)
  }

  /// Runs statements on a service that sends no reply before it receives the method `show`.
  ///
  /// At a `show`, the service also replies to all earlier requests.
  private func run(_ statements: String, _ answer: String) async throws -> Ran {
    let vhost = try await PrivateBroker.shared.vhost()
    let connection = try await Connection.open(try AMQPURI(vhost.uri), name: "late")
    let held = Mutex<[DeliveredRequest]>([])
    _ = try await connection.serve(queue: "posts", on: ServiceChannel.QueueServingSettings(workers: 8)) { delivery in
      guard String(decoding: delivery.body, as: UTF8.self).contains("\"show\"") else {
        held.withLock { $0.append(delivery) }
        return ServiceRepliesWithDelays([])
      }
      func reply(_ delivery: DeliveredRequest, _ answer: String) -> ServiceRepliesWithDelays.OutgoingReply {
        let id = String(decoding: delivery.correlationID, as: UTF8.self)
        return ServiceRepliesWithDelays.OutgoingReply(
          Array(#"{"id":"\#(id)","jsonrpc":"2.0",\#(answer)}"#.utf8), correlationID: delivery.correlationID)
      }
      let late = held.withLock { $0 }.map { reply($0, answer) }
      return ServiceRepliesWithDelays(late + late + [reply(delivery, #""result":{"data":{"type":"posts","id":"1"}}"#)])
    }
    let ran = await Ran.retort(
      "-c", "connect\nlet posts = client queue: \"posts\"\n" + statements, environment: ["RETORT_URL": vhost.uri])
    await connection.close()
    return ran
  }

  @Test(arguments: [
    (
      "create posts {text: \"a\"}", #""result":{"data":{"type":"posts","id":"7"}}"#,
      "posts create was carried out, id 7"
    ),
    ("update posts 12 {text: \"a\"}", #""result":{}"#, "posts update 12 was carried out"),
    (
      "update posts 12 {text: \"a\"}", OddService.errors(#"{"detail":"is locked","status":"409"}"#),
      "posts update 12: is locked"
    ),
    ("call posts \"archive\" {id: 3}", #""result":{"errors":"no"}"#, "posts archive 3: no"),
  ]) func reportsALateReplyToAChange(change: String, answer: String, told: String) async throws {
    let ran = try await afterwards("\(change) timeout: 2s", answer)
    #expect(ran.status == 0)
    #expect(ran.output.hasPrefix("unknown\n"))
    let notes = ran.notes.replacing(#/[0-9]+\.[0-9] s late/#, with: "N s late")
    #expect(notes == "note: a reply came N s late: \(told)\n")
  }

  /// A loop or an `each` waits for late replies to the changes of its commands, and counts the changes.
  @Test(arguments: [
    (
      "for i in 1..2 do try do update posts i {views: 1} timeout: 5s rescue e print e.kind end end", 0,
      "unknown\nunknown\n"
    ),
    ("1..2 | each in-flight: 2 do update posts it {views: 1} timeout: 5s end", 1, ""),
  ]) func aLoopCountsLateReplies(_ statement: String, _ status: Int32, _ output: String) async throws {
    let held = HeldReplies()
    let service = try await OddService { _, _ in
      await held.released()
      return #""result":{}"#
    }
    let ran = await service.run(statement) { if $0.contains("waiting up to") { held.release() } }
    #expect(ran.status == status && ran.output == output, Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("update posts: 2 ok, 2 of them confirmed later\n"), Comment(rawValue: ran.notes))
    #expect(ran.notes.hasPrefix("update posts: waiting up to 5s for "), Comment(rawValue: ran.notes))
    #expect(!ran.notes.contains(#/[0-9]+ unknown, /#), Comment(rawValue: ran.notes))
    await service.stop()
  }

  /// A late reply also counts if it arrives while retort looks up the unknown changes.
  @Test func aReplyDuringTheLookupsIsCounted() async throws {
    let ran = try await run(
      "1..3 | update posts {views: 1} timeout: 2s in-flight: 3 on-error: \"continue\"", #""result":{}"#)
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("update posts: 3 ok, 3 of them confirmed later\n"), Comment(rawValue: ran.notes))
  }

  @Test func aLateReplyToAReadIsNotReported() async throws {
    let ran = try await afterwards("index posts timeout: 2s", #""result":{"data":[]}"#)
    #expect(ran.output.hasPrefix("timeout\n"))
    #expect(ran.notes.isEmpty)
  }
}
