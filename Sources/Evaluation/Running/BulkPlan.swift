import Client
import Synchronization
import Bulk
import JSONText
import Language
import Values

/// What a sink or `destroy-all` is about to change: ``BulkRun`` carries it out by the dispatcher.
struct BulkPlan {
  let arguments: Arguments
  let client: ClientValue
  let policy: Policy
  /// What was agreed to, where it destroys.
  let consent: Consent?
  /// Where its changes come from.
  let source: any BulkSource
  /// Its journal, limits and rate.
  var guards = Safeguards()
  /// Whether its changes are shown and not sent.
  var isDry = false
  /// Where elements are written that did not end well.
  var failedFile: FailedFile?
  /// Whether its summary tells what was created, updated and same.
  var countsUpserts = false
  /// What sends its changes, if its client alone does not.
  var carrier: (any Carrier)?
  /// Whether a summary is noted where all went well.
  var notesSummary = true

  /// What messages call it: `destroy posts`.
  var label: String { "\(arguments.name) \(client.name)" }
}

/// The changes of a plan, in portions: one begins after the one before has ended.
protocol BulkSource: AnyObject {
  /// Begins the next portion; false after the last.
  func begin() async throws(Fault) -> Bool

  /// The next elements of the portion; nil at its end.
  func next() async throws(Fault) -> [BulkElement]?

  /// Takes the elements of the portion that did not end well.
  func keep(_ elements: [Value])

  /// How many elements there are; nil if that is not known.
  var total: Int? { get }

  /// Notes of the source, for the end.
  var endNote: String? { get }
}

/// An element of a bulk change, with the change that was made of it or why there is none.
final class BulkElement: PlannedElement {
  let element: Value
  /// The values that `as` gave names to on its way.
  let names: [Value]
  let proposal: Result<Proposal, Fault>
  /// Its resource, if that is as the change would make it: then nothing is sent.
  let found: Value?
  /// The element at the pipeline's head that it was made of, where that is known.
  let source: Value?

  init(
    _ element: Value, names: [Value] = [], _ proposal: Result<Proposal, Fault>, found: Value? = nil,
    source: Value? = nil
  ) {
    self.element = element
    self.names = names
    self.proposal = proposal
    self.found = found
    self.source = source
  }

  /// Whether there is no change of it, for an error.
  var isFailure: Bool { if case .failure = proposal { true } else { false } }

  /// The type of its resource.
  var type: String { if case .success(let proposal) = proposal { proposal.change.target.type } else { "" } }

  var planned: Result<Change, Refusal> {
    switch proposal {
    case .success where found != nil: .failure(.same)
    case .success(let proposal): .success(proposal.change)
    case .failure(let fault): .failure(.element(fault))
    }
  }
}

extension Arguments {
  /// How many changes are in flight, and what a failure does.
  func policy(_ run: Run, _ client: ClientValue, label: String) throws(Fault) -> Policy {
    let session = run.session
    let window = try integer("in-flight", least: 1) ?? session.state.withLock(\.inFlight)
    let onError = try word("on-error", of: ["stop", "continue"]) ?? "stop"
    let timeout = client.client.timeout(try patience(client)) ?? .zero
    var policy = Policy(
      window: window, continuesOnError: onError == "continue" || options["halt"] != nil, lateWait: timeout
    ) { count, limit in
      session.note("\(label): waiting up to \(limit.text) for \(count) late \(count == 1 ? "reply" : "replies")")
    }
    policy.noteLookups = { session.note("\(label): looking up \($0) \($0 == 1 ? "change" : "changes")") }
    return policy
  }

  /// One of the words that an option takes.
  func word(_ option: String, of words: [String]) throws(Fault) -> String? {
    guard let argument = options[option], let word = try string(option) else { return nil }
    guard words.contains(word) else {
      let known = words.map { "\"\($0)\"" }.joined(separator: " or ")
      throw fault(
        argument, .value, "\(option): is \(known), not \"\(word)\"",
        nextStep: nearest(to: word, among: words).map { "did you mean \"\($0)\"?" })
    }
    return word
  }
}
