public import JSONAPI
import JSONText

/// The ids on the first page of a list, again and again while they are destroyed, until it is empty.
///
/// What stays is not handed out again, nor is what was handed out first and last: a page of nothing else means that the
/// service keeps what it destroys in its list, and ends it with an error (Retort.Client.Generic `destroy_all` would never end).
/// Where `show` does not call such a resource absent its id may have been given to a new one: it is handed out once more.
/// A page that is empty, or holds only what could not be destroyed, is passed over where there is a next one. Where the
/// query names no page, a hundred are asked for at a time, or the list as it comes where the service refuses that.
public struct FirstPages: Sendable {
  private let client: ResourceClient
  private let patience: ResourceClient.Patience
  private var query: Query
  /// The first page; nil where the list is asked for as it comes.
  private var first: Pagination.Page?
  /// Where something was found last: the pages before hold only what stays.
  private var start: Pagination.Page?
  /// Whether the page is not the query's own, so that it may be left out.
  private var mayLeaveOutPage: Bool
  /// What was handed out first: where all that is destroyed stays, the service comes back to it.
  private var begin: Set<CodePoints> = []
  /// What was handed out last.
  private var last: Set<CodePoints> = []
  /// What was handed out a second time.
  private var again: Set<CodePoints> = []
  /// How many the service counted at first.
  private var counted: Int?
  /// How many were handed out.
  private var given = 0
  /// What was handed out and stays.
  private var kept: Set<CodePoints> = []
  /// How many the service counted at the end that it did not show.
  public private(set) var notShown = 0

  init(_ client: ResourceClient, _ query: Query, _ patience: ResourceClient.Patience) {
    self.client = client
    self.patience = patience
    self.query = query
    mayLeaveOutPage = query.page == nil
    first = query.page?.first ?? Pagination.Page(number: 1, size: 100)
    start = first
    self.query.include = []
  }

  /// Remembers what was not destroyed, and may stay.
  public mutating func keep(_ ids: some Sequence<String>) { kept.formUnion(ids.lazy.map { CodePoints($0) }) }

  /// The next ids to destroy, or nil when there are no more.
  ///
  /// - Throws: ``ClientError`` of the request, of kind `service` where a page holds what was destroyed, and of kind
  ///   `protocol` where more is counted than pages lead to.
  public mutating func next() async throws(ClientError) -> [String]? {
    query.page = start
    while true {
      var cursor = PageCursor(isFromStart: start == first)
      while let document = try await page() {
        counted = counted ?? document.pagination()?.totalSize
        if let fresh = try await fresh(document) {
          given += fresh.count
          start = query.page
          return fresh
        }
        guard let next = try cursor.next(after: query, document, of: client) else {
          notShown = max(0, (document.pagination()?.totalSize ?? 0) - kept.count)
          break
        }
        query.page = next
      }
      // What stays on the pages before may have moved: the end is only where a look from the first page finds it.
      if start == first { return nil }
      (start, query.page) = (first, first)
    }
  }

  /// How many were counted at first, where more than those were handed out.
  public var outgrown: Int? { counted.flatMap { $0 < given ? $0 : nil } }

  /// The ids of a page that were not handed out before; nil where there are none.
  private mutating func fresh(_ document: Document) async throws(ClientError) -> [String]? {
    let ids = document.resources.compactMap { $0["id"]?.idText }
    guard ids.count == document.resources.count else {
      throw client.malformed("index", "the reply has a resource without an id")
    }
    var handedOut = begin.union(last)
    let fresh = ids.filter { !kept.contains(CodePoints($0)) && handedOut.insert(CodePoints($0)).inserted }
    guard fresh.isEmpty else {
      last = Set(fresh.map { CodePoints($0) })
      if begin.isEmpty { begin = last }
      return fresh
    }
    let known = ids.filter { !kept.contains(CodePoints($0)) }
    if let one = known.first {
      var tried = again
      let reused = known.filter { tried.insert(CodePoints($0)).inserted }
      if !reused.isEmpty, await isThere(one) {
        again = tried
        return reused
      }
      throw ClientError(
        .service, "\(client.label("destroy-all")): a page holds the same resources after they were destroyed",
        nextStep: "does the service keep destroyed resources in its list? narrow the filter")
    }
    return nil
  }

  /// Whether the service shows a resource of an id, or can't say so.
  private func isThere(_ id: String) async -> Bool {
    do throws(ClientError) {
      _ = try await client.show(id, patience: patience)
      return true
    } catch { return [.malformed, .methodNotFound, .service, .invalid].contains(error.kind) }
  }

  /// The page of the query; nil where the service refuses one that was there before.
  private mutating func page() async throws(ClientError) -> Document? {
    do throws(ClientError) {
      let document = try await client.list(query, patience: patience)
      mayLeaveOutPage = false
      return document
    } catch {
      guard error.kind == .service || error.kind == .invalid else { throw error }
      if query.page == start, start != first { return nil }
      guard mayLeaveOutPage else { throw error }
      mayLeaveOutPage = false
      (first, start, query.page) = (nil, nil, nil)
      return try await client.list(query, patience: patience)
    }
  }
}

extension ResourceClient {
  /// The first pages of a list that is being emptied; nothing is sent until the first is pulled.
  public func firstPages(_ query: Query, patience: Patience = .usual) -> FirstPages {
    FirstPages(self, query, patience)
  }
}
