import JSONAPI
import JSONRPC
import JSONText
import Synchronization

/// Changes that were given up without a reply, so that one that comes late tells what became of them.
///
/// ```swift
/// let unanswered = Unanswered()
/// unanswered.news(in: body, of: correlationID)  // "a reply that came 2.3 s late: posts create was carried out, id 1001"
/// ```
public final class Unanswered: Sendable {
  private struct Change {
    var call: ClientError.Call
    var id: String?
    var end = ContinuousClock.now
  }

  private struct State {
    var changes: [String: Change] = [:]
    var told = 0
    var lastTold = ContinuousClock.now
  }

  private let state = Mutex(State())
  /// How many are remembered; beyond it all are forgotten.
  private static let limit = 10_000
  /// How many are told one by one, until none came for some seconds.
  private static let burst = 20
  private static let calm = Duration.seconds(5)

  /// Creates an empty one.
  public init() {}

  /// Remembers a change that nobody waits for any more.
  func add(_ call: ClientError.Call, id: String?) {
    state.withLock { state in
      if state.changes.count >= Self.limit { state.changes = [:] }
      state.changes[call.correlationID] = Change(call: call, id: id)
    }
  }

  /// What a reply that nobody waits for says of a change, in one sentence; nil where it is of none, and where so many
  /// were told of that no more is.
  public func news(in reply: [UInt8], of correlationID: String) -> String? {
    let known = state.withLock { state -> (Change, count: Int)? in
      guard let change = state.changes.removeValue(forKey: correlationID) else { return nil }
      state.told = .now > state.lastTold + Self.calm ? 1 : state.told + 1
      state.lastTold = .now
      return (change, state.told)
    }
    guard let (change, count) = known, count <= Self.burst + 1 else { return nil }
    if count > Self.burst { return "more replies come late, which are not told: --trace=amqp shows them" }
    let late = Double(Int((ContinuousClock.now - change.end) / .milliseconds(100))) / 10
    return "a reply that came \(late) s late: \(Self.outcome(reply, change))"
  }

  private static func outcome(_ reply: [UInt8], _ change: Change) -> String {
    let label = "\(change.call.label) \(change.call.method)\(change.id.map { " \($0)" } ?? "")"
    guard let response = try? Response.decode(reply).0 else {
      return "\(label) was answered, but not so that it can be read"
    }
    switch response.outcome {
    case .error(let error): return ClientError(error, on: label).message
    case .result(let result):
      let errors = result.objectValue.map(Document.errors(in:)) ?? []
      if !errors.isEmpty { return ClientError(errors, on: label).message }
      let made = change.id == nil ? result["data"]?["id"]?.idText : nil
      return "\(label) was carried out\(made.map { ", id \($0)" } ?? "")"
    }
  }
}
