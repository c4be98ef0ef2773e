import Client
import JSONText

/// A change that an iteration of `each` sent, as the journal records it.
struct IterationChange: Sendable {
  /// The identity of the change, such as `update posts 12`; for a change without an identity, its verb, method and
  /// queue.
  var text: String
  var queue: String
  /// The type of the client's resources; nil in a journal of an earlier version.
  var type: String?
  /// The content that the change sent, with hashes instead of secret values.
  var content: JSONObject = [:]
  /// The `meta` of the change, with placeholders for secret values, and without the name of this machine.
  ///
  /// Nil in a journal of an earlier version.
  var meta: JSONObject?
  /// The role of the change in its iteration.
  var step = IterationResumeHints()
  /// The number of the change in the iteration; nil in a journal of an earlier version.
  var number: Int?
  /// Whether the change was carried out; nil if the journal does not record this.
  var isDone: Bool?

  /// Whether the change creates a resource.
  var creates: Bool { text.hasPrefix("\(Change.Verb.create.rawValue) ") }

  /// The members of the journal line that records the change.
  var members: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [("change", .string(text)), ("queue", .string(queue))]
    if let type { members.append(("type", .string(type))) }
    if !content.isEmpty { members.append(("content", .object(content))) }
    if let meta { members.append(("meta", .object(meta))) }
    if step.isLast { members.append(("last", true)) }
    if step.readsFirst { members.append(("reads", true)) }
    if let field = step.keyField { members.append(("key", .string(field))) }
    if let number { members.append(("number", .number(JSONNumber(number)))) }
    return members
  }

  /// Reads the change from a journal line; nil for a line that contains no change.
  init?(_ line: JSONObject) {
    guard let text = line["change"]?.stringValue else { return nil }
    (self.text, queue, type) = (text, line["queue"]?.stringValue ?? "", line["type"]?.stringValue)
    content = line["content"]?.objectValue ?? [:]
    meta = line["meta"]?.objectValue
    (step.isLast, step.readsFirst) = (line["last"] == true, line["reads"] == true)
    (step.keyField, number) = (line["key"]?.stringValue, line["number"]?.numberValue?.integer)
  }

  /// Creates the record of a change that is about to be sent.
  init(_ change: Change, _ step: IterationResumeHints, number: Int) {
    text = change.identity?.text ?? "\(change.verb.rawValue) \(change.method) \(change.target.queue)"
    (queue, type) = (change.target.queue, change.target.type)
    (self.step, self.number) = (step, number)
    if change.hasContent { content = change.content.hashingSecrets }
    meta = (change.meta ?? [:]).namingSecrets(ownHost: step.ownHost)
  }
}

extension Journal {
  /// The result of looking up the changes of an iteration.
  public enum IterationLookupFinding: Sendable {
    /// The iteration is complete: all its changes were carried out, and the last change was its last action.
    case done
    /// The iteration can safely run again.
    case repeatable
    /// The iteration may be incomplete, and can't safely run again.
    case unknown
  }

  /// Looks up the changes that an iteration of an earlier run sent (BulkChanges.md, "Resuming").
  ///
  /// An iteration is done if all its changes were carried out, and its last change was also its last action. Without
  /// the second condition, further changes may be missing.
  ///
  /// An iteration can run again if this is safe for each of its changes. It is safe if the change was not carried out
  /// and can safely be sent again. It is also safe if the command first reads which changes are still necessary, as
  /// `upsert` does.
  ///
  /// - Parameters:
  ///   - iteration: The identity of the iteration.
  ///   - resolver: Returns the resolver for a queue, a type and the key field of a `create`. Returns nil if there is no
  ///     client for the queue and the type, or if such clients use different brokers.
  /// - Returns: Whether the iteration is done, can run again, or is still unknown.
  public func look(
    _ iteration: ChangeIdentity,
    resolver: (_ queue: String, _ type: String, _ keyField: String?) -> UnknownChangeResolver?
  ) async -> IterationLookupFinding {
    let changes = recordedChanges(of: iteration)
    guard let last = changes.last else { return .unknown }
    var (carriedOut, mayRunAgain) = (0, true)
    for change in changes {
      var isDone = change.isDone
      if isDone == nil { isDone = await isCarriedOut(change, resolver) }
      guard let isDone else { return .unknown }
      if isDone { carriedOut += 1 }
      mayRunAgain = mayRunAgain && (!isDone || change.step.readsFirst)
    }
    if carriedOut == changes.count, last.step.isLast { return .done }
    return mayRunAgain ? .repeatable : .unknown
  }

  /// Looks up a change, and returns true if the service carried out the change.
  ///
  /// Returns false if the change can safely be sent again. Returns nil if the lookup shows neither.
  private func isCarriedOut(
    _ change: IterationChange, _ resolver: (String, String, String?) -> UnknownChangeResolver?
  ) async -> Bool? {
    guard let type = change.type, let resolver = resolver(change.queue, type, change.step.keyField) else { return nil }
    let target = TargetQueue(broker: header.broker, queue: change.queue, type: type)
    let recorded = RecordedUnknownChange(
      identity: ChangeIdentity(text: change.text), content: change.content, meta: change.meta)
    switch await resolver.look(recorded: recorded, to: target) {
    case .carriedOut: return true
    case .repeatable: return false
    // A command that reads first can safely send its update again, but a second `create` could create a second
    // resource.
    case .unknown: return change.step.readsFirst && !change.creates ? false : nil
    case .doubled: return nil
    }
  }
}
