public import Client

/// How a change ended, decided once, in facts of the client.
public enum Outcome: Sendable {
  /// The service carried it out.
  case done(ChangeReply)
  /// A run before carried it out, as its journal says; the id of the resource.
  case before(id: String?)
  /// No reply came, and a lookup found that it was carried out; the id of the resource.
  case found(id: String?)
  /// Nothing was sent, because the resource already had the requested values.
  case same
  /// A run before sent it without a reply, and the statement passes over it: `unknown: "skip"`.
  case skipped
  /// It was to be destroyed, and was not there.
  case absent(ClientError)
  /// The service did not carry it out, or it was not sent.
  case failed(ClientError)
  /// It was sent, and no reply says what became of it.
  case unknown(ClientError)
  /// It was not sent: a rule, a limit, or the element forbids it.
  case refused(Refusal)
  /// It was not sent, since the statement was interrupted.
  case dropped(ClientError)

  /// Decides the outcome of a change that has no result.
  public init(_ error: ClientError, of change: Change) {
    self =
      switch error.kind {
      case .notFound where change.verb == .destroy: .absent(error)
      case .unknown: .unknown(error)
      case .interrupted: .dropped(error)
      case .malformed where error.wasSent: .unknown(error)
      default: .failed(error)
      }
  }

  /// Decides the outcome of a change whose reply came late.
  init(late reply: LateReplies.Outcome, of change: Change) {
    switch reply {
    case .success(let result): self = .done(ChangeReply(result, givesDocument: change.givesDocument))
    case .failure(let error): self.init(error, of: change)
    }
  }

  /// Whether the statement goes on after it: done, absent if it was to be destroyed, or passed over.
  public var isGood: Bool {
    switch self {
    case .done, .absent, .before, .found, .same, .skipped: true
    case .failed, .unknown, .refused, .dropped: false
    }
  }

  /// Whether a run before made the change with other content.
  var isDoneOtherwise: Bool { if case .refused(.otherContent) = self { true } else { false } }

  /// Whether it was decided by a run before and nothing was sent now: it is counted, and stops nothing.
  var isFromBefore: Bool {
    switch self {
    case .unknown(let error): error.call == nil
    default: isDoneOtherwise
    }
  }

  /// Whether the request may have reached a service.
  public var wasSent: Bool {
    switch self {
    case .done, .absent, .unknown, .found: true
    case .failed(let error): error.wasSent
    case .refused, .dropped, .before, .same, .skipped: false
    }
  }

  /// Whether the service made the change in this run.
  var isCarriedOut: Bool {
    switch self {
    case .done, .found: true
    default: false
    }
  }

  /// Whether the service replied.
  var isAnswered: Bool {
    switch self {
    case .done, .absent: true
    case .failed(let error): error.wasSent
    case .refused, .dropped, .before, .found, .same, .skipped, .unknown: false
    }
  }

  /// Whether it is the outcome of an element that was given up for an interrupt.
  public var isDropped: Bool { if case .dropped = self { true } else { false } }

  /// The client's error, where there is one.
  public var error: ClientError? {
    switch self {
    case .absent(let error), .failed(let error), .unknown(let error), .dropped(let error): error
    case .done, .refused, .before, .found, .same, .skipped: nil
    }
  }

  /// The kind and the wording that failures are grouped by.
  var group: (kind: String, message: String) {
    switch self {
    case .done, .before, .found, .same, .skipped, .refused(.same): ("", "")
    case .absent(let error), .failed(let error), .unknown(let error), .dropped(let error):
      (error.kind.rawValue, error.message)
    case .refused(.element(let error)): (error.kindWord, error.message)
    case .refused(.streamed): ("refused", "streamed")
    case .refused(.repeated): ("value", "an identity twice")
    case .refused(.otherContent): ("value", "was already done with other content")
    case .refused(.guarded): ("refused", "guarded")
    case .refused(.runLimit), .refused(.statementLimit): ("limit", "limit")
    }
  }
}
