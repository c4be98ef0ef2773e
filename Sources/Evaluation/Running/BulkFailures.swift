import Bulk
import JSONText
import Synchronization
import Values

/// The elements of a bulk change that failed, were refused, or whose outcome is unknown: `.failures` of its summary.
final class BulkFailures: Sendable {
  private struct State {
    var failures: [Int: Value] = [:]
    var isOverLimit = false
  }

  private let state = Mutex(State())
  /// The maximum number of failures that are kept.
  private static let limit = 1000

  /// Keeps an element with its error if its change failed; removes it if a late reply shows a success.
  func take(_ planned: BulkElement, _ outcome: Outcome, at index: Int) {
    if outcome.isGood {
      state.withLock { state in if !state.failures.isEmpty { state.failures[index] = nil } }
    } else if !outcome.isDropped {
      let failure: Value = .record(
        Record([
          ("source", planned.source ?? planned.element), ("element", planned.element),
          ("error", .record(Record(BulkRun.error(planned, outcome)))),
        ]))
      state.withLock { state in
        if state.failures.count < Self.limit || state.failures[index] != nil {
          state.failures[index] = failure
        } else {
          state.isOverLimit = true
        }
      }
    }
  }

  /// The failures in the order of their elements.
  ///
  /// If there were too many to keep, the value is a stream that throws when it is read.
  var value: Value {
    let state = state.withLock { $0 }
    guard state.isOverLimit else { return .list(state.failures.sorted { $0.key < $1.key }.map(\.value)) }
    return .stream(
      StreamValue { () async throws(Fault) in
        throw Fault(
          .limit, "a summary keeps at most \(Self.limit) failures",
          nextStep: "store all of them: failed: \"bad.ndjson\"")
      })
  }
}
