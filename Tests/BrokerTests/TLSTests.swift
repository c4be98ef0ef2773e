import Broker
import Foundation
import TestBench
import Testing

/// Encrypted connections, to a broker with a certificate of an authority made for the test.
@Suite struct TLSTests {
  /// A directory with an authority, and a certificate of it for localhost.
  private struct Certificates {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")

    var authority: String { directory.path + "/authority.pem" }

    init() throws {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
      try openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout authority.key -out authority.pem")
      try openssl("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout broker.key -out broker.csr")
      try "subjectAltName=DNS:localhost".write(
        to: directory.appending(path: "names"), atomically: true, encoding: .utf8)
      try openssl(
        "x509 -req -in broker.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile names -out broker.pem"
      )
    }

    private func openssl(_ arguments: String) throws {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
      process.currentDirectoryURL = directory
      process.standardError = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "openssl \(arguments)")
    }
  }

  /// Lets the private broker listen with TLS, and gives the port; strictly: only to who shows a certificate.
  private func listen(_ certificates: Certificates, strictly: Bool = false) async throws -> Int {
    let broker = try await PrivateBroker.shared
    let directory = certificates.directory.path
    let port = try broker.evaluate(
      """
      {ok, Socket} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]), {ok, Port} = inet:port(Socket), gen_tcp:close(Socket),
      ok = rabbit_networking:start_ssl_listener({"127.0.0.1", Port}, [{cacertfile, "\(certificates.authority)"},
        {certfile, "\(directory)/broker.pem"}, {keyfile, "\(directory)/broker.key"}\(strictly ? ", {verify, verify_peer}, {fail_if_no_peer_cert, true}" : "")], 1),
      Port.
      """)
    return try #require(Int(port))
  }

  private func failure(_ uri: String) async -> BrokerError? {
    do throws(BrokerError) {
      await (try await Connection.open(try AMQPURI(uri), name: "test")).close()
      return nil
    } catch { return error }
  }

  @Test func requestsGoThroughWhereTheCertificateFits() async throws {
    let certificates = try Certificates()
    defer { try? FileManager.default.removeItem(at: certificates.directory) }
    let port = try await listen(certificates)
    let echo = try await Echo()
    let vhost = echo.vhost.name
    let uri = try AMQPURI("amqps://guest:guest@localhost:\(port)/\(vhost)?cacertfile=\(certificates.authority)")
    #expect("\(uri)" == "amqps://guest@localhost:\(port)/\(vhost)")
    let dialer = try await Dialer(uri, name: "test")
    let client = try await QueueClient(dialer, queue: "echo")
    let body = String(repeating: "TLS ", count: 100_000)
    #expect(try await client.ask(body) == body)
    for number in 0..<200 { #expect(try await client.ask("\(number)") == "\(number)") }
    await dialer.close()

    #expect(
      await failure("amqps://guest:guest@localhost:\(port)/")?.message
        == "localhost:\(port) has a certificate that no trusted authority signed: cacertfile= names one")
    #expect(
      await failure("amqps://guest:guest@127.0.0.1:\(port)/?cacertfile=\(certificates.authority)")?.message
        == "127.0.0.1:\(port) has a certificate for another name than 127.0.0.1")
    #expect(await failure("amqps://guest:guest@127.0.0.1:\(port)/?verify=verify_none") == nil)
    let plain = try await PrivateBroker.shared.uri.split(separator: ":").last?.prefix { $0 != "/" } ?? ""
    #expect(await failure("amqps://guest:guest@localhost:\(plain)/?verify=verify_none")?.code == .unreachable)
    await echo.close()
  }

  @Test func anotherNameThanTheHostsIsAskedForAndVerified() async throws {
    let certificates = try Certificates()
    defer { try? FileManager.default.removeItem(at: certificates.directory) }
    let port = try await listen(certificates)
    let uri = "amqps://guest:guest@127.0.0.1:\(port)/?cacertfile=\(certificates.authority)"
    #expect(await failure("\(uri)&server_name_indication=localhost") == nil)
    #expect(
      await failure("\(uri)&server_name_indication=broker.example")?.message
        == "127.0.0.1:\(port) has a certificate that no trusted authority signed for broker.example: "
        + "cacertfile= names an authority, server_name_indication= the broker")
  }

  @Test func aClientShowsItsCertificate() async throws {
    let certificates = try Certificates()
    defer { try? FileManager.default.removeItem(at: certificates.directory) }
    let port = try await listen(certificates, strictly: true)
    let uri = "amqps://guest:guest@localhost:\(port)/?cacertfile=\(certificates.authority)"
    let directory = certificates.directory.path
    #expect(await failure("\(uri)&certfile=\(directory)/broker.pem&keyfile=\(directory)/broker.key") == nil)
    #expect(await failure(uri)?.code == .unreachable)
  }

  @Test func filesThatAreNotThereAreNamed() async {
    #expect(
      await failure("amqps://localhost/?cacertfile=/nowhere.pem")
        == BrokerError(
          .address,
          "the authorities in /nowhere.pem can't be read: Debian's are in package ca-certificates; cacertfile= names others"
        ))
    #expect(
      await failure("amqps://localhost/?verify=verify_none&certfile=/nowhere.pem")
        == BrokerError(.address, "the certificate /nowhere.pem or its key /nowhere.pem can't be read"))
  }
}
