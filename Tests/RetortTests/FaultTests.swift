import Testing

@testable import RetortShell

/// Tests of the faults that `retort serve --fault` injects: their effect on a script, and their lines in the log.
@Suite(.timeLimit(.minutes(15))) struct FaultTests {
  /// A script that changes a post and reads the same post; `duration` is the timeout of both requests.
  private static let script = #"""
    try do
      print (update posts 1 {text: "changed"} timeout: duration).text
    rescue e
      print "\(e.kind): \(e.message)"
    end
    try do
      print (show posts 1 timeout: duration).text
    rescue e
      print "\(e.kind): \(e.message)"
    end
    """#

  private static let silence = """
    unknown: no reply to the request update on queue posts, correlation id ID: the timeout expired
    timeout: no reply to the request show on queue posts, correlation id ID: the timeout expired

    """

  @Test(arguments: [
    ("drop", silence),
    ("lose", silence),
    ("duplicate", "changed\nchanged\n"),
    ("late", silence),
    ("wrong-id", silence),
    (
      "malformed",
      """
      protocol: posts update: the reply is not JSON (1:1: expected a value): <h1>Bad Gateway</h1>
      protocol: posts show: the reply is not JSON (1:1: expected a value): <h1>Bad Gateway</h1>

      """
    ),
    (
      "empty",
      """
      protocol: posts update: the reply is empty
      protocol: posts show: the reply is empty

      """
    ),
    (
      "rpc-error",
      """
      bad-gateway: posts update: Internal error (code -32603)
      bad-gateway: posts show: Internal error (code -32603)

      """
    ),
  ]) func namesEachInjectedFault(fault: String, output: String) async throws {
    let service = try await FakeService("--fault", "\(fault)=1", "--late", "60s", "--log", "-")
    let ran = await service.run("let duration = \(output == Self.silence ? 2 : 50)s\n" + Self.script)
    let strange =
      "queue posts: 1 reply has a correlation id that no request has, so retort ignored it; the service must copy the "
      + "correlation id of the request\n"
    #expect(ran == Ran(status: 0, output: output, notes: fault == "wrong-id" ? strange + strange : ""))
    let stopped = await service.stop()
    #expect(stopped.status == 0)
    #expect(
      stopped.output == """
        {"queue":"posts","method":"update","id":"1","correlation-id":"ID","outcome":"\(fault)","n":1}
        {"queue":"posts","method":"show","id":"1","correlation-id":"ID","outcome":"\(fault)","n":2}

        """)
  }

  /// With the fault `round`, the service rounds numbers and trims texts, and returns the changed values.
  @Test func storesRoundedValues() async throws {
    let service = try await FakeService("--fault", "round")
    let ran = await service.run(
      #"print (update posts 1 {text: "  a b\t", views: 10.5, rating: -2.5} | map [.text, .views, .rating])"#)
    #expect(ran == Ran(status: 0, output: "[[\"a b\",11,-3]]\n", notes: ""))
    #expect(await service.run("print (update posts 1 {views: 7}).views").output == "7\n")
    #expect(await service.stop().status == 0)
  }

  @Test func aFullLogDoesNotBlockRequests() async throws {
    let service = try await FakeService("--log", "/dev/full")
    #expect(await service.run("print (show posts 1).text").output == "Post 1\n")
    #expect(await service.run("print (show posts 2).text").output == "Post 2\n")
    #expect(await service.stop().status == 1)
    let notes = service.notes.split(separator: "\n").dropFirst().joined(separator: "\n")
    #expect(
      notes == """
        error[file]: --log /dev/full can't be written: No space left on device; requests are answered but not logged
        stopped
        error[file]: --log /dev/full: 2 requests are missing from the log
        """)
  }

  @Test(arguments: [("drop", "1060\n"), ("lose", "1039\n")]) func logsEveryRequest(
    fault: String, count: String
  ) async throws {
    let service = try await FakeService("--fault", "\(fault)=30%", "--log", "-", "--workers", "8", "--seed", "7")
    let ran = await service.run(
      "1..60 | map {text: \"Post \\(it)\"} | create posts in-flight: 60 on-error: \"continue\" timeout: 5s\n"
        + "count posts timeout: 50s")
    let lines = await service.stop().output.split(separator: "\n")
    let creates = lines.filter { $0.contains(#""method":"create","id":null"#) }
    #expect(creates.count { $0.contains(#""outcome":"\#(fault)""#) } == 21)
    #expect(creates.count { $0.contains(#""outcome":"ok""#) } == 39)
    #expect(lines.count == 61)
    let summary = "create posts: waiting up to 5s for 21 late replies\ncreate posts: 39 ok, 21 unknown\n"
    #expect(ran.notes.hasPrefix(summary), Comment(rawValue: ran.notes))
    #expect(ran.output == count)
  }

  @Test func theSameSeedIsTheSameLog() async throws {
    var logs: [String] = []
    for seed in ["1", "1", "2"] {
      let service = try await FakeService(
        "--fault", "rpc-error=20%", "--fault", "malformed=0.2", "--fault", "empty=0.1", "--fault", "duplicate=0.2",
        "--fault", "no-consumer=0.05", "--away", "1ms", "--latency", "1ms", "--jitter", "1ms", "--rate", "2000",
        "--log", "-", "--seed", seed)
      _ = await service.run("for n in 1..40 do try do show posts n rescue e print e.kind end end")
      logs.append(await service.stop().output)
    }
    #expect(logs[0].split(separator: "\n").count == 40)
    #expect(logs[0] == logs[1])
    #expect(logs[0] != logs[2])
  }

  @Test(arguments: [
    (["--fault", "drop"], "write KIND=SHARE, such as drop=1%; the kinds are drop, lose, duplicate, late, wrong-id"),
    (["--fault", "explode=1"], "write KIND=SHARE, such as drop=1%"),
    (["--fault", "drop=101%"], "a share is a number from 0 to 1, or a percentage such as 5%"),
    (["--fault", "drop=-0.1"], "a share is a number from 0 to 1"),
    (["--fault", "drop=nan"], "a share is a number from 0 to 1"),
    (["--fault", "drop=0.6", "--fault", "lose=0.5"], "the shares of --fault add up to 1.1; the maximum is 1"),
    (["--late", "soon"], "write a duration such as 20ms"),
    (["--away", "never"], "write a duration such as 20ms"),
    (["--latency", "20"], "write a duration such as 20ms"),
    (["--rate", "0"], "--rate takes a number of at least 1"),
    (["--rate", "many"], "'many'"),
    (["--seed", "-1"], "--seed"),
    (["--pages", "few"], "write one of number, none, no-count, offset"),
    (["--flavour", "vanilla"], "write one of retort, carrot"),
    (["--workers", "0"], "--workers takes a number of at least 1"),
    (["--log", "/no/such/file", "--url", "amqp://127.0.0.1:1/"], "--log /no/such/file can't be written: No such file"),
  ]) func aWrongOptionIsStatus2(options: [String], part: String) async {
    let ran = await Ran.retort(["serve", "blog"] + options)
    #expect(ran.status == 2)
    #expect(ran.notes.contains(part), Comment(rawValue: ran.notes))
  }
}
