import Foundation
import Synchronization

/// A RabbitMQ for tests, on a free port of the loopback interface; its files are temporary.
///
/// ```swift
/// let vhost = try await PrivateBroker.shared.vhost()
/// let connection = try await Connection.open(AMQPURI(vhost.uri), name: "test")
/// ```
public final class PrivateBroker: Sendable {
  /// The broker's URI without a vhost, such as `amqp://guest:guest@127.0.0.1:35672/`.
  public let uri: String
  private let control: ControlSocket
  private let script: BrokerScript?
  private let nextVhost = Atomic(1)

  /// The broker that all tests of a run share.
  ///
  /// `Tests/run` starts this broker. Without `Tests/run`, this process starts a broker, which ends with the process.
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

  /// Starts a separate broker for a test that restarts its broker or raises alarms.
  ///
  /// The broker ends with ``stop()`` or with this process.
  ///
  /// - Throws: An error with the script's output if the broker does not start.
  public static func start() async throws -> PrivateBroker {
    let script = try BrokerScript()
    let (uri, control) = try await script.addresses()
    return PrivateBroker(uri: uri, control: control, script: script)
  }

  /// Ends a broker that this process started; does nothing for the broker of `Tests/run`.
  public func stop() async { await script?.stop() }

  /// Creates an empty vhost to which the user guest has access.
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

  /// Raises or clears the memory alarm, during which the broker blocks every connection that publishes.
  ///
  /// Only a test with a separate broker may call this function.
  public func setMemoryAlarm(_ isRaised: Bool) throws {
    let source = "{resource_limit, memory, node()}"
    try evaluate(isRaised ? "rabbit_alarm:set_alarm({\(source), []})." : "rabbit_alarm:clear_alarm(\(source)).")
  }

  /// Stops RabbitMQ, and starts RabbitMQ again on the same port; the Erlang node continues.
  ///
  /// Only a test with a separate broker may call this function.
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

  /// Evaluates Erlang expressions in the broker, and returns the value of the last expression in Erlang's syntax.
  ///
  /// - Throws: An error with the broker's output if the evaluation fails.
  @discardableResult public func evaluate(_ erlang: String) throws -> String { try control.evaluate(erlang) }
}
