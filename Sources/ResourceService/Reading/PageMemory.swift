import SQLite

/// What is kept between the pages of an index while nobody writes: counts, and where the next pages begin.
///
/// SQLite tells whether anything has been written: `total_changes` counts the rows that this connection has
/// changed, `PRAGMA data_version` changes when another has committed. With the first difference all is forgotten.
/// (https://www.sqlite.org/pragma.html#pragma_data_version)
struct PageMemory: Sendable {
  /// A state of the database.
  struct Stamp: Equatable, Sendable {
    let changes: Int
    let version: Int

    init(_ database: Database) throws {
      changes = database.totalChanges
      version = try database.run("PRAGMA data_version").first?.integer(0) ?? 0
    }
  }

  /// A query, whatever its page.
  struct Query: Hashable, Sendable {
    let sql: String
    let arguments: [SQLValue]

    init(_ fragment: Fragment) {
      sql = fragment.sql
      arguments = fragment.arguments
    }
  }

  /// A page of a query.
  struct Place: Hashable, Sendable {
    let query: Query
    let page: Page
  }

  /// How many counts and how many places are kept.
  static let capacity = 64

  private var stamp: Stamp?
  private var counts = Recent<Query, Int>(capacity: capacity)
  private var positions = Recent<Place, [SQLValue]>(capacity: capacity)

  /// Forgets everything if the database is another than it was.
  mutating func look(_ now: Stamp) {
    if stamp == now { return }
    self = PageMemory()
    stamp = now
  }

  /// Hands over what is kept, for a while in which this one is empty.
  mutating func taken() -> PageMemory {
    let taken = self
    self = PageMemory()
    return taken
  }

  /// The number of records of a query.
  subscript(query: Query) -> Int? {
    mutating get { counts[query] }
    set { counts[query] = newValue }
  }

  /// The values of the sort terms of the last row before a page.
  subscript(place: Place) -> [SQLValue]? {
    mutating get { positions[place] }
    set { positions[place] = newValue }
  }
}

/// A dictionary that keeps what was used last.
private struct Recent<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  let capacity: Int
  private var entries: [Key: (value: Value, lastUse: Int)] = [:]
  private var clock = 0

  init(capacity: Int) { self.capacity = capacity }

  subscript(key: Key) -> Value? {
    mutating get {
      guard let entry = entries[key] else { return nil }
      clock += 1
      entries[key] = (entry.value, clock)
      return entry.value
    }
    set {
      clock += 1
      entries[key] = newValue.map { ($0, clock) }
      guard entries.count > capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
        return
      }
      entries[oldest.key] = nil
    }
  }
}
