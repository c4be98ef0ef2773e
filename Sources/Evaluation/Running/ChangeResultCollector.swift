import Bulk
import Client
import JSONText
import Synchronization
import Values

/// Collects the results of a stage's changes as the replies arrive.
///
/// The results are the values for the next stage.
final class ChangeResultCollector: Sendable {
  private struct CollectedResults {
    /// The values for the next stage.
    var flow = OrderedElementBuffer()
    /// The error that occurred when the collector wrote the values to a temporary file; nil if there is no error.
    var fault: Fault?
  }

  private let state = Mutex(CollectedResults())
  /// The field in the stage's option `key:`, such as `email`; nil if the stage does not have the option.
  private let keyField: String?

  init(keyField: String?) { self.keyField = keyField }

  /// Collects the result of an element's change; stores a value for the next stage only if `keepsFlow` is true.
  func take(_ planned: BulkElement, _ outcome: Outcome, at index: Int, keepsFlow: Bool, _ session: Session) {
    if let keyField, case .done(let reply) = outcome, case .success(let prepared) = planned.prepared {
      prepared.noteChangedKey(keyField, reply, session)
    }
    let value = keepsFlow ? Self.value(for: planned, outcome, session) : nil
    if keepsFlow {
      state.withLock { state in
        guard state.fault == nil else { return }
        do throws(Fault) { try state.flow.take(value, planned.names, at: index) } catch { state.fault = error }
      }
    }
    guard value == nil else { return }
    if case .done(let reply) = outcome, case .success(let prepared) = planned.prepared {
      prepared.noteOther(reply, session)
    }
  }

  /// Returns the value that the next stage gets for an element; nil if the element's change did not succeed.
  private static func value(for planned: BulkElement, _ outcome: Outcome, _ session: Session) -> Value? {
    if let found = planned.found { return found }
    if let reply = outcome.reply, case .success(let prepared) = planned.prepared {
      let value = prepared.value(of: reply, session)
      return value.isNull ? planned.element : value
    }
    guard let id = outcome.idWithoutReply else { return nil }
    let identifier = id.map { ResourceValue(["type": .string(planned.type), "id": .string($0)]) }
    return identifier.map { .resource($0) } ?? planned.element
  }

  /// Throws the error that occurred when the collector wrote the values to a temporary file.
  ///
  /// The statement then sends no further changes, because it could not store their results.
  func check() throws(Fault) { if let fault = state.withLock(\.fault) { throw fault } }

  /// Returns the values for the next stage, in the order of their elements.
  func elements() -> ElementStream { state.withLock(\.flow).elements() }
}

/// A collector of the elements of a portion whose changes did not succeed.
final class FailedElementCollector: Sendable {
  private let elements = Mutex<[Value]>([])

  /// Adds an element whose change did not succeed.
  func add(_ element: Value) { elements.withLock { $0.append(element) } }

  /// Returns the elements, except those that an earlier call returned.
  func take() -> [Value] {
    elements.withLock { elements in
      defer { elements = [] }
      return elements
    }
  }
}

extension Outcome {
  /// The id of the changed resource, for a change that succeeded without a reply in this run.
  ///
  /// This is a change that an earlier run carried out, or that a lookup found. The outer optional is nil for all other
  /// outcomes. The inner optional is nil if the id is unknown.
  fileprivate var idWithoutReply: String?? {
    switch self {
    case .before(let id), .found(let id, _): .some(id)
    default: nil
    }
  }

  /// The reply to the change, or the resource that a lookup read instead; nil for all other outcomes.
  fileprivate var reply: ChangeResult? {
    switch self {
    case .done(let reply): reply
    case .found(_, let reply): reply
    default: nil
    }
  }
}
