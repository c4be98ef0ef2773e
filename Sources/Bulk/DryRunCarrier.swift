public import Client
import JSONAPI
public import JSONText
import Synchronization

/// A carrier that sends nothing.
///
/// The reply to a create or an update contains the values that the change would send. Created resources get the ids
/// `dry-run-1`, `dry-run-2` and so on.
public final class DryRunCarrier: GroupCarrier {
  /// The prefix of ids of resources from a dry run.
  public static let prefix = "dry-run-"

  private struct State {
    var hasChanges = false
    var made = 0
    var resources: [String: JSONObject] = [:]
  }

  private let state = Mutex(State())
  /// The maximum number of resources that are kept for reads.
  private static let limit = 10_000

  /// Creates a carrier.
  public init() {}

  /// The default executor.
  public var executor: (any TaskExecutor)? { nil }

  /// Returns the resource that a create of the dry run would have created, with its later updates; nil for other ids.
  public func resource(_ id: String) -> JSONObject? { state.withLock { $0.resources[id] } }

  /// Whether the carrier got a change; if so, later reads return data that a real run would have changed.
  public var hasChanges: Bool { state.withLock(\.hasChanges) }

  /// Passes the reply of ``carry(_:)`` to the receiver.
  public func take(_ change: Change, number: Int, for receiver: any ChangeReplyReceiver) {
    receiver.end(number, .success(carry(change)), latency: nil)
  }

  /// Has no effect, because no change waits for its outcome.
  public func end() {}

  /// Returns the reply that the service is expected to send.
  public func carry(_ change: Change) -> ChangeReply {
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
