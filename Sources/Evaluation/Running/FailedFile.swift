import Bulk
import Formats
import JSONText
import Synchronization
import Values

/// The file for a statement's elements that failed, were refused or are unknown, each a line of JSON with its error.
final class FailedFile: Sendable {
  private let file: FileDescriptor
  private let failure = Mutex<Fault?>(nil)

  /// Opens the file, and empties it.
  init(_ path: String) throws(Fault) {
    file = try FileDescriptor.appending(to: path)
    file.truncate(to: 0)
  }

  /// The error of a failed write.
  var fault: Fault? { failure.withLock { $0 } }

  /// Writes an element with its error.
  func write(_ planned: BulkElement, _ outcome: Outcome) {
    let element = (try? planned.element.json()) ?? .null
    var line = JSONObject([("source", (try? planned.source?.json()) ?? element), ("element", element)])
    if case .success(let proposal) = planned.proposal, let identity = proposal.change.identity {
      line["identity"] = .string(identity.text)
    }
    line["error"] = .object(BulkRun.error(planned, outcome))
    failure.withLock { failure in
      guard failure == nil else { return }
      do throws(Fault) { try file.write(JSONValue.object(line).encoded() + [0x0A]) } catch { failure = error }
    }
  }
}
