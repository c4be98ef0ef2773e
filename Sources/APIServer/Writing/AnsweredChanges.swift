import SQLite

/// The service's answers to the latest changes, which the service stores in a table of the database.
///
/// The change and its answer are stored in one transaction. If a service ends before it acknowledges a request, the
/// broker delivers the request again. The service then finds the answer in the table, and does not repeat the change.
enum AnsweredChanges {
  /// The identity of the message that requests a change.
  struct MessageIdentity: Sendable {
    /// The correlation id of the message.
    let id: [UInt8]
    /// A digest of the message's body, because a client may use the same correlation id for two messages.
    let digest: Int64
    /// Whether the broker delivered the message before, and the change may already be carried out.
    let isRedelivered: Bool

    init(id: [UInt8], body: [UInt8], isRedelivered: Bool) {
      self.id = id
      self.isRedelivered = isRedelivered
      // FNV-1a gives the same hash in every process. Swift's own hash does not.
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      digest = Int64(bitPattern: hash)
    }
  }

  /// The name of the table, which the service does not serve.
  static let table = "retort_answers"
  /// The maximum number of answers that the table contains.
  static let capacity: Int64 = 10_000

  /// Creates the table if it is missing.
  static func create(_ database: Database) throws {
    try database.execute(
      "CREATE TABLE IF NOT EXISTS \(table) (n INTEGER PRIMARY KEY, id BLOB, digest INTEGER, answer BLOB)")
  }

  /// Returns the stored answer to a change that was already carried out; nil for any other change.
  static func answer(to key: MessageIdentity, _ database: Database) throws -> [UInt8]? {
    guard key.isRedelivered else { return nil }
    let rows = try database.run(
      "SELECT answer FROM \(table) WHERE id = ? AND digest = ? ORDER BY n DESC LIMIT 1",
      [.blob(key.id), .integer(key.digest)])
    guard case .blob(let answer)? = rows.first?[0] else { return nil }
    return answer
  }

  /// Stores the answer to a change, and deletes the oldest answer if the table is full.
  static func add(_ answer: [UInt8], to key: MessageIdentity, _ database: Database) throws {
    let rows = try database.run(
      "INSERT INTO \(table) (id, digest, answer) VALUES (?, ?, ?) RETURNING n",
      [.blob(key.id), .integer(key.digest), .blob(answer)])
    guard case .integer(let number)? = rows.first?[0] else { return }
    try database.run("DELETE FROM \(table) WHERE n <= ?", [.integer(number - capacity)])
  }
}
