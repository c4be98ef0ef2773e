import JSONText

/// A change that an iteration of `each` sent, as the journal records it.
struct IterationChange: Sendable {
  /// The identity; for a change without one, the verb, the method and the queue.
  var text: String
  var queue: String
  /// The type of the client's resources; nil in a journal of an earlier version.
  var type: String?
  /// The sent content, with hashes in place of secrets.
  var content: JSONObject = [:]
  /// Whether the iteration does nothing after this change.
  var isLast = false

  /// The change as members of a journal's line.
  var members: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [("change", .string(text)), ("queue", .string(queue))]
    if let type { members.append(("type", .string(type))) }
    if !content.isEmpty { members.append(("content", .object(content))) }
    if isLast { members.append(("last", true)) }
    return members
  }

  /// Reads the change in a journal's line; nil if the line has none.
  init?(_ line: JSONObject) {
    guard let text = line["change"]?.stringValue else { return nil }
    (self.text, queue, type) = (text, line["queue"]?.stringValue ?? "", line["type"]?.stringValue)
    (content, isLast) = (line["content"]?.objectValue ?? [:], line["last"] == true)
  }

  /// Creates the record of a change that is about to be sent.
  init(_ change: Change, isLast: Bool) {
    text = change.identity?.text ?? "\(change.verb.rawValue) \(change.method) \(change.target.queue)"
    (queue, type, self.isLast) = (change.target.queue, change.target.type, isLast)
    if change.hasContent { content = change.content.hashingSecrets }
  }
}

extension Journal {
  /// The result of a lookup of an iteration's changes.
  public enum IterationFinding: Sendable {
    /// All changes were carried out, and the iteration does nothing after the last one.
    case done
    /// No change was carried out, and each can safely be sent again.
    case repeatable
    /// Some changes were carried out, or may have been.
    case unknown
  }

  /// Looks up the changes that an iteration of an earlier run sent (BulkChanges.md, "Resuming").
  ///
  /// An iteration whose changes were carried out is done only if the last change was the iteration's last action.
  /// Otherwise the iteration may have ended before it sent further changes.
  ///
  /// - Parameters:
  ///   - iteration: The identity of the iteration.
  ///   - resolver: Returns the resolver for a queue and a type; nil if no client or more than one broker has them.
  /// - Returns: Whether the iteration is done, can run again, or is still unknown.
  public func look(
    _ iteration: ChangeIdentity, resolver: (_ queue: String, _ type: String) -> UnknownResolver?
  ) async -> IterationFinding {
    let changes = recordedChanges(of: iteration)
    guard let last = changes.last else { return .unknown }
    var (carriedOut, repeatable) = (0, 0)
    for change in changes {
      guard let type = change.type, let resolver = resolver(change.queue, type) else { return .unknown }
      let target = Change.Target(broker: header.broker, queue: change.queue, type: type)
      let recorded = Recorded(identity: ChangeIdentity(text: change.text), content: change.content)
      switch await resolver.look(recorded: recorded, to: target) {
      case .carriedOut: carriedOut += 1
      case .repeatable: repeatable += 1
      case .unknown, .doubled: return .unknown
      }
    }
    if repeatable == changes.count { return .repeatable }
    return carriedOut == changes.count && last.isLast ? .done : .unknown
  }
}
