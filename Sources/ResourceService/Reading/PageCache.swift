import SQLite

/// A cache for `index` requests, valid while the database is unchanged: the counts of queries, and the rows at which
/// their next pages start.
///
/// SQLite shows whether the database has changed: `total_changes` counts the rows that this connection has changed, and
/// `PRAGMA data_version` changes when another connection has committed. Any difference clears the cache.
/// (https://www.sqlite.org/pragma.html#pragma_data_version)
struct PageCache: Sendable {
  /// The counters of SQLite that differ after any change of the database.
  struct ChangeCounters: Equatable, Sendable {
    let changes: Int
    let version: Int

    init(_ database: Database) throws {
      changes = database.totalChanges
      version = try database.run("PRAGMA data_version").first?.integer(0) ?? 0
    }
  }

  /// A query for all rows of a list, without the limits of a page.
  struct Query: Hashable, Sendable {
    let sql: String
    let arguments: [SQLValue]

    init(_ fragment: SQLFragment) {
      sql = fragment.sql
      arguments = fragment.arguments
    }
  }

  /// A page of a query.
  struct PagedQuery: Hashable, Sendable {
    let query: Query
    let page: RequestedPage
  }

  /// The maximum number of cached counts, and of cached starts of pages.
  static let capacity = 64

  private var stamp: ChangeCounters?
  private var counts = LRUCache<Query, Int>(capacity: capacity)
  private var positions = LRUCache<PagedQuery, [SQLValue]>(capacity: capacity)

  /// Clears the cache if the database has changed.
  mutating func look(_ now: ChangeCounters) {
    if stamp == now { return }
    self = PageCache()
    stamp = now
  }

  /// Returns the content of this cache and empties it.
  mutating func taken() -> PageCache {
    let taken = self
    self = PageCache()
    return taken
  }

  /// The number of records of a query; nil if it is not cached.
  subscript(query: Query) -> Int? {
    mutating get { counts[query] }
    set { counts[query] = newValue }
  }

  /// The values of the sort terms in the last row before a page; nil if they are not cached.
  subscript(place: PagedQuery) -> [SQLValue]? {
    mutating get { positions[place] }
    set { positions[place] = newValue }
  }
}

/// A dictionary that keeps the most recently used entries.
private struct LRUCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
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
