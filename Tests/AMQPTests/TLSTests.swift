import AMQP
import TestBench
import Testing

/// Tests of TLS connections to a broker whose certificate comes from an authority made for the test.
@Suite(.timeLimit(.minutes(15))) struct TLSTests {
  private static let strictly = ", {verify, verify_peer}, {fail_if_no_peer_cert, true}"

  /// Opens a connection and returns its error message; nil if the connection succeeds.
  ///
  /// The word `DIR` replaces the directory of the certificates in the message.
  private func failure(
    _ uri: String, _ certificates: Certificates? = nil, attempts: Int = 3
  ) async -> String? {
    do throws(AMQPClientError) {
      await (try await Connection.open(try AMQPURI(uri), name: "test")).close()
      return nil
    } catch {
      // The broker sends a TLS alert and then resets the connection. If the reset arrives before retort has read the
      // alert, TCP discards the alert. Then only another attempt can show the real error.
      if error.kind == .unreachable, attempts > 1 { return await failure(uri, certificates, attempts: attempts - 1) }
      #expect(error.kind == .tls)
      return certificates.map { error.message.replacing($0.folder, with: "DIR") } ?? error.message
    }
  }

  @Test func requestsGoThroughWhereTheCertificateFits() async throws {
    let certificates = try Certificates()
    defer { certificates.remove() }
    try certificates.make("broker", for: "DNS:localhost,IP:127.0.0.1")
    let port = try await certificates.listen(as: "broker")
    let echo = try await Echo()
    let vhost = echo.vhost.name
    let parameters = "?cacertfile=\(certificates.authority)"
    let uri = try AMQPURI("amqps://guest:guest@localhost:\(port)/\(vhost)\(parameters)")
    #expect("\(uri)" == "amqps://guest@localhost:\(port)/\(vhost)")
    let dialer = try await Dialer(uri, name: "test")
    let client = try await ReconnectingQueueClient(dialer, queue: "echo")
    let body = String(repeating: "TLS ", count: 100_000)
    #expect(try await client.ask(body) == body)
    for number in 0..<200 { #expect(try await client.ask("\(number)") == "\(number)") }
    await dialer.close()
    #expect(await failure("amqps://guest:guest@127.0.0.1:\(port)/\(parameters)") == nil)
    await echo.close()
  }

  @Test func aCertificateIsForNames() async throws {
    let certificates = try Certificates()
    defer { certificates.remove() }
    try certificates.make("broker", for: "DNS:localhost,DNS:*.broker.example,IP:::1")
    let port = try await certificates.listen(as: "broker")
    let place = "127.0.0.1:\(port)"
    let uri = "amqps://guest:guest@\(place)/?cacertfile=\(certificates.authority)"
    let names = "localhost, *.broker.example, ::1"
    let advice = "connect to a host that the certificate names, or set server_name_indication= to one of these names"
    #expect(await failure(uri) == "\(place) has a certificate for \(names), not for 127.0.0.1: \(advice)")
    #expect(await failure("\(uri)&server_name_indication=localhost") == nil)
    #expect(await failure("\(uri)&server_name_indication=a.broker.example") == nil)
    #expect(
      await failure("\(uri)&server_name_indication=other.example")
        == "\(place) has a certificate for \(names), not for other.example: \(advice)")
    #expect(await failure("\(uri)&verify=verify_none") == nil)
    #expect(
      await failure("amqps://guest:guest@\(place)/?server_name_indication=localhost")
        == "\(place) has a certificate that no trusted authority signed: set cacertfile= to the file with the signing authority's certificate"
    )
  }

  @Test(arguments: [
    (
      "old", "that expired at 2021-02-03T04:05:06Z: renew the certificate, or check this computer's clock"
    ),
    ("young", "that is not valid before 2098-02-03T04:05:06Z: check this computer's clock"),
    ("selfish", "that is self-signed: to trust the certificate, set cacertfile= to its file"),
  ]) func reportsARejectedCertificate(name: String, told: String) async throws {
    let certificates = try Certificates()
    defer { certificates.remove() }
    switch name {
    case "old": try certificates.make(name, until: "20210203040506Z")
    case "young": try certificates.make(name, from: "20980203040506Z")
    default: try certificates.makeSelfSigned(name)
    }
    let place = "localhost:\(try await certificates.listen(as: name))"
    let uri = "amqps://guest:guest@\(place)/?cacertfile="
    #expect(await failure(uri + certificates.authority) == "\(place) has a certificate \(told)")
    #expect((await failure(uri + certificates.path("\(name).pem")) == nil) == (name == "selfish"))
    #expect(await failure("amqps://guest:guest@\(place)/?verify=verify_none") == nil)
  }

  @Test(arguments: ["", ", {versions, ['tlsv1.2']}"]) func aClientShowsItsCertificate(version: String) async throws {
    let certificates = try Certificates()
    defer { certificates.remove() }
    try certificates.make("broker")
    try certificates.make("client", for: "DNS:client")
    try certificates.make("old", for: "DNS:client", until: "20210101000000Z")
    try certificates.makeSelfSigned("stranger")
    let place = "localhost:\(try await certificates.listen(as: "broker", Self.strictly + version))"
    let uri = "amqps://guest:guest@\(place)/?cacertfile=\(certificates.authority)"
    func failure(as name: String) async -> String? {
      let file = certificates.path(name)
      return await self.failure("\(uri)&certfile=\(file).pem&keyfile=\(file).key", certificates)
    }
    #expect(await failure(as: "client") == nil)
    #expect(
      await self.failure(uri)
        == "\(place) requires a client certificate: "
        + "set certfile= to the file with the certificate, and keyfile= to the file with the key"
    )
    #expect(await failure(as: "old") == "\(place) refuses the certificate in DIR/old.pem: it has expired")
    #expect(await failure(as: "stranger") == "\(place) refuses the certificate in DIR/stranger.pem: bad certificate")
    let others = try Certificates()
    defer { others.remove() }
    try others.make("client")
    #expect(
      await self.failure(
        "\(uri)&certfile=\(others.path("client")).pem&keyfile=\(others.path("client")).key", others)
        == "\(place) refuses the certificate in DIR/client.pem: no authority that the broker trusts signed it")
  }

  @Test func eitherSideMaySpeakNoTLS() async throws {
    let certificates = try Certificates()
    defer { certificates.remove() }
    try certificates.make("broker")
    let port = try await certificates.listen(as: "broker")
    #expect(
      await failure("amqp://guest:guest@localhost:\(port)/")
        == "localhost:\(port) speaks TLS: write amqps://, whose usual port is 5671")
    let strict = try await certificates.listen(as: "broker", Self.strictly + ", {versions, ['tlsv1.2']}")
    #expect(
      await failure("amqp://guest:guest@localhost:\(strict)/")
        == "localhost:\(strict) speaks TLS: write amqps://, whose usual port is 5671")
    let plain = try AMQPURI(try await PrivateBroker.shared.uri).port
    #expect(
      await failure("amqps://guest:guest@localhost:\(plain)/?verify=verify_none")
        == "localhost:\(plain) does not speak TLS: write amqp://, whose usual port is 5672")
  }

  @Test func reportsAnOldTLSVersion() async throws {
    let certificates = try Certificates()
    defer { certificates.remove() }
    try certificates.make("broker")
    let port = try await certificates.listen(as: "broker", ", {versions, ['tlsv1.1']}")
    #expect(
      await failure("amqps://guest:guest@localhost:\(port)/?verify=verify_none")
        == "localhost:\(port) does not speak TLS 1.2 or newer")
  }

  @Test func filesAreNamedWithTheirProblems() async throws {
    let certificates = try Certificates()
    defer { certificates.remove() }
    try certificates.make("client")
    try certificates.makeKey("other")
    try certificates.makeKey("other-kind", kind: "RSA")
    try certificates.openssl("pkey -in client.key -aes256 -passout pass:s3cret -out locked.key")
    try certificates.openssl("ec -in client.key -aes256 -passout pass:s3cret -out old-locked.key")
    try certificates.write("no certificate\n", to: "text")
    for (parameters, told) in [
      (
        "cacertfile=nowhere",
        "cacertfile=DIR/nowhere can't be read: No such file or directory: correct the path, or install Debian's package ca-certificates"
      ),
      ("cacertfile=text", "cacertfile=DIR/text has no certificate in PEM"),
      ("cacertfile=client.key", "cacertfile=DIR/client.key has no certificate in PEM"),
      ("certfile=nowhere", "certfile=DIR/nowhere can't be read: No such file or directory"),
      ("certfile=.", "certfile=DIR/. has no certificate in PEM"),
      ("certfile=text", "certfile=DIR/text has no certificate in PEM"),
      ("certfile=client.pem", "certfile=DIR/client.pem has no key in PEM: set keyfile= to the file with the key"),
      ("certfile=client.pem&keyfile=nowhere", "keyfile=DIR/nowhere can't be read: No such file or directory"),
      ("certfile=client.pem&keyfile=text", "keyfile=DIR/text has no key in PEM"),
      (
        "certfile=client.pem&keyfile=other.key",
        "the key in keyfile=DIR/other.key does not belong to the certificate in certfile=DIR/client.pem"
      ),
      (
        "certfile=client.pem&keyfile=other-kind.key",
        "the key in keyfile=DIR/other-kind.key does not belong to the certificate in certfile=DIR/client.pem"
      ),
      (
        "certfile=client.pem&keyfile=locked.key",
        "the key in keyfile=DIR/locked.key is encrypted: write an unencrypted copy with openssl pkey -in DIR/locked.key -out PLAIN"
      ),
      (
        "certfile=client.pem&keyfile=old-locked.key",
        "the key in keyfile=DIR/old-locked.key is encrypted: write an unencrypted copy with openssl pkey -in DIR/old-locked.key -out PLAIN"
      ),
    ] {
      let verify = parameters.hasPrefix("cacertfile") ? "" : "verify=verify_none&"
      let files = parameters.replacing("file=", with: "file=\(certificates.folder)/")
      #expect(await failure("amqps://localhost/?\(verify)\(files)", certificates) == told)
    }
  }
}
