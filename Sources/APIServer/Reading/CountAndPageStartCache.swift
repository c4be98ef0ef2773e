import SQLite

/// A cache for `index` requests.
///
/// For each query, the cache stores the number of rows that the query finds. For each page, it stores the last row
/// before the page. With these values, the service need not count the rows again, and need not read earlier pages. The
/// cache is valid while the database is unchanged.
///
/// Two counters of SQLite show changes. `total_changes` counts the rows that this connection has changed. `PRAGMA
/// data_version` changes when another connection commits (https://www.sqlite.org/pragma.html#pragma_data_version). When
/// a counter has changed, the service empties the cache.
struct CountAndPageStartCache: Sendable {
  /// The values of SQLite's two change counters, such as 7 changed rows and the data version 3.
  ///
  /// If two reads of the counters return equal values, nothing has changed the database in between.
  struct SQLiteChangeCounters: Equatable, Sendable {
    let changes: Int
    let version: Int

    init(_ database: Database) throws {
      changes = database.totalChanges
      version = try database.run("PRAGMA data_version").first?.integer(0) ?? 0
    }
  }

  /// A query for all rows of a list: the SQL and its arguments.
  ///
  /// The query is the key under which the cache stores the number of rows.
  struct Query: Hashable, Sendable {
    let sql: String
    let arguments: [SQLValue]

    init(_ fragment: SQLFragment) {
      sql = fragment.sql
      arguments = fragment.arguments
    }
  }

  /// A query for all rows of a list, and one page of the list.
  ///
  /// Both together are the key under which the cache stores the row before the page.
  struct PagedQuery: Hashable, Sendable {
    let query: Query
    let page: RequestedPage
  }

  /// The maximum number of row counts in the cache, which is also the maximum number of page starts.
  static let capacity = 64

  private var stamp: SQLiteChangeCounters?
  private var counts = LRUCache<Query, Int>(capacity: capacity)
  private var positions = LRUCache<PagedQuery, [SQLValue]>(capacity: capacity)

  /// Empties the cache if the database has changed.
  mutating func look(_ now: SQLiteChangeCounters) {
    if stamp == now { return }
    self = CountAndPageStartCache()
    stamp = now
  }

  /// Returns a copy of this cache, and empties this cache.
  mutating func taken() -> CountAndPageStartCache {
    let taken = self
    self = CountAndPageStartCache()
    return taken
  }

  /// The number of rows that a query finds; nil if the cache does not contain the number.
  subscript(query: Query) -> Int? {
    mutating get { counts[query] }
    set { counts[query] = newValue }
  }

  /// The values of the sort terms in the last row before a page; nil if the cache does not contain the values.
  subscript(place: PagedQuery) -> [SQLValue]? {
    mutating get { positions[place] }
    set { positions[place] = newValue }
  }
}

/// A dictionary with limited capacity, which drops the least recently used entry.
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
