import Bulk
import JSONText
import Synchronization
import Values

/// The elements of a bulk change that failed, were refused, or whose outcome is unknown: `.failures` of its summary.
final class BulkFailures: Sendable {
  private struct KeptFailures {
    var failures: [Int: Value] = [:]
    /// The number of failures that were not kept.
    var leftOut = 0

    /// The kept failures in the order of their elements.
    var list: [Value] { failures.sorted { $0.key < $1.key }.map(\.value) }
  }

  private let state = Mutex(KeptFailures())
  /// The maximum number of failures that are kept.
  private static let limit = 1000

  /// Keeps an element with its error if its change failed; removes the element if a late reply shows a success.
  func take(_ planned: BulkElement, _ outcome: Outcome, at index: Int) {
    if outcome.isGood {
      state.withLock { state in if !state.failures.isEmpty { state.failures[index] = nil } }
    } else if !outcome.isDropped {
      let error = BulkRun.error(planned, outcome)
      state.withLock { state in
        if state.failures.count < Self.limit || state.failures[index] != nil {
          state.failures[index] = Self.failure(planned.source, planned.input, error)
        } else {
          state.leftOut += 1
        }
      }
    }
  }

  private static func failure(_ source: Value, _ element: Value, _ error: JSONObject) -> Value {
    .record(Record([("source", source), ("element", element), ("error", .record(Record(error)))]))
  }

  /// The failures in the order of their elements, as a list.
  ///
  /// If some failures were not kept, the value is a stream that throws when a statement reads it. Its JSON is a list of
  /// the kept failures, followed by an element with the number of the others.
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
