import AMQP
import Foundation
import TestBench
import Testing

/// Tests of `retort doctor` at a terminal: one test for each problem that the doctor reports.
@Suite(.timeLimit(.minutes(15))) struct DoctorTests {
  /// Runs `retort doctor`, and returns its exit status and its lines without durations and directories.
  private func doctor(
    _ arguments: String..., files: [String: String] = [:], environment: [String: String] = [:]
  ) async throws -> (lines: [String], status: Int32) {
    let terminal = try PromptTerminal(
      ["doctor"] + arguments, columns: 250, environment: environment, files: files)
    let status = try await terminal.ended()
    let lines = terminal.lines.map { line in
      line.replacing(terminal.directory, with: "HOME").replacing(#/ +\d+\.\d ms +/#, with: " ")
        .replacing(#/ +/#, with: " ")
    }
    return (lines, status)
  }

  /// Returns whether the doctor's lines end with this failed step, this advice, and the summary.
  private func fails(
    _ found: (lines: [String], status: Int32), _ text: String, _ advice: String, status: Int32 = 4
  ) -> Bool {
    found.status == status && found.lines.suffix(3) == ["failed \(text)", " = \(advice)", "1 step failed"]
  }

  @Test func itReportsEachStep() async throws {
    let service = try await FakeService()
    let uri = try AMQPURI(service.vhost.uri)
    let found = try await doctor(service.vhost.uri, "--queue", "posts")
    #expect(
      found.lines == [
        "ok configuration HOME/.local/state/retort/history, HOME/.local/state/retort/schema",
        "ok address \(uri), from the command line",
        "ok name 127.0.0.1 is 127.0.0.1", "ok tcp 127.0.0.1 accepts connections on port \(uri.port)",
        "ok login as guest",
        "ok vhost \(uri.vhost)", "ok channel a channel and a reply queue are open",
        "ok queue posts: 1 consumer, 0 messages waiting", "ok call posts answers index", "no problems found",
      ])
    #expect(found.status == 0)
    let unknown = try await doctor(service.vhost.uri, "--queue", "pots", "--queue", "posts")
    #expect(unknown.status == 4)
    #expect(unknown.lines.contains("failed queue there is no queue pots"))
    #expect(
      unknown.lines.contains(
        " = did you mean posts? start the service that declares the queue; rabbitmqctl list_queues -p \(uri.vhost) lists the queues"
      ))
    #expect(unknown.lines.contains("ok call posts answers index"))
    _ = await service.stop()
    let idle = try await doctor(service.vhost.uri, "--queue", "posts")
    #expect(idle.status == 1 || idle.status == 4)
  }

  @Test func itNamesAQueueWithoutConsumer() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try vhost.declare(queue: "posts", maxLength: 5)
    #expect(
      fails(
        try await doctor(vhost.uri, "--queue", "posts"), "queue posts has no consumer, 0 messages waiting",
        "start the service of the queue: without a consumer, each request waits until its timeout", status: 1))
  }

  @Test func itNamesAServiceThatDoesNotAnswer() async throws {
    let service = try await FakeService("--fault", "drop=100%")
    #expect(
      fails(
        try await doctor(service.vhost.uri, "--queue", "posts", "--timeout", "200ms"),
        "call posts does not answer within 200ms",
        "the service of the queue takes requests and does not reply: read its log, or wait longer with --timeout 30s",
        status: 1))
    _ = await service.stop()
  }

  @Test func itNamesTheRefusalOfTheBroker() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    let place = vhost.address.split(separator: "@").last.map(String.init) ?? ""
    let host = String(place.prefix { $0 != "/" })
    let wrong = try await doctor("amqp://guest:hunter2@\(place)")
    #expect(
      fails(
        wrong,
        "login \(host) refused user guest: ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.",
        "check the user and the password"))
    #expect(!wrong.lines.joined().contains("hunter2"))
    #expect(
      fails(
        try await doctor("amqp://guest:guest@\(host)/no/where"),
        "vhost \(host) has no vhost no/where for user guest: NOT_ALLOWED - vhost no/where not found",
        "rabbitmqctl list_vhosts lists the vhosts; write a / in a vhost's name as %2f"))
    #expect(
      fails(
        try await doctor("amqps://guest:guest@\(host)/"),
        "tls \(host) does not speak TLS: write amqp://, whose usual port is 5672",
        "look at the handshake: openssl s_client -connect \(host) -servername 127.0.0.1"))
  }

  @Test func itNamesABrokerThatIsNotThere() async throws {
    #expect(
      fails(
        try await doctor("amqp://guest:guest@127.0.0.1:1/"), "tcp connection refused by 127.0.0.1:1",
        "start the broker, or check the port: ss -ltn on the broker's machine lists the open ports"))
    let unknown = try await doctor("amqp://guest:guest@no-such-host.invalid/")
    #expect(
      unknown.lines.dropLast().last
        == " = check the spelling; getent hosts no-such-host.invalid asks this machine's resolver")
    #expect(unknown.lines.contains { $0.hasPrefix("failed name there is no host no-such-host.invalid: ") })
  }

  @Test func itNamesTheProblemOfACertificate() async throws {
    let certificates = try Certificates()
    defer { certificates.remove() }
    try certificates.make("other", for: "DNS:broker.example")
    try certificates.make("old", until: "20210203040506Z")
    try certificates.make("good", for: "DNS:localhost")
    let other = "localhost:\(try await certificates.listen(as: "other"))"
    let old = "localhost:\(try await certificates.listen(as: "old"))"
    let good = "localhost:\(try await certificates.listen(as: "good"))"
    let trust = "/?cacertfile=\(certificates.authority)"
    func advice(_ place: String) -> String {
      "look at the handshake: openssl s_client -connect \(place) -servername localhost"
    }
    #expect(
      fails(
        try await doctor("amqps://guest:guest@\(other)\(trust)"),
        "tls \(other) has a certificate for broker.example, not for localhost: connect to a host that the certificate names, or set server_name_indication= to one of these names",
        advice(other)))
    #expect(
      fails(
        try await doctor("amqps://guest:guest@\(old)\(trust)"),
        "tls \(old) has a certificate that expired at 2021-02-03T04:05:06Z: renew the certificate, "
          + "or check this computer's clock",
        advice(old)))
    let found = try await doctor("amqps://guest:guest@\(good)\(trust)")
    #expect(found.status == 0)
    let line = try #require(found.lines.first { $0.contains(" tls ") })
    #expect(line.hasPrefix("warning tls TLSv1.3 ") || line.hasPrefix("ok tls TLSv1.3 "))
    #expect(line.contains("; localhost by authority, ") && line.hasSuffix(" left"))
  }

  @Test func itNamesTroubleInFiles() async throws {
    let rc = ".config/retort/rc.retort"
    let found = try await doctor("embedded:blog", files: [rc: "lte x = 1\n"])
    #expect(found.status == 2)
    #expect(found.lines.first?.hasPrefix("failed configuration HOME/\(rc):1:7: ") ?? false)
    #expect(found.lines.dropFirst().first == " = retort check HOME/\(rc) shows the errors")
    let secret = try await doctor(
      "embedded:blog",
      files: [rc: "def prod() do connect \"amqp://me:pw@host/\" end\n", ".retortrc": "let x = 1\n"])
    #expect(secret.lines.contains("warning configuration HOME/\(rc) has a password, and other users can read the file"))
    #expect(secret.lines.contains(" = chmod 600 HOME/\(rc)"))
    #expect(secret.lines.contains("warning configuration ./.retortrc is not trusted and does not run"))
    #expect(secret.lines.contains(" = read the file, then: retort trust"))
    #expect(secret.status == 0)
  }

  @Test func aProfileIsAnAddress() async throws {
    let rc = [".config/retort/rc.retort": "def blog() do connect \"embedded:blog\" end\n"]
    let found = try await doctor("blog", files: rc)
    #expect(found.status == 0 && found.lines.contains("ok address embedded:blog, from profile blog"))
    let near = try await doctor("blgo", files: rc)
    #expect(fails(near, "address blgo is neither a URI nor a profile", "did you mean blog?", status: 2))
    let none = try await doctor(environment: ["RETORT_URL": "amqp://a b"])
    #expect(none.status == 2 && none.lines.contains { $0.hasPrefix("failed address amqp://a b, from RETORT_URL: ") })
  }

  @Test func asJSONItIsOneObject() async throws {
    let ran = await Ran.retort("doctor", "amqp://guest:hunter2@127.0.0.1:1/", "-o", "json")
    #expect(ran.status == 4 && !ran.output.contains("hunter2"))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(ran.output.utf8)) as? [String: Any])
    #expect(object["address"] as? String == "amqp://guest@127.0.0.1:1/" && object["status"] as? Int == 4)
    let findings = try #require(object["findings"] as? [[String: Any]])
    #expect(findings.last?["step"] as? String == "tcp" && findings.last?["verdict"] as? String == "failed")
    #expect(findings.last?["next-step"] is String && findings.last?["milliseconds"] is Double)
  }
}
