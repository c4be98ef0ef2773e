public import Client
import Synchronization

/// The state of an outermost statement with all its loops and blocks: its consents, its shown notes, and the outcomes
/// of the changes that its commands send.
///
/// Only commands in loops and blocks are counted here. A stage such as `| create` counts the outcomes of its changes
/// itself.
public final class StatementSafeguards: Sendable {
  private struct State {
    var consents: [ConsentScope: DestroyConsent] = [:]
    var noted: Set<String> = []
    /// The tallies of the changes that commands sent, by verb and client.
    var tallies: [(verb: String, client: String, tally: OutcomeTally)] = []
    /// Waits for late replies to unknown changes; nil without unknown changes.
    var watch: LateReplies.LateReplyWatch?
    /// The longest timeout of an unknown change.
    var lateWait = Duration.zero
  }

  /// The state of the run.
  public let run: RunSafeguards
  /// Whether the statement's text contains a change.
  public let changesData: Bool
  private let state = Mutex(State())

  /// Creates the state of a statement.
  public init(_ run: RunSafeguards, changesData: Bool = false) { (self.run, self.changesData) = (run, changesData) }

  /// Returns the stored consent for the changes of a scope; nil without one.
  public func consent(for subject: ConsentScope) -> DestroyConsent? { state.withLock { $0.consents[subject] } }

  /// Stores a consent.
  public func keep(_ consent: DestroyConsent, for subject: ConsentScope) {
    state.withLock { $0.consents[subject] = consent }
  }

  /// Returns whether a note is shown for the first time, and marks it as shown.
  public func isNew(note key: String) -> Bool { state.withLock { $0.noted.insert(key).inserted } }

  /// Counts the outcome of a change that a command sent; a late reply to an unknown change replaces the change's
  /// outcome.
  ///
  /// - Parameters:
  ///   - outcome: The outcome.
  ///   - change: The change.
  ///   - verb: The command's name.
  ///   - client: The client's name.
  ///   - lateReplies: The late replies of the client's connection; nil if late replies are not watched.
  public func add(_ outcome: Outcome, of change: Change, _ verb: String, _ client: String, _ lateReplies: LateReplies?)
  {
    let (index, place) = state.withLock { state in
      let index = state.tallies.firstIndex { $0.verb == verb && $0.client == client } ?? state.tallies.endIndex
      if index == state.tallies.endIndex { state.tallies.append((verb, client, OutcomeTally())) }
      let place = state.tallies[index].tally.count
      state.tallies[index].tally.add(outcome, of: NoElement.one, at: place)
      return (index, place)
    }
    guard case .unknown(let error) = outcome, let lateReplies else { return }
    let watch = state.withLock { state in
      let watch = state.watch ?? lateReplies.watch()
      (state.watch, state.lateWait) = (watch, max(state.lateWait, change.timeout ?? .zero))
      return watch
    }
    watch.add(error) { [self] reply in
      state.withLock {
        $0.tallies[index].tally.settle(Outcome(late: reply, of: change), of: NoElement.one, at: place)
      }
    }
  }

  /// Waits for late replies to unknown changes, but not longer than the longest timeout of these changes.
  ///
  /// A reply that arrives after this wait becomes a note.
  ///
  /// - Parameter note: Shows a note with the number of expected late replies and the limit of the wait.
  /// - Returns: Whether there was a wait.
  public func settled(note: (Int, Duration) -> Void) async -> Bool {
    let (watch, limit) = state.withLock { ($0.watch, $0.lateWait) }
    defer { watch?.end() }
    return await watch?.waited(within: limit, note: note) ?? false
  }

  /// The counts of the changes that commands sent, by name, in the order of summaries; empty without such changes.
  public var counts: [(word: String, count: Int)] {
    let tallies = state.withLock(\.tallies)
    guard let first = tallies.first else { return [] }
    return tallies.dropFirst().reduce(first.tally.counts) { sum, own in
      zip(sum, own.tally.counts).map { ($0.word, $0.count + $1.count) }
    }
  }

  /// The tallies of the changes that commands sent, labelled with verb and client, in the order of their first changes.
  public var tallies: [(label: String, tally: OutcomeTally)] {
    state.withLock { $0.tallies.map { ("\($0.verb) \($0.client)", $0.tally) } }
  }
}

/// A placeholder for changes without an element.
private final class NoElement: PlannedElement {
  static let one = NoElement()
  var planned: Result<Change, UnsentReason> { .failure(.runLimit(0)) }
}
