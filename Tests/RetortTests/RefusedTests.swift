import Foundation
import TestBench
import Testing

/// Tests of changes that the broker refuses: such a change was not carried out, so it counts as failed, not as unknown.
@Suite(.timeLimit(.minutes(15))) struct RefusedTests {
  private func run(_ statements: String, _ vhost: VirtualHost) async -> Ran {
    await Ran.retort(
      "-c", "connect\nlet posts = client queue: \"posts\"\n" + statements, environment: ["RETORT_URL": vhost.uri])
  }

  @Test func aFullQueueFailsItsChanges() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try vhost.declare(queue: "posts", maxLength: 5)
    let ran = await run(
      "1..5 | update posts {views: 1} on-error: \"continue\" timeout: 50ms expire: false\n"
        + "1..300 | update posts {views: 1} on-error: \"continue\" timeout: \"never\"", vhost)
    #expect(ran.status == 4)
    #expect(ran.notes.contains("update posts: 0 ok, 300 failed\n"), Comment(rawValue: ran.notes))
    #expect(
      ran.notes.contains(
        "error[connection]: the broker refused the message (basic.nack) (update on queue posts, correlation id "))
    let one = await run("create posts {text: \"a\"} timeout: \"never\"", vhost)
    #expect(one.status == 4)
    #expect(
      one.notes.hasSuffix(
        "  = the queue posts may be full: when it has room, check whether the change was carried out, and send it again if not\n"
      ))
  }

  /// After a refusal by the broker, `retry:` repeats only changes that are safe to carry out twice.
  @Test(arguments: [
    ("[{text: \"a\"}] | create posts", 1), ("[1] | update posts {views: 1}", 3),
    ("[1] | destroy posts confirm: true", 3),
  ]) func onlySafeChangesAreRepeatedAfterARefusal(_ statement: String, _ attempts: Int) async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try vhost.declare(queue: "posts", maxLength: 5)
    let ran = await Ran.retort(
      "--trace=amqp", "-c",
      "connect\nlet posts = client queue: \"posts\"\n"
        + "1..5 | update posts {views: 1} on-error: \"continue\" timeout: 50ms expire: false verify: false\n"
        + "\(statement) retry: 2 timeout: \"never\"", environment: ["RETORT_URL": vhost.uri])
    #expect(ran.status == 4, Comment(rawValue: ran.notes))
    let sent = ran.notes.matches(of: #/basic\.publish/#).count
    #expect(sent == 5 + attempts, Comment(rawValue: ran.notes))
  }

  /// A change that the broker refused is unknown in a journal, because the broker may have queued its message.
  @Test(arguments: [
    "[{text: \"a\"}] | create posts key: .text journal: \"FILE\"",
    "[{text: \"a\"}] | each journal: \"FILE\" key: .text do create posts it timeout: \"never\" end",
  ]) func aRefusedChangeIsUnknownInAJournal(_ statement: String) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).journal").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let vhost = try await PrivateBroker.shared.vhost()
    try vhost.declare(queue: "posts", maxLength: 5)
    let options = statement.contains("each") ? "" : " timeout: \"never\""
    let ran = await run(
      "1..5 | update posts {views: 1} on-error: \"continue\" timeout: 50ms expire: false verify: false\n"
        + statement.replacing("FILE", with: path) + options, vhost)
    #expect(ran.notes.contains("the broker refused the message (basic.nack)"), Comment(rawValue: ran.notes))
    let journal = await Ran.retort("journal", path)
    #expect(
      journal.output.contains("recorded: 0 done, 0 not carried out, 1 unknown\n"), Comment(rawValue: journal.output))
  }

  @Test(arguments: ["update posts 1 {views: 1}", "1..9 | update posts {views: 1}", "show posts 1"])
  func aForbiddenPublishFails(_ statement: String) async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try vhost.declare(queue: "posts", maxLength: 5)
    try vhost.allowPublishing(false)
    let ran = await run(statement + " timeout: \"never\"", vhost)
    #expect(ran.status == 4, Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("error[connection]: the broker closed the channel: 403 ACCESS_REFUSED"))
    #expect(
      ran.notes.contains(
        "  = the request was not carried out; the broker's operator must give the user access: rabbitmqctl set_perm"))
  }
}
