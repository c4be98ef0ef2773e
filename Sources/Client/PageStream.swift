public import JSONAPI
import JSONText

/// The pages of a list; the stream requests a page only when the caller needs it (in the Elixir library:
/// Retort.Client.Generic `stream`).
///
/// It is an error if the next page does not advance, so a faulty service can't make the stream endless. ``changes``
/// records the changes that others make in the list during the read.
public struct PageStream: Sendable {
  private let client: ResourceClient
  private let ahead: PrefetchedPages
  private var query: Query
  private var cursor: PageCursor
  private var isDone = false
  /// The error to throw after the last returned page.
  private var fault: ClientError?
  private var last: [JSONObject] = []
  private let rule: ListChangeDetector.ListChangePolicy
  /// The changes to the list that the pages have shown so far.
  public private(set) var changes = ListChangeDetector()

  init(
    _ client: ResourceClient, _ query: Query, _ waitLimit: ResourceClient.WaitLimit, prefetch: Int,
    rule: ListChangeDetector.ListChangePolicy
  ) {
    self.client = client
    self.query = query
    self.rule = rule
    ahead = PrefetchedPages(client, waitLimit, limit: prefetch)
    cursor = PageCursor(isFromStart: query.page.map { $0 == $0.first } ?? true)
  }

  /// Returns the next page; nil after the last page.
  ///
  /// - Throws: The ``ClientError`` of the request. A `protocol` error if the service's pages do not advance, or if the
  ///   pages end before all counted resources have arrived. A `service` error if others changed the list and the rule
  ///   is `fail`.
  public mutating func next() async throws(ClientError) -> Document? {
    if let fault {
      self.fault = nil
      throw fault
    }
    guard !isDone else { return nil }
    let document = try await ahead.page(query)
    try refuseRepetition(document)
    let given = try given(document)
    advance(document)
    if !isDone { ahead.begin(query, document.pagination(asked: query.page)) }
    return given
  }

  /// Returns the page that the caller gets: if the rule is `passOver`, a page without repeated resources, otherwise the
  /// same page.
  ///
  /// - Throws: An error if the rule is `fail` and the page shows a change of the list, or if the pages bring no new
  ///   resources.
  private mutating func given(_ document: Document) throws(ClientError) -> Document {
    let places = changes.take(document)
    let isRefused = rule == .fail && !changes.isEmpty
    guard !isRefused, !changes.isStalled else {
      isDone = true
      throw isRefused ? client.changed(changes) : client.stalled(query.page)
    }
    return rule == .passOver && !places.isEmpty ? document.without(places) : document
  }

  private mutating func advance(_ document: Document) {
    do throws(ClientError) {
      if let next = try cursor.next(after: query, document, of: client) {
        changes.turn(from: query.page, received: document.count, to: next)
        query.page = next
        return
      }
      if cursor.isFromStart { changes.end(received: cursor.received) }
      if rule == .fail, !changes.isEmpty { throw client.changed(changes) }
    } catch { fault = error }
    isDone = true
  }

  private mutating func refuseRepetition(_ document: Document) throws(ClientError) {
    defer { last = document.resources }
    guard !last.isEmpty, last.count == document.count else { return }
    let isSame = zip(last, document.resources).allSatisfy { left, right in
      left["id"] != nil && left["id"] == right["id"] && left["type"] == right["type"]
    }
    guard isSame else { return }
    isDone = true
    var error = client.malformed("index", "page \(query.page?.number ?? 1) repeats the previous page")
    error.nextStep = "the service ignores the option page:, so read its whole list in one request: index ..."
    throw error
  }
}

extension ResourceClient {
  /// Returns a stream of the pages of a list.
  ///
  /// The stream sends nothing before the first call of `next`.
  ///
  /// After each page, the stream requests up to `prefetch` further pages in advance. If the end of the list is unknown,
  /// the stream requests only one page in advance.
  public func stream(
    _ query: Query, waitLimit: WaitLimit = .usual, prefetch: Int = 0,
    rule: ListChangeDetector.ListChangePolicy = .keep
  ) -> PageStream {
    PageStream(self, query, waitLimit, prefetch: prefetch, rule: rule)
  }

  /// Reads the number of resources that match a query (in the Elixir library: Retort.Client.Generic `count`).
  ///
  /// The method requests a page with one resource. If the service refuses this size, the method requests a page of the
  /// service's own size. The method returns the total in the reply.
  ///
  /// A total below the number of resources in the reply does not count. Without a total, the method counts the
  /// resources of the page. If there may be more pages, the method counts the resources of all pages, and writes to the
  /// trace that it does so.
  public func count(_ query: Query, waitLimit: WaitLimit = .usual) async throws(ClientError) -> Int {
    var all = query
    all.include = []
    all.sort = []
    all.page = nil
    var smallest = all
    smallest.page = Pagination.Page(number: 1, size: 1)
    let document: Document
    do throws(ClientError) { document = try await total(smallest, waitLimit: waitLimit) } catch {
      guard error.kind == .service || error.kind == .invalid else { throw error }
      document = try await total(all, waitLimit: waitLimit)
    }
    if let total = document.total { return total }
    let found = document.count
    if found != 1, document.pagination()?.hasNext != true { return found }
    trace?("\(label("count")): the service reports no total; counting the resources of all pages")
    var stream = stream(all, waitLimit: waitLimit)
    var count = 0
    while let page = try await stream.next() { count += page.count }
    return count - stream.changes.repeated
  }
}

extension Document {
  /// The number of resources on all pages, according to the reply.
  ///
  /// The value is nil if the reply has no total, or a total below the number of resources in the reply.
  var total: Int? { pagination()?.totalSize.flatMap { $0 < count ? nil : $0 } }
}
