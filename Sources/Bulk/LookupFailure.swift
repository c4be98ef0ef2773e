public import Client

/// The reason why retort could not look up a change, so that the outcome of the change is still unknown.
public enum LookupFailure: Error {
  /// A read during the lookup got no reply.
  case noReply
  /// A read during the lookup failed with this error.
  case failed(ClientError)
  /// The reads succeeded, but they do not show whether the change was carried out; the value is the reason.
  case undecided(String)
  /// No lookup can find the change; the value is the reason.
  case impossible(String)
  /// The change was not looked up, because several earlier lookups in a row got no reply.
  case notLookedUp

  init(_ error: ClientError) { self = error.kind == .timeout ? .noReply : .failed(error) }

  /// The reason as a part of a sentence about a change: `its lookup got no reply`.
  public var text: String {
    switch self {
    case .noReply: "its lookup got no reply"
    case .failed(let error): "its lookup failed: \(error.message)"
    case .undecided(let reason): "its lookup gave no clear result: \(reason)"
    case .impossible(let reason): "no lookup can find it, because \(reason)"
    case .notLookedUp:
      "it was not looked up, because \(UnknownChangeResolver.timeoutLimit) lookups in a row got no reply"
    }
  }

  /// The condition under which a new lookup can succeed, as the first words of the advice to the user.
  ///
  /// Nil if a new lookup has the same result.
  public var condition: String? {
    switch self {
    case .failed: "correct the cause of the failed lookup"
    case .undecided, .impossible: nil
    case .noReply, .notLookedUp: "wait until the service replies again"
    }
  }
}
