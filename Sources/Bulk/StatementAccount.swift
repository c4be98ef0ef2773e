import Synchronization

/// What holds for an outermost statement, whatever loops and blocks it has: what was agreed to, what was noted, and how
/// its single changes ended.
public final class StatementAccount: Sendable {
  private struct State {
    var consents: [ConsentSubject: Consent] = [:]
    var noted: Set<String> = []
    /// How the changes outside sinks ended, by verb and client.
    var tallies: [(verb: String, client: String, tally: Tally)] = []
  }

  /// The run's account.
  public let run: RunAccount
  /// Whether its text contains a change.
  public let changesData: Bool
  private let state = Mutex(State())

  /// Creates the account of a statement.
  public init(_ run: RunAccount, changesData: Bool = false) { (self.run, self.changesData) = (run, changesData) }

  /// The permission that was given for a subject.
  public func consent(for subject: ConsentSubject) -> Consent? { state.withLock { $0.consents[subject] } }

  /// Keeps a permission.
  public func keep(_ consent: Consent, for subject: ConsentSubject) {
    state.withLock { $0.consents[subject] = consent }
  }

  /// Whether a note was not shown before; it counts as shown from now on.
  public func isNew(note key: String) -> Bool { state.withLock { $0.noted.insert(key).inserted } }

  /// Counts a change outside a sink.
  public func add(_ outcome: Outcome, _ verb: String, _ client: String) {
    state.withLock { state in
      let index = state.tallies.firstIndex { $0.verb == verb && $0.client == client } ?? state.tallies.endIndex
      if index == state.tallies.endIndex { state.tallies.append((verb, client, Tally())) }
      state.tallies[index].tally.add(outcome, of: NoElement.one, at: state.tallies[index].tally.count)
    }
  }

  /// How the changes outside sinks ended, by verb and client, in the order of their first ones.
  public var tallies: [(label: String, tally: Tally)] {
    state.withLock { $0.tallies.map { ("\($0.verb) \($0.client)", $0.tally) } }
  }
}

/// The element of a change that belongs to none.
private final class NoElement: PlannedElement {
  static let one = NoElement()
  var planned: Result<Change, Refusal> { .failure(.runLimit(0)) }
}
