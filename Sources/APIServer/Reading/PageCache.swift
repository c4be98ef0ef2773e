import SQLite

/// A cache for `index` requests.
///
/// The cache stores the counts of queries, and the rows at which their next pages start. It is valid while the database
/// is unchanged.
///
/// SQLite has two counters for changes: `total_changes` counts the rows that this connection has changed, and `PRAGMA
/// data_version` changes when another connection commits. If a counter has changed, the cache becomes empty.
/// (https://www.sqlite.org/pragma.html#pragma_data_version)
struct PageCache: Sendable {
  /// The values of SQLite's two change counters at one time, such as 7 changed rows and data version 3.
  ///
  /// If two reads of the counters return equal values, nothing has changed the database in between.
  struct ChangeCounters: Equatable, Sendable {
    let changes: Int
    let version: Int

    init(_ database: Database) throws {
      changes = database.totalChanges
      version = try database.run("PRAGMA data_version").first?.integer(0) ?? 0
    }
  }

  /// A query for all rows of a list, as SQL with its arguments.
  ///
  /// The cache uses the query as the key for the list's count.
  struct Query: Hashable, Sendable {
    let sql: String
    let arguments: [SQLValue]

    init(_ fragment: SQLFragment) {
      sql = fragment.sql
      arguments = fragment.arguments
    }
  }

  /// A query for all rows of a list, and the number and size of one page of this list.
  ///
  /// The cache uses these as the key for the row at which the page starts.
  struct PagedQuery: Hashable, Sendable {
    let query: Query
    let page: RequestedPage
  }

  /// The maximum number of counts in the cache, and the maximum number of pages whose start the cache stores.
  static let capacity = 64

  private var stamp: ChangeCounters?
  private var counts = LRUCache<Query, Int>(capacity: capacity)
  private var positions = LRUCache<PagedQuery, [SQLValue]>(capacity: capacity)

  /// Empties the cache if the database has changed.
  mutating func look(_ now: ChangeCounters) {
    if stamp == now { return }
    self = PageCache()
    stamp = now
  }

  /// Returns a copy of this cache, and empties this cache.
  mutating func taken() -> PageCache {
    let taken = self
    self = PageCache()
    return taken
  }

  /// The number of records that a query finds; nil if the cache does not contain this number.
  subscript(query: Query) -> Int? {
    mutating get { counts[query] }
    set { counts[query] = newValue }
  }

  /// The values of the sort terms in the last row before a page; nil if the cache does not contain these values.
  subscript(place: PagedQuery) -> [SQLValue]? {
    mutating get { positions[place] }
    set { positions[place] = newValue }
  }
}

/// A dictionary that, when it is full, drops the entry that was not used for the longest time.
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
