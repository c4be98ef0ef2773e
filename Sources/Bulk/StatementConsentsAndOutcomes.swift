public import Client
import Synchronization

/// The state that an outermost statement shares with all its loops and blocks.
///
/// The state contains the user's consents to destroy resources, the notes already shown, and the outcomes of commands
/// in loops and blocks. A stage such as `| create` counts its own outcomes.
public final class StatementConsentsAndOutcomes: Sendable {
  private struct ConsentsTalliesAndWatch {
    var consents: [ConsentCoverage: DestroyConsent] = [:]
    var noted: Set<String> = []
    /// The events of which only the first one became a note, with their numbers.
    var repeated: [String: (count: Int, text: @Sendable (Int) -> String)] = [:]
    /// The counts of outcomes, for each command's name and client.
    var tallies: [(verb: String, client: String, tally: OutcomeTally)] = []
    /// The watch for late replies; nil if all changes got a reply in time.
    var watch: LateReplies.LateReplyWatch?
    /// The longest timeout of a change that got no reply in time.
    var lateWait = Duration.zero
  }

  /// The state of the run to which the statement belongs.
  public let run: RunWideSafeguards
  /// Whether the statement contains a command or a stage that changes data.
  public let changesData: Bool
  private let state = Mutex(ConsentsTalliesAndWatch())

  /// Creates the state of a statement.
  public init(_ run: RunWideSafeguards, changesData: Bool = false) { (self.run, self.changesData) = (run, changesData) }

  /// Returns the user's stored consent for the changes in a scope; nil if no consent is stored.
  public func consent(for subject: ConsentCoverage) -> DestroyConsent? { state.withLock { $0.consents[subject] } }

  /// Stores the user's consent for the changes in a scope.
  public func keep(_ consent: DestroyConsent, for subject: ConsentCoverage) {
    state.withLock { $0.consents[subject] = consent }
  }

  /// Returns whether a note is shown for the first time in this statement, and marks the note as shown.
  public func isNew(note key: String) -> Bool { state.withLock { $0.noted.insert(key).inserted } }

  /// Counts an event, and returns whether it is the first event with this key in the statement.
  ///
  /// Only the first event becomes a note of its own. At the end of the statement, `text` returns one note for all
  /// events.
  public func isFirst(event key: String, text: @escaping @Sendable (Int) -> String) -> Bool {
    state.withLock { state in
      let count = (state.repeated[key]?.count ?? 0) + 1
      state.repeated[key] = (count, state.repeated[key]?.text ?? text)
      return count == 1
    }
  }

  /// Returns the notes about the events that occurred several times, and forgets these events.
  public func takeRepeatedEvents() -> [String] {
    let repeated = state.withLock { state in
      defer { state.repeated = [:] }
      return state.repeated
    }
    return repeated.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { $0.value.text($0.value.count) }
  }

  /// Counts the outcome of a change that a command sent.
  ///
  /// If the change got no reply in time, a late reply can still replace the outcome.
  ///
  /// - Parameters:
  ///   - outcome: The outcome.
  ///   - change: The change.
  ///   - verb: The command's name.
  ///   - client: The client's name.
  ///   - lateReplies: The object that receives late replies on the client's connection; nil if the statement ignores
  ///     them.
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

  /// Waits for late replies to the changes that got no reply in time.
  ///
  /// The maximum time to wait is the longest timeout of these changes. If a reply arrives after this time, the user
  /// gets a note.
  ///
  /// - Parameter note: Shows a note with the number of expected late replies and the maximum time to wait.
  /// - Returns: Whether the function waited.
  public func settled(note: (Int, Duration) -> Void) async -> Bool {
    let (watch, limit) = state.withLock { ($0.watch, $0.lateWait) }
    defer { watch?.end() }
    return await watch?.waited(within: limit, note: note) ?? false
  }

  /// The counts of outcomes of all commands together, such as `("ok", 3)`, in the order of a summary.
  ///
  /// Empty if no command has sent a change.
  public var counts: [(word: String, count: Int)] {
    let tallies = state.withLock(\.tallies)
    guard let first = tallies.first else { return [] }
    return tallies.dropFirst().reduce(first.tally.counts) { sum, own in
      zip(sum, own.tally.counts).map { ($0.word, $0.count + $1.count) }
    }
  }

  /// The counts of outcomes for each command and client, with a label such as `create people`.
  ///
  /// The list is in the order of the first changes.
  public var tallies: [(label: String, tally: OutcomeTally)] {
    state.withLock { $0.tallies.map { ("\($0.verb) \($0.client)", $0.tally) } }
  }
}

/// A placeholder element, for the change of a command.
///
/// A tally needs an element for each change, but a command has no input with elements.
private final class NoElement: PlannedElement {
  static let one = NoElement()
  var planned: Result<Change, UnsentReason> { .failure(.runLimit(0)) }
}
