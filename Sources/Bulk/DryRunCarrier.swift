public import Client
import JSONAPI
public import JSONText
import Synchronization

/// The carrier of a dry run; it sends nothing.
///
/// The reply to a `create` or an `update` contains the values that a real run would send. Created resources get the ids
/// `dry-run-1`, `dry-run-2` and so on.
public final class DryRunCarrier: CallbackCarrier {
  /// The prefix of the ids that a dry run gives to created resources.
  public static let prefix = "dry-run-"

  private struct DryRunResources {
    var hasChanges = false
    var made = 0
    var resources: [String: JSONObject] = [:]
  }

  private let state = Mutex(DryRunResources())
  /// The maximum number of resources that the carrier stores for later reads.
  private static let limit = 10_000

  /// Creates a carrier.
  public init() {}

  /// Nil, because the dry run uses Swift's default executor.
  public var executor: (any TaskExecutor)? { nil }

  /// Returns a resource that the dry run pretended to create, with its later updates; nil for any other id.
  public func resource(_ id: String) -> JSONObject? { state.withLock { $0.resources[id] } }

  /// Whether the carrier has received a change.
  ///
  /// Later reads then return other data than in a real run, because the service has not carried out the change.
  public var hasChanges: Bool { state.withLock(\.hasChanges) }

  /// Passes the reply of ``carry(_:)`` to the receiver immediately.
  public func take(_ change: Change, number: Int, for receiver: any GroupedReplyReceiver) {
    receiver.end(number, .success(carry(change)), latency: nil)
  }

  /// Does nothing, because no change waits for its outcome.
  public func end() {}

  /// Returns the reply that the service would probably send.
  public func carry(_ change: Change) -> ChangeResult {
    state.withLock { $0.hasChanges = true }
    guard change.givesDocument, change.verb != .destroy, var data = change.params["data"]?.objectValue else {
      return change.givesDocument ? .document(Document()) : .result(.null)
    }
    state.withLock { state in
      if change.verb == .create, data["id"] == nil {
        state.made += 1
        data["id"] = .string("\(Self.prefix)\(state.made)")
      }
      guard let id = data["id"]?.idText, id.hasPrefix(Self.prefix), state.resources.count < Self.limit else { return }
      state.resources[id] = (state.resources[id] ?? [:]).merging(data)
    }
    let document = try? Document(.object(JSONObject([("data", .object(data))])))
    return .document(document ?? Document())
  }
}
