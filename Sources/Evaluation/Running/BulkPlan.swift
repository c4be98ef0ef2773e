import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Synchronization
import Values

/// The plan of many changes, made by a stage such as `update` or by `destroy-all`; ``BulkRun`` carries it out.
struct BulkPlan {
  let arguments: Arguments
  let client: ClientValue
  let policy: SendingPolicy
  /// The user's consent to the destroys; nil if the plan destroys nothing.
  let consent: DestroyConsent?
  /// The source that builds the changes.
  let source: any BulkChangeSource
  /// The journal, the backup, and the limits and rate of the changes.
  var guards = Safeguards()
  /// Whether the changes are shown instead of being sent.
  var isDry = false
  /// The file for elements whose changes failed; nil without `failed:`.
  var failedFile: FailedElementsFile?
  /// Whether the summary counts created, updated and unchanged resources separately.
  var countsUpserts = false
  /// The carrier that sends the changes, such as a pool of workers; nil if the client sends them.
  var carrier: (any ChangeCarrier)?
  /// Whether a summary without failures is shown.
  var notesSummary = true

  /// The name in messages: `destroy posts`.
  var label: String { "\(arguments.name) \(client.name)" }
}

/// Builds the changes of a plan in portions; each portion begins after the changes of the previous one have ended.
protocol BulkChangeSource: AnyObject {
  /// Begins the next portion; returns false after the last portion.
  func begin() async throws(Fault) -> Bool

  /// Returns the next elements of the portion; nil at the end of the portion.
  func next() async throws(Fault) -> [BulkElement]?

  /// Receives the portion's elements that were not changed successfully.
  func keep(_ elements: [Value])

  /// The number of elements in all portions; nil if unknown.
  var total: Int? { get }

  /// A note to show when all changes have ended; nil without one.
  var endNote: String? { get }
}

extension BulkChangeSource {
  /// Returns whether there are more elements; takes the next elements from the source.
  func hasMore() async throws(Fault) -> Bool {
    if try await next() != nil { return true }
    guard try await begin() else { return false }
    return try await next() != nil
  }
}

/// An element of a bulk change, with its change or the error that occurred when the change was built.
final class BulkElement: PlannedElement {
  let element: Value
  /// The values named with `as`.
  let names: [Value]
  let proposal: Result<ChangeProposal, Fault>
  /// The resource that already has the requested values, so that nothing is sent; nil if a change is needed.
  let found: Value?
  /// The original element at the head of the pipeline, from which this element was made.
  let source: Value
  /// Whether `element` failed in an earlier stage, so that it is not the input of the changing stage.
  private let failedEarlier: Bool

  init(
    _ element: Value, names: [Value] = [], _ proposal: Result<ChangeProposal, Fault>, found: Value? = nil,
    source: Value? = nil, failedEarlier: Bool = false
  ) {
    self.element = element
    self.names = names
    self.proposal = proposal
    self.found = found
    self.source = source ?? element
    self.failedEarlier = failedEarlier
  }

  /// The input of the stage that changes data; null if the element failed in an earlier stage.
  var input: Value { failedEarlier ? .null : element }

  /// Creates the element of a create that was already sent and of which only the key was kept; the key takes the place
  /// of the element.
  convenience init(restoring change: Change, _ arguments: Arguments, _ client: ClientValue) {
    self.init(.string(change.key ?? ""), .success(ChangeProposal(restoring: change, arguments, client)))
  }

  /// Whether the element's change could not be built.
  var isFailure: Bool { if case .failure = proposal { true } else { false } }

  /// The type of the resource to change; empty if the change could not be built.
  var type: String { if case .success(let proposal) = proposal { proposal.change.target.type } else { "" } }

  var planned: Result<Change, UnsentReason> {
    switch proposal {
    case .success where found != nil: .failure(.same)
    case .success(let proposal): .success(proposal.change)
    case .failure(let fault): .failure(ClientError(failedRead: fault).map { .unprepared($0) } ?? .element(fault))
    }
  }
}

extension ClientError {
  /// Creates the client error of a failed read, after which no change could be built; nil if `fault` has another
  /// origin.
  fileprivate init?(failedRead fault: Fault) {
    guard let kind = Kind(rawValue: fault.kind.word), kind != .value, kind != .interrupted else { return nil }
    self.init(
      kind, fault.message, nextStep: fault.nextStep,
      errors: fault.errors.compactMap { $0.objectValue.map { ErrorDetail($0) } })
  }
}

extension Arguments {
  /// Returns the policy that the options set: the number of changes in flight, and whether a failure ends the
  /// statement.
  func policy(_ run: RunContext, _ client: ClientValue, label: String) throws(Fault) -> SendingPolicy {
    let session = run.session
    let window = try integer(.inFlight) ?? session.state.withLock(\.inFlight)
    let onError = try word("on-error", of: ["stop", "continue"])
    if onError == "stop", options["halt"] != nil, let argument = options["on-error"] {
      throw fault(needing: .withoutHalt, argument)
    }
    let timeout = client.client.timeout(try waitLimit(client)) ?? .zero
    var policy = SendingPolicy(
      window: window, continuesOnError: onError == "continue" || options["halt"] != nil, lateWait: timeout
    ) { count, limit in
      session.note(lateReplies: count, limit, label)
    }
    let arguments = self
    policy.restored = { BulkElement(restoring: $0, arguments, client) }
    policy.noteLookups = { session.note("\(label): looking up \($0) \($0 == 1 ? "change" : "changes")") }
    return policy
  }

  /// Returns the value of an option that must be one of the given words; nil without the option.
  func word(_ option: String, of words: [String]) throws(Fault) -> String? {
    guard let argument = options[option] else { return nil }
    let step = Compiler.wordStep(option, argument.value.label, words)
    guard case .string(let word) = argument.value else {
      throw fault(
        argument, .type, "\(name) \(option): needs a string, not \(argument.value.typeWithArticle)", nextStep: step)
    }
    guard words.contains(word) else {
      let known = Declaration.Option(name: option, shape: .string, summary: "", words: words).alternatives
      throw fault(argument, .value, "\(option): must be \(known), not \(word.quoted)", nextStep: step)
    }
    return word
  }
}
