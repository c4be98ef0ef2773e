import Bulk
import JSONText
import Synchronization
import Values

/// The failures of a bulk change, for the field `failures` of the statement's summary.
///
/// A failure is an element whose change failed, was refused, or has an unknown outcome.
final class BulkFailures: Sendable {
  private struct KeptFailures {
    var failures: [Int: Value] = [:]
    /// The number of failures beyond the limit, which are not stored, without the changes in ``leftOutUnknown``.
    var leftOutFinal = 0
    /// The indices of the elements beyond the limit whose outcome is unknown.
    ///
    /// A late reply or a lookup can still replace these outcomes.
    var leftOutUnknown: Set<Int> = []

    /// The number of failures that are not stored.
    var leftOut: Int { leftOutFinal + leftOutUnknown.count }

    /// The stored failures in the order of their elements.
    var list: [Value] { failures.sorted { $0.key < $1.key }.map(\.value) }
  }

  private let state = Mutex(KeptFailures())
  /// The maximum number of stored failures.
  private static let limit = 1000

  /// Stores an element and its error if the element's change failed.
  ///
  /// If a late reply or a lookup replaces an unknown outcome, the function replaces or removes the element.
  func take(_ planned: BulkElement, _ outcome: Outcome, at index: Int) {
    if outcome.isGood {
      state.withLock { state in
        if !state.failures.isEmpty { state.failures[index] = nil }
        if !state.leftOutUnknown.isEmpty { state.leftOutUnknown.remove(index) }
      }
    } else if !outcome.isDropped {
      let error = BulkRun.error(planned, outcome)
      state.withLock { state in
        state.leftOutUnknown.remove(index)
        if state.failures.count < Self.limit || state.failures[index] != nil {
          state.failures[index] = Self.failure(planned.source, planned.input, error)
        } else if case .unknown = outcome {
          state.leftOutUnknown.insert(index)
        } else {
          state.leftOutFinal += 1
        }
      }
    }
  }

  private static func failure(_ source: Value, _ element: Value, _ error: JSONObject) -> Value {
    .record(Record([("source", source), ("element", element), ("error", .record(Record(error)))]))
  }

  /// The failures in the order of their elements, as a list.
  ///
  /// If there are more failures than this object stores, the value is a stream instead of an incomplete list. A script
  /// that reads the elements of the stream gets an error. A script that prints the stream gets the stored failures as a
  /// JSON list. The last element of this list says how many failures are missing.
  var value: Value {
    let state = state.withLock { $0 }
    guard state.leftOut > 0 else { return .list(state.list) }
    let advice = "store all of them: failed: \"bad.ndjson\""
    let rest = Self.failure(
      .null, .null,
      [
        "kind": .string(Fault.Kind.limit.word),
        "message": .string("\(state.leftOut) more failures are not kept; to \(advice)"),
      ])
    return .stream(
      StreamValue { () async throws(Fault) in
        throw Fault(
          .limit, "a summary keeps at most \(Self.limit) failures, and \(state.leftOut) more are not in the summary",
          nextStep: advice)
      } json: { () throws(Fault) in
        try Value.list(state.list + [rest]).json()
      })
  }
}
