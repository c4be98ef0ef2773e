import JSONRPC
public import JSONText

/// The header of a journal: its statement, the user, and the time of creation.
public struct JournalHeader: Sendable, Equatable {
  /// The identity of the broker and its vhost.
  ///
  /// For `each`, the value contains the identities of all open connections.
  public var broker: String
  /// The name of the queue to which the changes are sent; empty for `each`.
  public var queue: String
  /// The JSON:API type of the client's resources; empty for `each`.
  public var type: String
  /// The name of the command or stage: `create`, `each`.
  public var verb: String
  /// The expression of the option `key:`, such as `.email`; nil if the option is missing.
  ///
  /// In a journal of an earlier version, the value is also nil for an `each` whose key is not a field.
  public var key: String?
  /// The changes in the block of an `each`, such as `destroy tags, update posts`.
  ///
  /// Nil for any other statement, and in a journal of an earlier version.
  public var changes: String?
  /// The members of the changes' `meta` that can select the data of the service.
  ///
  /// Nil for `each`, and in a journal of an earlier version.
  public var meta: JSONObject?
  /// The time of creation, for information only.
  public var created: String
  /// The user who created the journal, for information only.
  public var by: String
  /// The value of the option `--reason`, for information only.
  public var reason: String?
  /// The command line of the run that created the journal, for information only; nil at the prompt.
  public var command: String?

  /// Creates a header.
  public init(
    broker: String, queue: String, type: String, verb: String, key: String?, created: String, by: String,
    reason: String?, command: String? = nil, changes: String? = nil, meta: JSONObject? = nil
  ) {
    (self.broker, self.queue, self.type, self.verb, self.key) = (broker, queue, type, verb, key)
    (self.created, self.by, self.reason, self.command) = (created, by, reason, command)
    (self.changes, self.meta) = (changes, meta)
  }

  /// The version of the journal's format.
  ///
  /// Version 1 records the address of the broker, and version 2 its name. Since version 3, each checksum also covers
  /// the previous checksum.
  var version = 3

  /// The versions that this program can read and append to.
  static let versions = 1...3

  /// The form of the lines' checksums.
  var format: JournalChecksums.ChecksumChaining { version < 3 ? .separate : .chained }

  /// The header as the JSON object of the journal's first line.
  public var json: JSONObject {
    var members: [(String, JSONValue)] = [
      ("retort-journal", .number(JSONNumber(version))), ("broker", .string(broker)), ("queue", .string(queue)),
      ("type", .string(type)), ("verb", .string(verb)), ("key", key.map { .string($0) } ?? .null),
      ("created", .string(created)), ("by", .string(by)), ("reason", reason.map { .string($0) } ?? .null),
      ("command", command.map { .string($0) } ?? .null),
    ]
    if let changes { members.append(("changes", .string(changes))) }
    if let meta { members.append(("meta", .object(meta))) }
    return JSONObject(members)
  }

  /// Creates a header from the JSON object of a line; nil if the line is not a header, or has an unknown version.
  init?(json object: JSONObject) {
    guard let version = object["retort-journal"]?.numberValue?.integer, Self.versions.contains(version),
      let broker = object["broker"]?.stringValue, let queue = object["queue"]?.stringValue,
      let type = object["type"]?.stringValue, let verb = object["verb"]?.stringValue
    else { return nil }
    self.init(
      broker: broker, queue: queue, type: type, verb: verb, key: object["key"]?.stringValue,
      created: object["created"]?.stringValue ?? "", by: object["by"]?.stringValue ?? "",
      reason: object["reason"]?.stringValue, command: object["command"]?.stringValue,
      changes: object["changes"]?.stringValue, meta: object["meta"]?.objectValue)
    self.version = version
  }

  /// Whether the journal belongs to a sample service in memory (`embedded:blog`).
  ///
  /// No other process can resume the journal, because the data of the sample ends with its process.
  public var isOfSample: Bool { SampleDatabaseIdentity.isIn(broker) }

  /// A note for the user: no later run can resume the journal of a sample service in memory.
  public static let noteOnSample =
    "no later run can resume this journal, because the data of embedded:blog is lost at the end of the run; "
    + "to keep data between runs, use connect \"embedded:FILE.sqlite\", or retort serve blog"

  /// The broker as text for messages.
  public var brokerText: String { version == 1 ? "\(broker) (an address, recorded by an earlier version)" : broker }

  /// Checks that a statement to run is the statement of the journal.
  ///
  /// - Parameters:
  ///   - other: The header of the statement to run.
  ///   - path: The path of the journal, for the error.
  ///   - recorded: The number of changes that the journal records.
  /// - Throws: ``JournalError`` if the journal belongs to another statement or another broker.
  func check(against other: JournalHeader, _ path: String, recorded: Int) throws(JournalError) {
    let differences = differences(from: other)
    guard differences.isEmpty else { throw .otherStatement(path, differences, recorded: recorded) }
    guard broker == other.broker else {
      throw .otherBroker(path, recorded: broker, here: other.broker, isByAddress: version == 1)
    }
  }

  /// Returns the differences between this header and the header of another statement, as texts.
  ///
  /// The function does not compare the brokers. An example of a text is
  /// `queue posts in the journal, but people in this statement`. A member that is missing in this header matches every
  /// value.
  private func differences(from other: JournalHeader) -> [String] {
    let members: [(name: String, here: String?, there: String?)] = [
      ("queue", queue, other.queue), ("type", type, other.type), ("verb", verb, other.verb), ("key", key, other.key),
      ("changes", changes, other.changes), ("meta", meta?.metaText, other.meta?.metaText),
    ]
    func shown(_ text: String?) -> String { text.map { $0.isEmpty ? "none" : $0 } ?? "none" }
    return members.filter { $0.here != nil && $0.here != $0.there }
      .map { "\($0.name) \(shown($0.here)) in the journal, but \(shown($0.there)) in this statement" }
  }
}

extension JSONObject {
  /// The object as JSON; empty for an empty object.
  fileprivate var metaText: String { isEmpty ? "" : JSONValue.object(self).text }
}
