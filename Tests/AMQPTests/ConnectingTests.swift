import AMQP
import TestBench
import Testing

/// Tests of opening a connection to the broker, and of the errors of failed attempts.
@Suite(.timeLimit(.minutes(15))) struct ConnectingTests {
  private func failure(_ uri: String) async -> AMQPClientError? {
    do throws(AMQPClientError) {
      await (try await Connection.open(try AMQPURI(uri), name: "test")).close()
      return nil
    } catch { return error }
  }

  @Test func aWrongPasswordIsNamedAndNotShown() async throws {
    let uri = try await PrivateBroker.shared.uri.replacing("guest:guest@", with: "guest:s3cret@")
    let error = await failure(uri)
    #expect(error?.kind == .authentication)
    #expect(error?.message.contains("refused user guest: ACCESS_REFUSED") == true)
    #expect(error?.message.contains("s3cret") == false)
  }

  /// Two addresses of one broker, `127.0.0.1` and `localhost`, have the same cluster name.
  @Test func twoAddressesOfABrokerHaveOneClusterName() async throws {
    let uri = try await PrivateBroker.shared.uri
    var names: [String] = []
    for address in [uri, uri.replacing("127.0.0.1", with: "localhost")] {
      let dialer = try await Dialer(try AMQPURI(address), name: "test")
      names.append(dialer.clusterName)
      await dialer.close()
    }
    #expect(names[0].contains("@") && names[0] == names[1])
  }

  @Test func aVhostThatIsNotThereIsNamed() async throws {
    let error = await failure(try await PrivateBroker.shared.uri + "nowhere")
    #expect(error?.kind == .vhost)
    #expect(error?.message.contains("has no vhost nowhere for user guest") == true)
  }

  /// RabbitMQ sends the same code, 530, for a missing vhost, a missing permission and too many connections.
  @Test func otherRefusalsAreNamed() async throws {
    let vhost = try await PrivateBroker.shared.vhost()
    try vhost.limitConnections(to: 0)
    let full = await failure(vhost.uri)
    #expect(full?.kind == .connectionLimit)
    #expect(full?.message.contains(" accepts no further connection of user guest: NOT_ALLOWED - ") == true)
    #expect(full?.message.contains("limit") == true)
    try vhost.limitConnections(to: -1)
    try vhost.clearPermissions()
    let forbidden = await failure(vhost.uri)
    #expect(forbidden?.kind == .accessRefused)
    #expect(forbidden?.message.contains(" refused user guest the vhost \(vhost.name): NOT_ALLOWED - ") == true)
  }

  @Test func aPortWithoutABrokerIsRefused() async {
    #expect(await failure("amqp://127.0.0.1:1/") == AMQPClientError(.unreachable, "connection refused by 127.0.0.1:1"))
  }

  @Test func aHostThatIsNotThereIsNamed() async {
    let error = await failure("amqp://no-such-host.invalid/")
    #expect(error?.kind == .unreachable)
    #expect(error?.message.contains("no-such-host.invalid") == true)
  }

  @Test func sendsHeartbeatsWhileIdle() async throws {
    let echo = try await Echo(parameters: "&heartbeat=1")
    let client = try await echo.client()
    try await Task.sleep(for: .seconds(4))  // twice as long as the broker waits for a heartbeat
    #expect(try await client.ask("still here") == "still here")
    #expect(echo.notices.texts == [])
    await echo.close()
  }
}
