import Synchronization
import Values

/// Many changes with some of them in flight.
struct Changes: Sendable {
  let session: Session
  let window: Window
  /// Whether a failure does not stop it.
  let goesOn: Bool

  /// What came of all elements: their tally, and the values that flow on, in order.
  struct Result: Sendable {
    var tally = Tally()
    var flow: [(index: Int, value: Value)] = []
    /// Why there are no more elements, where that is an error.
    var stopped: Fault?
  }

  /// A change, or why there can be none, and the element it was made of.
  typealias Change = (mutation: Swift.Result<Mutation, Fault>, element: Value)

  /// Sends the changes that `next` makes, until it has no more or one fails; then waits for what is in flight.
  ///
  /// What came of elements before is counted on.
  func run(
    after before: Result = Result(), keepsFlow: Bool, _ next: () async throws(Fault) -> [Change]?
  ) async -> Result {
    let gathered = Mutex(before)
    let count = before.tally.count
    let stopped = await window.run(next) { index, change in
      let outcome: Mutation.Outcome =
        switch change.mutation {
        case .success(let mutation): await mutation.send(session)
        case .failure(let fault): .refused(fault)
        }
      gathered.withLock { result in
        result.tally.add(outcome, of: change.element, at: count + index)
        guard keepsFlow, case .done(let value) = outcome else { return }
        result.flow.append((index, value.isNull ? change.element : value))
      }
      return outcome.isGood || goesOn
    }
    var result = gathered.withLock { $0 }
    result.stopped = stopped
    result.flow.sort { $0.index < $1.index }
    return result
  }
}

extension Changes.Result {
  /// An error of the elements themselves, with what was done before it.
  func ended(_ fault: Fault, _ label: String) -> Fault {
    tally.hasSent ? fault.within("\(label): \(tally.text)").ending(5) : fault
  }
}

extension Mutation.Outcome {
  /// Whether the statement goes on after it: done, or absent where it was to be destroyed.
  var isGood: Bool {
    switch self {
    case .done, .absent: true
    case .failed, .unknown, .refused, .dropped: false
    }
  }

  /// Whether the request may have reached a service.
  var wasSent: Bool {
    switch self {
    case .done, .absent, .unknown: true
    case .failed(let fault): ![.noRoute, .connection, .timeout, .value].contains(fault.kind)
    case .refused, .dropped: false
    }
  }
}
