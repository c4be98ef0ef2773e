import Bulk
import Formats
import JSONText
import Synchronization
import Values

/// The file for a statement's elements that failed, were refused or are unknown, each a line of JSON with its error.
final class FailedFile: Sendable {
  private struct State {
    /// The length of the complete lines, in bytes.
    var length = 0
    /// The error of the first failed write, and the number of elements that the file lacks.
    var failure: Fault?
    var missing = 0
  }

  private let file: FileDescriptor
  private let state = Mutex(State())

  /// Opens the file, and empties it.
  init(_ path: String) throws(Fault) {
    file = try FileDescriptor.appending(to: path)
    file.truncate(to: 0)
  }

  /// The error of a failed write, with the number of elements that the file lacks; nil without one.
  var fault: Fault? {
    let state = state.withLock { $0 }
    return state.failure.map { failure in
      Fault(
        .file, "\(failure.message); \(state.missing) \(state.missing == 1 ? "element is" : "elements are") not in it",
        nextStep: "make room on the disk before the next run; let r = ... keeps the first 1000 in r.failures")
    }
  }

  /// Writes an element with its error; after a failed write the file ends with its last complete line.
  func write(_ planned: BulkElement, _ outcome: Outcome) {
    let element = (try? planned.element.json()) ?? .null
    var line = JSONObject([("source", (try? planned.source?.json()) ?? element), ("element", element)])
    if case .success(let proposal) = planned.proposal, let identity = proposal.change.identity {
      line["identity"] = .string(identity.text)
    }
    line["error"] = .object(BulkRun.error(planned, outcome))
    let bytes = JSONValue.object(line).encoded() + [0x0A]
    state.withLock { state in
      guard state.failure == nil else { return state.missing += 1 }
      do throws(Fault) {
        try file.write(bytes)
        state.length += bytes.count
      } catch {
        file.truncate(to: state.length)
        (state.failure, state.missing) = (error, 1)
      }
    }
  }
}
