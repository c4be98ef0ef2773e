import Foundation
import Synchronization

/// A RabbitMQ for tests, on a free port of the loopback interface; it leaves nothing behind.
///
/// ```swift
/// let vhost = try await PrivateBroker.shared.vhost()
/// let connection = try await Connection.open(AMQPURI(vhost.uri), name: "test")
/// ```
public final class PrivateBroker: Sendable {
  /// Its URI, which ends with the slash of the vhost `/`.
  public let uri: String
  private let control: ControlSocket
  private let script: BrokerScript?
  private let nextVhost = Atomic(1)

  /// The broker of this run: the one that `Tests/run` started, or one that ends with this process.
  public static var shared: PrivateBroker { get async throws { try await running.value } }

  private static let running = Task { () async throws -> PrivateBroker in
    let environment = ProcessInfo.processInfo.environment
    guard let uri = environment["RETORT_TEST_BROKER"], let control = environment["RETORT_TEST_CONTROL"] else {
      return try await start()
    }
    return PrivateBroker(uri: uri, control: control, script: nil)
  }

  private init(uri: String, control: String, script: BrokerScript?) {
    self.uri = uri
    self.control = ControlSocket(path: control)
    self.script = script
  }

  /// Starts another one, for a test that restarts its broker or raises its alarms; it ends with ``stop()``, or with
  /// this process.
  ///
  /// - Throws: the output of the script, if the broker can't be started.
  public static func start() async throws -> PrivateBroker {
    let script = try BrokerScript()
    let (uri, control) = try await script.addresses()
    return PrivateBroker(uri: uri, control: control, script: script)
  }

  /// Ends a broker from ``start()``, but not the one that `Tests/run` started.
  public func stop() async { await script?.stop() }

  /// Creates an empty vhost for the user guest.
  public func vhost() throws -> VirtualHost {
    let number = nextVhost.add(1, ordering: .relaxed).oldValue
    let name = "test-\(ProcessInfo.processInfo.processIdentifier)-\(number)"
    try evaluate(
      """
      ok = rabbit_vhost:add(<<"\(name)">>, <<"test">>),
      rabbit_auth_backend_internal:set_permissions(
        <<"guest">>, <<"\(name)">>, <<".*">>, <<".*">>, <<".*">>, <<"test">>).
      """)
    return VirtualHost(broker: self, name: name)
  }

  /// Raises or clears the memory alarm, which blocks every connection that publishes; only for a separate broker.
  public func setMemoryAlarm(_ isRaised: Bool) throws {
    let source = "{resource_limit, memory, node()}"
    try evaluate(isRaised ? "rabbit_alarm:set_alarm({\(source), []})." : "rabbit_alarm:clear_alarm(\(source)).")
  }

  /// Stops RabbitMQ inside its node and starts it again on the same port; only for a separate broker.
  public func restart() async throws {
    let port = uri.split(separator: ":").last?.prefix { $0 != "/" } ?? "0"
    let erlang = """
      File = filename:rootname(os:getenv("RABBITMQ_CONFIG_FILE"), ".conf") ++ ".conf",
      {ok, Text} = file:read_file(File),
      ok = file:write_file(File, re:replace(Text, "127.0.0.1:0", "127.0.0.1:\(port)")),
      ok = rabbit:stop(), ok = rabbit:start().
      """
    try await onItsOwnThread { [control] in _ = try control.evaluate(erlang) }
  }

  /// Evaluates Erlang in the broker's node and returns the value in Erlang's syntax.
  ///
  /// - Throws: the broker's output.
  @discardableResult public func evaluate(_ erlang: String) throws -> String { try control.evaluate(erlang) }
}
