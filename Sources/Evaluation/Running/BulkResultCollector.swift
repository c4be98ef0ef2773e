import Bulk
import JSONText
import Synchronization
import Values

/// Collects the results of a stage's changes as the replies arrive.
///
/// The results are the values for the next stage, and the elements whose changes did not succeed.
final class BulkResultCollector: Sendable {
  private struct CollectedResults {
    /// The values for the next stage, each with the position of its element and the values that `as` named.
    var flow: [(index: Int, value: Value, names: [Value])] = []
    /// The elements of a portion whose changes did not succeed.
    var kept: [Value] = []
  }

  private let state = Mutex(CollectedResults())

  /// Collects the result of an element's change; stores a value for the next stage only if `keepsFlow` is true.
  func take(_ planned: BulkElement, _ outcome: Outcome, at index: Int, keepsFlow: Bool, _ session: Session) {
    if keepsFlow, let found = planned.found {
      state.withLock { $0.flow.append((index, found, planned.names)) }
    } else if keepsFlow, case .done(let reply) = outcome, case .success(let proposal) = planned.proposal {
      let value = proposal.value(of: reply, session)
      state.withLock { $0.flow.append((index, value.isNull ? planned.element : value, planned.names)) }
    } else if keepsFlow, let id = outcome.idWithoutReply {
      let identifier = id.map { ResourceValue(["type": .string(planned.type), "id": .string($0)]) }
      state.withLock { $0.flow.append((index, identifier.map { .resource($0) } ?? planned.element, planned.names)) }
    } else if case .done(let reply) = outcome, case .success(let proposal) = planned.proposal {
      proposal.noteOther(reply, session)
    } else if !outcome.isGood {
      state.withLock { $0.kept.append(planned.element) }
    }
  }

  /// Returns those elements since the last call whose changes did not succeed.
  func takeKept() -> [Value] {
    state.withLock { state in
      defer { state.kept = [] }
      return state.kept
    }
  }

  /// The values for the next stage, in the order of their elements.
  var page: ElementPage {
    let flow = state.withLock(\.flow).sorted { $0.index < $1.index }
    let names = flow.map(\.names)
    return ElementPage(flow.map(\.value), names: names.first?.isEmpty ?? true ? [] : names)
  }
}

extension Outcome {
  /// The id of a resource that an earlier run changed, or that a lookup found; no reply of this run contains the id.
  ///
  /// The outer optional is nil for all other outcomes. The inner optional is nil if the id is unknown.
  fileprivate var idWithoutReply: String?? {
    switch self {
    case .before(let id), .found(let id): .some(id)
    default: nil
    }
  }
}
