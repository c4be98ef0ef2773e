public import Bulk
public import Client
public import JSONRPC
public import JSONText
import Language
import Synchronization
import Values

/// The data that a pool of workers needs to carry out the changes of a statement.
public struct PooledStatementSettings: Sendable {
  /// The name of the pool, such as `nightly` in `workers: "nightly"`.
  public var name: String
  /// The connection of the statement's client.
  public var link: any ServiceLink
  /// The queue to which the pool sends the changes.
  public var queue: String
  /// The number or share of failures that ends the statement; nil for no limit.
  public var halt: FailureLimit?
  /// The field whose value identifies each resource to create; nil if the option `key:` is missing.
  public var keyField: String?
  /// The longest time that a request can wait inside the service (the option `settle:`); nil if the option is missing.
  public var settle: Duration?
  /// A function that spells the field names in a result as the client's option `keys:` says.
  public var renamed: @Sendable (JSONValue) -> JSONValue = { $0 }
  /// The register that receives late replies; nil if the statement does not need late replies.
  public var lateReplies: LateReplies?
  /// Whether the statement uses the resources in the replies.
  public var givesResults = true
  /// A function that shows a note to the user.
  public var note: @Sendable (String) -> Void = { _ in }
  /// A function that returns whether the pool must pause its changes, because of `retort ctl pause` or `throttle:`.
  public var isPaused: @Sendable () -> Bool = { false }
}

extension Arguments {
  /// Opens the pool of workers that the option `workers:` or the program option `--workers` names.
  ///
  /// If both options are present, the function uses `workers:`. It returns nil if neither option is present, or if the
  /// run sends nothing.
  func pool(
    _ run: StatementContext, _ client: ClientValue, _ policy: SendingPolicy, _ guards: StatementSafeguards,
    keyField: String?,
    givesResults: Bool
  ) async throws(Fault) -> (any ChangeCarrier)? {
    _ = try valid(.workers)
    guard let name = try string("workers") ?? run.session.options.workers else { return nil }
    guard !run.isDry(self), !run.session.options.isOffline else { return nil }
    guard let open = run.session.host.pool else { throw Fault(.value, "the option workers: needs a broker") }
    var request = PooledStatementSettings(
      name: name, link: client.connection.link, queue: client.queue, keyField: keyField.map(client.client.wireName))
    // With `retry:`, a change that failed can still succeed. Therefore the pool does not count failures.
    if guards.retries == 0 { request.halt = guards.halt ?? (policy.continuesOnError ? nil : .count(1)) }
    (request.givesResults, request.lateReplies) = (givesResults, run.session.host.lateReplies)
    request.renamed = { [client = client.client] in client.renamed($0) }
    request.note = { [session = run.session] in session.note($0) }
    request.isPaused = { [control = run.session.account.control, throttle = guards.throttle] in
      control.isPaused || throttle?.reason != nil
    }
    if options["settle"] != nil { request.settle = guards.settle }
    do throws(ClientError) { return try await open(request) } catch {
      throw Fault(error, self)
    }
  }

  /// Returns the policy for a carrier: an object that sends changes in place of the client, such as a pool of workers.
  ///
  /// A carrier can have its own limit for the changes in flight. If it has one, and the statement lacks the option
  /// `in-flight:`, the policy allows the largest possible number of changes in flight. The run then also builds more
  /// changes at a time.
  func policy(_ policy: SendingPolicy, for carrier: (any ChangeCarrier)?) -> SendingPolicy {
    guard carrier?.window != nil, options["in-flight"] == nil else { return policy }
    var policy = policy
    policy.window = SendingPolicy.largestWindow
    policy.portion = max(policy.portion, 64)
    return policy
  }
}

extension Session {
  /// Runs `body` with a carrier, and then closes the carrier.
  ///
  /// While `body` runs, ``abandon()`` and ``stop()`` also apply to the changes of the carrier.
  func using<Result>(_ carrier: (any ChangeCarrier)?, _ body: () async -> Result) async -> Result {
    guard let carrier else { return await body() }
    let number = state.withLock { state in
      state.nextSerial += 1
      state.carriers[state.nextSerial] = carrier
      return state.nextSerial
    }
    let result = await body()
    state.withLock { $0.carriers[number] = nil }
    await carrier.close()
    return result
  }
}
