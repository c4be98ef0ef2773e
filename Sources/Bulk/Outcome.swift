public import Client
import JSONAPI

/// The outcome of a change.
public enum Outcome: Sendable {
  /// The service carried out the change.
  case done(ChangeResult)
  /// An earlier run carried out the change, according to the journal; `id` is the resource's id.
  case before(id: String?)
  /// The change got no reply, but a lookup found that the service carried it out; `id` is the resource's id.
  ///
  /// `reply` contains the resource as the lookup read it; nil if the lookup read only linkage.
  indirect case found(id: String?, reply: ChangeResult? = nil)
  /// The change was not sent, because the resource already had the requested values.
  case same
  /// The change was skipped, because its outcome is unknown since an earlier run (`unknown: "skip"`).
  case skipped
  /// The resource to destroy did not exist.
  case absent(ClientError)
  /// The service did not carry out the change, or the change could not be sent.
  case failed(ClientError)
  /// The change was sent, but got no readable reply.
  case unknown(ClientError)
  /// The change was not sent, because a rule or a limit forbids the change, or because its element is invalid.
  indirect case refused(UnsentReason)
  /// The change was not sent, because the statement was interrupted.
  case dropped(ClientError)

  /// Creates the outcome of a change whose request failed.
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

  /// Creates the outcome of a change from its late reply.
  ///
  /// A late reply gives the same outcome as a reply in time.
  init(late reply: LateReplies.Outcome, of change: Change) {
    switch reply {
    case .success(let result):
      let reply = ChangeResult(result, givesDocument: change.givesDocument)
      self = reply.isUnreadable(of: change) ? .unknown(.unreadable(change)) : .done(reply)
    case .failure(let error): self.init(error, of: change)
    }
  }

  /// Whether the outcome counts as a success.
  ///
  /// A change that was carried out, not needed or skipped is a success. A `destroy` of a resource that did not exist is
  /// a success too.
  public var isGood: Bool {
    switch self {
    case .done, .absent, .before, .found, .same, .skipped: true
    case .failed, .unknown, .refused, .dropped: false
    }
  }

  /// Whether the change was refused because an earlier run carried out the change with other content.
  var isDoneOtherwise: Bool { if case .refused(.otherContent) = self { true } else { false } }

  /// Whether an earlier run caused the failure, and this run sent nothing.
  ///
  /// A failure from an earlier run is counted, but does not end the statement.
  var isFromBefore: Bool {
    switch self {
    case .unknown(let error): error.call == nil
    default: isDoneOtherwise
    }
  }

  /// Whether the outcome is a failure of this run.
  ///
  /// A failure of this run ends the statement, unless an option such as `on-error: "continue"` says otherwise.
  var isFailure: Bool { !isGood && !isFromBefore }

  /// Whether the request may have reached a service.
  public var wasSent: Bool {
    switch self {
    case .done, .absent, .unknown, .found: true
    case .failed(let error): error.wasSent
    case .refused, .dropped, .before, .same, .skipped: false
    }
  }

  /// Whether a broker or a service may have received the change in this run.
  var mayHaveBeenSent: Bool { wasSent || isUncertainFailure }

  /// Whether the service carried out the change in this run.
  var isCarriedOut: Bool {
    switch self {
    case .done, .found: true
    default: false
    }
  }

  /// Whether the service carried out the change; nil if the outcome does not show this.
  ///
  /// Nil if no reply arrived, if the service replied with an error such as status 5xx, if the broker refused the
  /// message, or if a lookup of a `create` found several resources.
  public var isKnownToBeDone: Bool? {
    switch self {
    case .done, .absent, .found, .before, .same: true
    case .refused, .dropped: false
    case .failed(let error):
      error.leavesChangeUncertain || error.kind == .unknown || !error.wasSent && error.wasConfirmed == false
        ? nil : false
    case .unknown, .skipped: nil
    }
  }

  /// Whether the change failed, but may have been carried out.
  var isUncertainFailure: Bool { if case .failed = self { isKnownToBeDone == nil } else { false } }

  /// Whether the service replied.
  var isAnswered: Bool {
    switch self {
    case .done, .absent: true
    case .failed(let error): error.wasSent
    case .refused, .dropped, .before, .found, .same, .skipped, .unknown: false
    }
  }

  /// Whether the change was dropped because the statement was interrupted.
  public var isDropped: Bool { if case .dropped = self { true } else { false } }

  /// The client's error; nil for an outcome without an error.
  public var error: ClientError? {
    switch self {
    case .absent(let error), .failed(let error), .unknown(let error), .dropped(let error): error
    case .done, .refused, .before, .found, .same, .skipped: nil
    }
  }

  /// The kind and the message of a failure; a tally groups failures with the same kind and similar messages.
  var group: (kind: String, message: String) {
    switch self {
    case .done, .before, .found, .same, .skipped, .refused(.same): ("", "")
    case .absent(let error), .failed(let error), .unknown(let error), .dropped(let error):
      (error.kind.rawValue, error.message)
    case .refused(.element(let error)): (error.kindWord, error.message)
    case .refused(.unprepared(let error)): (error.kind.rawValue, error.message)
    case .refused(.streamed): ("refused", "streamed")
    case .refused(.repeated): ("value", "the same change occurs twice in the statement")
    case .refused(.otherContent): ("value", "the journal records this change as done, but with other content")
    case .refused(.guarded): ("refused", "guarded")
    case .refused(.runLimit), .refused(.statementLimit): ("limit", "limit")
    }
  }
}

extension ChangeResult {
  /// Returns whether a late reply to a `create` or an `update` is unreadable.
  ///
  /// A reply is unreadable if it is not a document, or if the document has several resources.
  fileprivate func isUnreadable(of change: Change) -> Bool {
    guard change.givesDocument, change.verb != .destroy else { return false }
    guard case .document(let document) = self else { return true }
    return document.count > 1
  }
}

extension ClientError {
  /// Returns the error of a late reply that is not a document of one resource.
  fileprivate static func unreadable(_ change: Change) -> ClientError {
    var error = ClientError(
      .malformed, "\(change.target.type) \(change.method): the late reply is not a JSON:API document of one resource",
      nextStep: "the change may have been carried out: check before you send it again")
    error.wasSent = true
    return error
  }
}
