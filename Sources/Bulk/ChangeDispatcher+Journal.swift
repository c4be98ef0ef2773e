import Client
import JSONText

extension ChangeDispatcher {
  /// An element of the statement's input, with its change and the state of the change in the journal.
  final class PlannedChange: Sendable {
    let element: any PlannedElement
    /// The index of the element in the statement's input.
    let index: Int
    /// The change to send; nil if nothing is sent for the element.
    let change: Change?
    /// The reason why nothing is sent for the element; nil if `change` is set.
    let refusal: UnsentReason?
    /// The identity of the change in the journal, such as `update posts 12`.
    ///
    /// Nil if there is no journal, or if the change has no identity.
    let identity: ChangeIdentity?
    /// The state of the change from earlier runs; nil if the journal does not contain the change.
    let known: JournaledChangeState?

    init(
      _ element: any PlannedElement, at index: Int, _ change: Result<Change, UnsentReason>,
      _ identity: ChangeIdentity? = nil, known: JournaledChangeState? = nil
    ) {
      (self.element, self.index) = (element, index)
      switch change {
      case .success(let change): (self.change, refusal) = (change, nil)
      case .failure(let refusal): (self.change, self.refusal) = (nil, refusal)
      }
      (self.identity, self.known) = (identity, known)
    }

    /// Whether the journal records the change as done.
    var isDone: Bool { known?.isDone ?? false }

    /// Whether the change counts against the limits of the run and of the consent.
    var needsPermission: Bool { !isDone && change?.destroys ?? false }

    /// Whether the journal must announce the change now, before the change is sent.
    ///
    /// False for a change that is already done, because nothing is sent. False also for a change with an unknown
    /// outcome, because a lookup comes first. If the change must be sent again after the lookup, the journal announces
    /// the change then.
    var isIntended: Bool {
      switch known {
      case nil, .open?: true
      case .done?, .unknown?: false
      }
    }
  }

  /// Announces changes in the journal before they are sent; returns when the lines are on the disk.
  ///
  /// The function does not announce a change that is already done, or that must first be looked up.
  func intend(_ entries: [PlannedChange]) async throws(JournalError) {
    guard let journal = guards.journal else { return }
    var intents = JournalIntentLines(journal.format, delay: carrier.longestDelay)
    for entry in entries where entry.isIntended {
      if let identity = entry.identity, let change = entry.change { intents.add(change, identity) }
    }
    try await journal.write(intents)
  }

  /// Creates the planned change of an element, and marks the identity of the change as seen in this run.
  ///
  /// If this run has already seen the identity, the result contains a refusal instead of the change.
  func entry(of element: any PlannedElement, at index: Int) -> PlannedChange {
    let planned = element.planned
    guard let journal = guards.journal, case .success(let change) = planned, let identity = change.identity else {
      return PlannedChange(element, at: index, planned)
    }
    guard let state = journal.see(identity) else {
      return PlannedChange(element, at: index, .failure(.repeated(identity)), identity)
    }
    if change.verb == .create, state?.isDone ?? false { guards.resolver?.record(created: change) }
    return PlannedChange(element, at: index, planned, identity, known: state)
  }

  /// Sends a planned change, and returns its outcome.
  ///
  /// Nothing is sent if the change is refused, or if the journal or a lookup already shows the outcome.
  func outcome(of entry: PlannedChange) async -> OutcomeWithLatency {
    guard let change = entry.change else { return OutcomeWithLatency(outcome: unsentOutcome(of: entry)) }
    if let outcome = await known(entry.known, change) { return OutcomeWithLatency(outcome: outcome) }
    let carried = await carried(change)
    // Only the outcome of a sent change is recorded here. `lookedUp` records an outcome that a lookup finds.
    if let identity = entry.identity { guards.journal?.record(carried.outcome, of: change, identity) }
    return carried
  }

  private func unsentOutcome(of entry: PlannedChange) -> Outcome {
    switch entry.refusal {
    case .repeated? where entry.element.isDestroying: .absent(ClientError(.notFound, "already destroyed"))
    case .same?, nil: .same
    case .unprepared(let error)?: .failed(error)
    case let refusal?: .refused(refusal)
    }
  }

  /// Returns the outcome of a change from the journal; nil if the change must be sent.
  ///
  /// If the journal records the outcome as unknown, the function looks up the change.
  private func known(_ state: JournaledChangeState?, _ change: Change) async -> Outcome? {
    switch state {
    case .done(let id, let content)?:
      let isSame = content == 0 || content == change.content.hashingSecrets.contentHash
      return isSame || change.identity == nil
        ? .before(id: id ?? change.id) : .refused(.otherContent(change.identity ?? .none))
    case .unknown(let sent, _)?: return await lookedUp(change, sent)
    case .open?, nil: return nil
    }
  }

  /// Looks up a change whose outcome is unknown since an earlier run, and returns the outcome.
  ///
  /// If the change must be sent again, the function announces the change in the journal, and returns nil.
  private func lookedUp(_ change: Change, _ sent: JSONObject) async -> Outcome? {
    switch await guards.resolver?.look(change, sent: sent) ?? .notFound {
    case .carriedOut(let id, _):
      if let identity = change.identity { guards.journal?.settle(identity, "ok", id: id) }
      return .before(id: id)
    case .doubled(let count): return .failed(.doubled(count))
    case .repeatable: break
    case .unknown(let failure):
      switch guards.unknown {
      case .retry: break
      case .skip: return .skipped
      case .fail: return .unknown(.unknownSinceBefore(failure))
      }
    }
    do throws(JournalError) { try await guards.journal?.intend([change], delay: carrier.longestDelay) } catch {
      return .refused(.element(error))
    }
    return nil
  }
}

extension ClientError {
  /// Returns the error of a change that an earlier run sent, if a lookup could not determine the outcome of the change.
  ///
  /// `failure` says why the lookup failed; it is nil if the lookup did not find the change.
  fileprivate static func unknownSinceBefore(_ failure: LookupFailure?) -> ClientError {
    ClientError(
      .unknown,
      "the outcome of this change in an earlier run is unknown: the change may have been carried out, "
        + (failure.map { "and \($0.text)" } ?? "but no lookup has found the change"),
      nextStep: failure?.condition.map { "\($0), then run the same statement with the same journal again" }
        ?? "check whether the change was carried out: if it was, use unknown: \"skip\"; if not, use unknown: \"retry\""
        + (failure == nil
          ? "; if your service never keeps a request waiting for more than 60 s, you can use settle: 60s instead" : "")
    )
  }
}
