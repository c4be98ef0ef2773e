import Client

/// The outcome of a change, with the duration of its last request as `latency`.
///
/// The duration is nil if no carrier received the change.
struct OutcomeWithLatency: Sendable {
  var outcome: Outcome
  var latency: Duration?
}

extension ChangeDispatcher {
  /// Sends a change, and sends it again after temporary failures, as often as `retry:` allows.
  ///
  /// Returns the outcome of the last attempt, or the outcome that a lookup found. If the last attempt did not carry out
  /// the change, but an earlier attempt may have done so, the function returns the outcome of the earlier attempt.
  func carried(_ change: Change) async -> OutcomeWithLatency {
    var (last, attempt) = (await attempted(change), 0)
    var uncertain: OutcomeWithLatency?
    while attempt < guards.retries, !Task.isCancelled, let again = await nextStep(last.outcome, change, attempt) {
      attempt += 1
      if case .unknown(let error) = last.outcome { lateReplies?.forget(error) }
      switch again {
      case .settled(let outcome): return OutcomeWithLatency(outcome: outcome, latency: last.latency)
      case .send:
        if last.outcome.isKnownToBeDone == nil { uncertain = last }
        last = await attempted(change)
      }
    }
    return last.outcome.isKnownToBeDone == false ? uncertain ?? last : last
  }

  /// Sends a change once, as soon as the run's control and the statement's limits allow the change.
  ///
  /// If the statement has a backup, the resource is saved first.
  func attempted(_ change: Change) async -> OutcomeWithLatency {
    if let outcome = await guards.backup?.save(change) { return OutcomeWithLatency(outcome: outcome) }
    if let gate {
      guard await gate.pass(guards, account.run.control) else {
        return OutcomeWithLatency(outcome: .dropped(ClientError(.interrupted, "not sent: the statement has ended")))
      }
    } else {
      await account.run.control.turn()
    }
    let begin = ContinuousClock.now
    let outcome: Outcome
    var known: Duration?
    if let iteration = guards.iteration {
      outcome = await carry(change, in: iteration, latency: &known)
    } else {
      outcome = await carry(change, latency: &known)
    }
    let latency = known ?? .now - begin
    guards.throttle?.end(after: latency, isAnswered: outcome.isAnswered)
    // A dropped change has no reply time, because it was not sent.
    return OutcomeWithLatency(outcome: outcome, latency: outcome.isDropped ? nil : latency)
  }

  /// The next step after an attempt that failed or got no reply.
  private enum FailedAttemptStep {
    /// The change is sent again.
    case send
    /// The change is not sent again, because a lookup found its outcome.
    case settled(Outcome)
  }

  /// Whether the statement sends no more changes, because of a Ctrl-C or a failure.
  private var isEnded: Bool { Task.isCancelled || gate?.isEnded ?? false }

  /// Decides what to do after an attempt; returns nil if the outcome of the attempt is final.
  ///
  /// The function waits before a new attempt, each time longer than before. After a Ctrl-C, or after a failure that ends
  /// the statement, there is no new attempt.
  private func nextStep(_ outcome: Outcome, _ change: Change, _ attempt: Int) async -> FailedAttemptStep? {
    let pause = RetryPause.pause(after: attempt)
    switch outcome {
    case .failed(let error) where error.mayRepeat(change):
      try? await Task.sleep(for: pause)
      return isEnded ? nil : .send
    case .unknown where change.verb != .create && change.expires:
      // The message has expired, so only a service that has already received it can still carry out the change. The
      // wait gives such a service time before the lookup.
      try? await Task.sleep(for: pause + guards.settle)
      guard !isEnded else { return nil }
      switch await guards.resolver?.look(change, sent: change.content.hashingSecrets) {
      case .carriedOut(let id, let reply)?: return .settled(.found(id: id, reply: reply))
      case .repeatable?: return .send
      case .unknown?, .doubled?, nil: return nil
      }
    default: return nil
    }
  }
}

extension ClientError {
  /// Returns whether a change can safely be sent again after this failure.
  ///
  /// A broker that refuses a message (nack) may have put the message into the queue nevertheless. If a `create` is then
  /// sent again, the service may create two resources.
  fileprivate func mayRepeat(_ change: Change) -> Bool {
    switch change.verb {
    case .destroy, .update, .relink: isPassing
    case .create, .link, .unlink, .call: isPassing && !wasSent && wasConfirmed != false
    }
  }
}
