import JSONRPC
public import Bulk
import Client
import JSONAPI
import JSONText
import Language
public import Values

extension StatementContext {
  /// Sends one change with the dispatcher, and returns the value of its reply.
  ///
  /// The function is inlined to save an asynchronous call for each request.
  ///
  /// - Parameters:
  ///   - prepared: The change.
  ///   - step: The role of the change in the command's sequence, such as the last change; nil if the command sends only
  ///     this change.
  /// - Returns: The value of the reply.
  /// - Throws: The error of the change, which marks the arguments that caused the error.
  @inline(__always) func change(_ prepared: PreparedChange, _ step: IterationResumeHints? = nil) async throws(Fault)
    -> Value
  {
    if isDry(prepared.arguments) { return dryValue(of: prepared) }
    let isOneOfMany = prepared.change.destroys && !prepared.arguments.isOnce
    let consent = isOneOfMany ? try await self.consent(to: prepared) : nil
    session.note(notSentOf: prepared)
    if session.account.control.isPaused, prepared.arguments.isOnce {
      session.note("\(prepared.label): not sent yet, because retort ctl has paused the changes")
    }
    if prepared.change.verb == .create, !prepared.arguments.isSingle { session.consumers.begin(prepared.client) }
    var guards = StatementSafeguards()
    if let step { guards.step = step }
    guards.step.isLast =
      iteration != nil && step?.isLast ?? true && lastCommands.contains(prepared.arguments.range)
    let dispatcher = session.dispatcher(self, prepared.client, guards: guards)
    let outcome = await dispatcher.send(prepared.change, consent: consent)
    if !prepared.arguments.isSingle {
      statement.add(
        outcome, of: prepared.change, prepared.arguments.name, prepared.client.name, session.host.lateReplies)
    }
    guard case .done(let reply) = outcome else { throw await fault(of: outcome, prepared) }
    return prepared.value(of: reply, session)
  }

  /// Shows the change of a dry run, and returns the value that the command would have after a successful reply.
  private func dryValue(of prepared: PreparedChange) -> Value {
    session.note(dry: prepared)
    return prepared.value(of: session.dryRun.carry(prepared.change), session)
  }

  /// Gets the user's consent to a destroy that a loop can repeat.
  private func consent(to prepared: PreparedChange) async throws(Fault) -> DestroyConsent {
    let verb = prepared.change.verb == .call ? "call \(prepared.change.method)" : prepared.arguments.name
    return try await consent(
      to: DestroyConsentRequest(verb: verb, client: prepared.client, isOneByOne: true), prepared.arguments)
  }

  /// Returns the error of a change that was not carried out, or whose outcome is unknown.
  ///
  /// If no reply arrived and `isExplained` is true, the error also says what the broker knows about the queue.
  func fault(of outcome: Outcome, _ prepared: PreparedChange, isExplained: Bool = true) async -> Fault {
    switch outcome {
    case .done, .before, .found, .same, .skipped: return Fault(.interrupted, "interrupted")
    case .refused(let refusal): return Fault(refusal, prepared.arguments)
    case .absent(let error), .failed(let error), .unknown(let error), .dropped(let error):
      let explained = isExplained ? await prepared.client.explained(error) : error
      return Fault(explained, prepared.arguments, record: prepared.record)
    }
  }
}

extension Session {
  /// Creates the dispatcher that sends a statement's changes.
  ///
  /// The client sends the changes, or `carrier` if it is not nil. A carrier is, for example, a pool of workers. In a
  /// dry run, nothing is sent.
  func dispatcher(
    _ run: StatementContext, _ client: ClientValue, isDry: Bool = false,
    guards: consuming StatementSafeguards = StatementSafeguards(),
    carrier: (any ChangeCarrier)? = nil
  ) -> ChangeDispatcher {
    let statement = run.statement
    if isDry { return ChangeDispatcher(statement, dryRun, lateReplies: nil, guards: guards) }
    guards.iteration = run.iteration
    guards.step.ownHost = OwnHostName.name
    if client.connection.protection == .readOnly { guards.readOnly = client.connection.label }
    if let carrier {
      let lateReplies = carrier.hasLateReplies ? host.lateReplies : nil
      return ChangeDispatcher(statement, carrier, lateReplies: lateReplies, guards: guards)
    }
    return ChangeDispatcher(statement, ClientCarrier(client.client), lateReplies: host.lateReplies, guards: guards)
  }

  /// Shows a change of a dry run, as the JSON-RPC request that a real run sends.
  func note(dry prepared: PreparedChange) {
    let request: JSONObject = [
      "jsonrpc": "2.0", "method": .string(prepared.change.method),
      "params": .object(prepared.change.params.hidingSecrets),
    ]
    // If the queue's name equals the type, the label does not contain the queue's name. The note then adds the name.
    let client = prepared.client
    let queue = client.queue == client.client.type ? " (queue \(client.queue))" : ""
    note("dry run, not sent: \(prepared.label)\(queue) \(JSONValue.object(request).text)")
    if prepared.client.connection.protection == .readOnly {
      let connection = prepared.client.connection.label
      note("\(prepared.label): a real run is refused, because the connection \(connection) is read-only")
    }
  }

  /// Shows the first change of a dry run as a whole request, and the next four by their id or key.
  ///
  /// `sample` is the number of earlier changes. The result is `sample` plus one.
  func note(dry prepared: PreparedChange, sample: Int) -> Int {
    if sample == 0 { note(dry: prepared) }
    if 1..<5 ~= sample {
      let change = prepared.change
      let subject = change.id ?? change.key ?? change.relationship
      note("dry run, not sent: \(prepared.label)\(subject.map { " \($0)" } ?? "")")
    }
    return sample + 1
  }

  /// Shows a note about the relationships that a create omits from its request.
  func note(notSentOf prepared: PreparedChange) {
    if !prepared.notLoaded.isEmpty { note(notLoaded: prepared.notLoaded, of: prepared.client.name, "not sent") }
  }
}

extension Fault {
  /// Creates the error of a change that was not sent.
  ///
  /// In a dry run, the message does not say that earlier changes were sent.
  convenience init(_ refusal: UnsentReason, _ arguments: Arguments, isDry: Bool = false) {
    switch refusal {
    case .streamed(let queue): self.init(streamed: queue, arguments.name)
    case .runLimit(let limit):
      self.init(
        .limit,
        "the run would destroy more resources than --yes=\(limit) allows"
          + (isDry ? "" : "; \(limit) destroys were already sent"),
        nextStep: "raise N in --yes=N")
    case .statementLimit(let limit, let isConfirmed):
      self.init(
        .limit,
        isConfirmed
          ? "\(arguments.name) would destroy more than the confirmed number of resources, \(limit)"
            + (isDry ? "" : "; \(limit) destroys were already sent")
          : "\(arguments.name) would destroy more resources than the limit max: \(limit) allows",
        nextStep: isConfirmed
          ? "run the statement again: retort asks about the remaining resources; in a loop over a list of ids, first remove the ids of the destroyed resources"
          : arguments.stepAfterMax)
    case .repeated(let identity):
      self.init(
        .value, "\(identity.text) occurs twice in the statement", at: [MarkedSourceRange(arguments.range)],
        in: arguments.source,
        nextStep: "keep only the first element with each value: | unique .FIELD")
    case .otherContent(let identity):
      self.init(
        .value, "the journal records \(identity.text) as done, but with other content",
        at: [MarkedSourceRange(arguments.range)],
        in: arguments.source,
        nextStep:
          "retort did not send the change again, because an expression such as .views + 1 could then add 1 twice; "
          + "read the resource with show; if the change is missing, send it in a new statement")
    case .same: self.init(.value, "\(arguments.name) changes nothing")
    case .guarded(let connection):
      self.init(
        .refused, "\(arguments.name): the connection \(connection) is read-only",
        at: [MarkedSourceRange(arguments.range)],
        in: arguments.source, nextStep: "to allow changes, disconnect, and connect again without the option guard:")
    case .unprepared(let error): self.init(copy: Fault(error, arguments))
    case .element(let error):
      switch error {
      case let fault as Fault: self.init(copy: fault)
      case let error as JournalError: self.init(copy: arguments.fault(of: error))
      default: self.init(.value, error.message)
      }
    }
  }

  /// Creates the error of a change to a queue that a stream is reading.
  ///
  /// The source of the rule is TheLanguage.md, "Rule 1: no change while streaming".
  convenience init(streamed queue: String, _ verb: String) {
    self.init(
      .refused, "\(verb) changes \(queue) while a stream reads it, so the stream would skip rows",
      nextStep: "to read the whole stream first, put | collect after it"
        + (verb == "destroy" ? "; or use destroy-all with a filter" : ""))
  }
}

extension Fault: ChangePreventingError {
  /// The kind of the error as a word, such as `file` or `value`.
  public var kindWord: String { kind.word }
  /// Whether the error ends the statement even with `on-error: "continue"`.
  public var endsStatement: Bool { isUncatchable }
}

extension Fault {
  /// Returns this error with an additional line, such as `before the error, create posts: 3 ok`.
  ///
  /// The line counts the changes that commands in loops and defs sent before the error. It does not count the changes
  /// of stages such as `| create`. If no change succeeded and no late reply arrived, the function returns the error
  /// unchanged.
  func within(_ done: (label: String, tally: OutcomeTally)) -> Fault {
    done.tally.ok + done.tally.settled > 0 ? within("before the error, \(done.label): \(done.tally.text)") : self
  }
}

extension Session {
  /// Throws an error if a stream is reading the queue of a change.
  ///
  /// The source of the rule is TheLanguage.md, "Rule 1: no change while streaming".
  func refuseStreamed(_ client: ClientValue, _ verb: String) throws(Fault) {
    if account.streams.isStreamed(client.target) { throw Fault(streamed: client.queue, verb) }
  }
}
