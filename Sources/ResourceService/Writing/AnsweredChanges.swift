import SQLite

/// The last changes and their answers, which are kept in the database by the transactions that make them.
///
/// A broker delivers a request again when the service that took it is gone before it acknowledged it; the change may
/// have been made. Its answer is then here, or the change was not made.
enum AnsweredChanges {
  /// A change as its message names it.
  struct Key: Sendable {
    /// The correlation id of its message.
    let id: [UInt8]
    /// A digest of its body, since a client may use a correlation id twice.
    let digest: Int64
    /// Whether it may have been made already.
    let isRedelivered: Bool

    init(id: [UInt8], body: [UInt8], isRedelivered: Bool) {
      self.id = id
      self.isRedelivered = isRedelivered
      // FNV-1a, which is the same in every process.
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      digest = Int64(bitPattern: hash)
    }
  }

  /// The table, which is no type.
  static let table = "retort_answers"
  /// How many changes are kept.
  static let capacity: Int64 = 10_000

  /// Makes the table where there is none.
  static func create(_ database: Database) throws {
    try database.execute(
      "CREATE TABLE IF NOT EXISTS \(table) (n INTEGER PRIMARY KEY, id BLOB, digest INTEGER, answer BLOB)")
  }

  /// The answer to a change that was made already; nil where it was not.
  static func answer(to key: Key, _ database: Database) throws -> [UInt8]? {
    guard key.isRedelivered else { return nil }
    let rows = try database.run(
      "SELECT answer FROM \(table) WHERE id = ? AND digest = ? ORDER BY n DESC LIMIT 1",
      [.blob(key.id), .integer(key.digest)])
    guard case .blob(let answer)? = rows.first?[0] else { return nil }
    return answer
  }

  /// Keeps a change's answer, and forgets the oldest.
  static func add(_ answer: [UInt8], to key: Key, _ database: Database) throws {
    let rows = try database.run(
      "INSERT INTO \(table) (id, digest, answer) VALUES (?, ?, ?) RETURNING n",
      [.blob(key.id), .integer(key.digest), .blob(answer)])
    guard case .integer(let number)? = rows.first?[0] else { return }
    try database.run("DELETE FROM \(table) WHERE n <= ?", [.integer(number - capacity)])
  }
}
