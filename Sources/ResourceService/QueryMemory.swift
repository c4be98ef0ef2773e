import GRDB
import Synchronization

/// What was found out and still holds, as long as nothing in the database changes.
final class QueryMemory: Sendable {
  /// How often the database has changed, by this connection and by others.
  struct Version: Equatable, Sendable {
    var own: Int
    var others: Int

    init(_ db: Database) throws {
      own = db.totalChangesCount
      others = try Int.fetchOne(db, sql: "PRAGMA data_version") ?? 0
    }
  }

  /// Where a page of a query ended: the next one continues there.
  struct Position: Sendable {
    var page: Int
    /// The last row's sort values and key.
    var values: [DatabaseValue]
  }

  private struct State {
    var version: Version?
    var counts: [String: Int] = [:]
    var positions: [String: [Position]] = [:]
  }

  private let state = Mutex(State())

  /// Forgets all where the database has changed.
  func refresh(_ now: Version) {
    state.withLock { state in
      if state.version != now { state = State(version: now) }
    }
  }

  func count(_ query: String) -> Int? { state.withLock { $0.counts[query] } }

  func keep(count: Int, _ query: String) {
    state.withLock { state in
      if state.counts.count > 200 { state.counts = [:] }
      state.counts[query] = count
    }
  }

  /// The end of the page before.
  func position(_ query: String, before page: Int) -> Position? {
    state.withLock { $0.positions[query]?.first { $0.page == page - 1 } }
  }

  func keep(_ position: Position, _ query: String) {
    state.withLock { state in
      if state.positions.count > 100 { state.positions = [:] }
      let known = state.positions[query, default: []].filter { $0.page != position.page } + [position]
      state.positions[query] = known.suffix(16)
    }
  }
}
