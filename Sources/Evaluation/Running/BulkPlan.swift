import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Synchronization
import Values

/// The plan of a bulk change: the source of its changes, and the rules for sending them.
///
/// A stage such as `update`, or the command `destroy-all`, makes a plan. ``BulkRun`` carries out the plan.
struct BulkPlan {
  let arguments: Arguments
  let client: ClientValue
  let policy: SendingPolicy
  /// The user's consent to the destroys; nil if the plan destroys nothing.
  let consent: DestroyConsent?
  /// The source that builds the changes.
  let source: any BulkChangeSource
  /// The safeguards of the changes: the journal file, the backup file, and limits such as `rate:`.
  var guards = StatementSafeguards()
  /// The field that the option `key:` names, such as `email`; nil without the option.
  var keyField: String?
  /// Whether the run shows the changes instead of sending them.
  var isDry = false
  /// The file of the option `failed:`, for elements whose changes failed; nil if the option is missing.
  var failedFile: FailedElementsFile?
  /// Whether the summary has separate counts for created, updated and unchanged resources.
  var countsUpserts = false
  /// The carrier that sends the changes, such as a pool of workers; nil if the client sends them.
  var carrier: (any ChangeCarrier)?
  /// Whether the run shows its summary even if no change failed.
  var notesSummary = true

  /// The name of the statement in messages: `destroy posts`.
  var label: String { "\(arguments.name) \(client.name)" }
}

/// A source that builds the changes of a plan in portions.
///
/// A portion begins only after all changes of the previous portion have ended. For example, a portion of `destroy-all`
/// is one page of the list.
protocol BulkChangeSource: AnyObject {
  /// Begins the next portion of the changes, and returns true; returns false if there are no more portions.
  func begin() async throws(Fault) -> Bool

  /// Returns the next elements, with their changes; nil at the end of the current portion.
  func next() async throws(Fault) -> [BulkElement]?

  /// The collector of the elements whose change did not succeed; nil if the source does not read these elements.
  var failedElements: FailedElementCollector? { get }

  /// The number of elements in all portions; nil if unknown.
  var total: Int? { get }

  /// A note that the run shows when all changes have ended; nil if there is no note.
  var endNote: String? { get }
}

extension BulkChangeSource {
  /// Nil by default, so that the memory of a run does not grow with each failed element.
  var failedElements: FailedElementCollector? { nil }

  /// Returns whether the source has more elements.
  ///
  /// To find out, the function takes the next elements from the source. Later calls of ``next()`` do not return these
  /// elements. Call the function only if the run sends no further changes.
  func hasMore() async throws(Fault) -> Bool {
    if try await next() != nil { return true }
    guard try await begin() else { return false }
    return try await next() != nil
  }
}

/// An element of a bulk change, with its change, or with the error that occurred when the stage built the change.
final class BulkElement: PlannedElement {
  let element: Value
  /// The values of the names that the stage `as` defined for this element.
  let names: [Value]
  let prepared: Result<PreparedChange, Fault>
  /// The resource that already has the requested values; nil if the resource needs the change.
  ///
  /// If the value is not nil, the run sends nothing for this element.
  let found: Value?
  /// The original element, from which the earlier stages of the pipeline made ``element``.
  ///
  /// Nil if no earlier stage changed the element, or if no report shows the original element.
  private let head: Value?
  /// Whether an earlier stage of the pipeline failed for this element.
  ///
  /// If so, `element` is the input of the stage that failed, and not the input of the stage that changes data.
  private let failedEarlier: Bool

  init(
    _ element: Value, names: [Value] = [], _ prepared: Result<PreparedChange, Fault>, found: Value? = nil,
    source: Value? = nil, failedEarlier: Bool = false
  ) {
    self.element = element
    self.names = names
    self.prepared = prepared
    self.found = found
    head = source
    self.failedEarlier = failedEarlier
  }

  /// The original element, before the earlier stages of the pipeline changed it.
  var source: Value { head ?? element }

  /// The input of the stage that changes data; null if an earlier stage failed for this element.
  var input: Value { failedEarlier ? .null : element }

  /// Rebuilds the element of a `create` request that the statement has already sent.
  ///
  /// The statement has not kept the original value. Therefore the value of ``element`` is the value of the option
  /// `key:`.
  convenience init(restoring change: Change, _ arguments: Arguments, _ client: ClientValue) {
    self.init(.string(change.key ?? ""), .success(PreparedChange(restoring: change, arguments, client)))
  }

  /// Whether the stage could not build the element's change.
  var isFailure: Bool { if case .failure = prepared { true } else { false } }

  /// The JSON:API type of the resource to change; empty if the stage could not build the change.
  var type: String { if case .success(let prepared) = prepared { prepared.change.target.type } else { "" } }

  /// Whether it is harmless to carry out the change twice, as for a destroy or an update.
  var isHarmlessTwice: Bool {
    switch (try? prepared.get())?.change.verb {
    case .destroy, .update, .relink: true
    case .create, .link, .unlink, .call, nil: false
    }
  }

  var planned: Result<Change, UnsentReason> {
    switch prepared {
    case .success where found != nil: .failure(.same)
    case .success(let prepared): .success(prepared.change)
    case .failure(let fault): .failure(ClientError(failedRead: fault).map { .unprepared($0) } ?? .element(fault))
    }
  }
}

extension ClientError {
  /// Creates a client error from the error of a failed read; nil if `fault` is not the error of a read.
  ///
  /// The read failed before the stage could build a change.
  fileprivate init?(failedRead fault: Fault) {
    guard let kind = Kind(rawValue: fault.kind.word), kind != .value, kind != .interrupted else { return nil }
    self.init(
      kind, fault.message, nextStep: fault.nextStep,
      errors: fault.errors.compactMap { $0.objectValue.map { ErrorDetail($0) } })
  }
}

extension Arguments {
  /// Returns the policy for sending changes, which the options of the statement set.
  ///
  /// The policy contains the maximum number of changes in flight. It also says whether a failure ends the statement.
  func policy(_ run: StatementContext, _ client: ClientValue, label: String) throws(Fault) -> SendingPolicy {
    let session = run.session
    let onError = try word("on-error", of: ["stop", "continue"])
    if onError == "stop", options["halt"] != nil, let argument = options["on-error"] {
      throw fault(needing: .withoutHalt, argument)
    }
    let timeout = client.client.timeout(try waitLimit(client)) ?? .zero
    var policy = SendingPolicy(
      window: try inFlight(session), continuesOnError: onError == "continue" || options["halt"] != nil,
      lateWait: timeout
    ) { count, limit in
      session.note(lateReplies: count, limit, label)
    }
    policy.noteWorkerWait = { wait in
      session.note(
        "\(label): waiting \(wait.components.seconds + 1) s: during this time, a worker may still send changes that "
          + "got no reply")
    }
    let arguments = self
    policy.restored = { BulkElement(restoring: $0, arguments, client) }
    policy.noteLookups = { session.note("\(label): looking up \($0) \($0 == 1 ? "change" : "changes")") }
    return policy
  }

  /// Returns the maximum number of requests in flight, which the option `in-flight:` or `set in-flight:` sets.
  func inFlight(_ session: Session) throws(Fault) -> Int {
    try integer(.inFlight) ?? session.state.withLock(\.inFlight)
  }

  /// Returns the value of an option that must be one of the given words, such as `on-error:`.
  ///
  /// Returns nil if the option is missing.
  func word(_ option: String, of words: [String]) throws(Fault) -> String? {
    guard let argument = options[option] else { return nil }
    let step = Compiler.wordStep(option, argument.value.label, words)
    guard case .string(let word) = argument.value else {
      throw fault(
        argument, .type,
        "the option \(option): of \(name.asOptionOwner) needs a string, not \(argument.value.typeWithArticle)",
        nextStep: step)
    }
    guard words.contains(word) else {
      let known = CommandDeclaration.Option(name: option, shape: .string, summary: "", words: words).alternatives
      throw fault(argument, .value, "the option \(option): must be \(known), not \(word.quoted)", nextStep: step)
    }
    return word
  }
}
