public import JSONAPI
import JSONText

/// The pages of a list, which the stream requests when the caller needs them (in the Elixir library:
/// Retort.Client.Generic `stream`).
///
/// A next page that does not come after the current page is an error. If the service sends no page links, the stream
/// requests pages by number (``NextPageByNumber``). ``changes`` records signs that others change the list during the
/// read.
public struct PageStream: Sendable {
  private let client: ResourceClient
  private let ahead: PrefetchedPages
  private var query: Query
  private var cursor: NextPageFinder
  private let numbering: NextPageByNumber
  /// Whether the query contains a page.
  private let isPageAsked: Bool
  private var isDone = false
  /// The error to throw after the last returned page.
  private var fault: ClientError?
  private var last: [JSONObject] = []
  private let rule: ListCompletenessCheck.ListChangePolicy
  /// The signs of a changed list in the pages so far.
  public private(set) var changes = ListCompletenessCheck()

  init(
    _ client: ResourceClient, _ query: Query, _ waitLimit: ResourceClient.WaitLimit, prefetch: Int,
    rule: ListCompletenessCheck.ListChangePolicy, isDivided: Bool
  ) {
    self.client = client
    numbering = NextPageByNumber(isDivided: isDivided)
    isPageAsked = query.page != nil
    self.query = query
    self.rule = rule
    ahead = PrefetchedPages(client, waitLimit, limit: prefetch)
    cursor = NextPageFinder(isFromStart: query.page.map { $0 == $0.first } ?? true)
  }

  /// Returns the next page; nil after the last page.
  ///
  /// - Throws: The ``ClientError`` of the request. A `protocol` error if the next page does not come after the current
  ///   page, or if the list ends before all counted resources have arrived. A `service` error if others changed the
  ///   list and the rule is `fail`.
  public mutating func next() async throws(ClientError) -> Document? {
    if let fault {
      self.fault = nil
      throw fault
    }
    guard !isDone else { return nil }
    guard let document = try await page() else { return nil }
    guard try !isRepetition(document) else { return nil }
    let given = try given(document)
    advance(document)
    if !isDone { ahead.begin(query, document.pagination(asked: query.page)) }
    return given
  }

  /// Returns the page of the query; nil if the service refuses a page to which no link leads.
  ///
  /// If the service divides the list by itself, no earlier request contained a page. The first request with a page can
  /// then fail in other ways, such as a timeout, because the service does not expect a page.
  private mutating func page() async throws(ClientError) -> Document? {
    do throws(ClientError) { return try await ahead.page(query) } catch {
      let isRefusal = [.service, .invalid, .notFound].contains(error.kind)
      let isUnexpected = !isPageAsked && cursor.received == last.count
      let isAnswer = isRefusal || isUnexpected && ![.interrupted, .connection, .noRoute].contains(error.kind)
      guard isAnswer, cursor.isNumbered, cursor.total == nil else { throw error }
      if isPageAsked || !isRefusal { changes.end(withRefused: query.page, after: last.count) }
      isDone = true
      return nil
    }
  }

  /// Returns the page that the caller gets.
  ///
  /// With the rule `passOver`, this page contains no resources of earlier pages.
  ///
  /// - Throws: An error if the list changed and the rule is `fail`, or if several pages in a row have no new resources.
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
      if let next = try cursor.next(after: query, document, of: client, numbering: numbering) {
        changes.turn(from: query.page, received: document.count, to: next)
        query.page = next
        return
      }
      if cursor.isFromStart { changes.end(received: cursor.received) }
      if rule == .fail, !changes.isEmpty { throw client.changed(changes) }
    } catch { fault = error }
    isDone = true
  }

  /// Whether a page with the next number repeats earlier resources, so that the earlier pages are the whole list.
  ///
  /// - Throws: An error if a page to which a link leads repeats the previous page, or if the service counts more
  ///   resources than it sent.
  private mutating func isRepetition(_ document: Document) throws(ClientError) -> Bool {
    defer { last = document.resources }
    guard cursor.isNumbered else {
      try refuseRepetition(document)
      return false
    }
    let pagination = document.pagination()
    guard document.count > 0, pagination?.totalSize == cursor.total, changes.hasSeen(document) else { return false }
    isDone = true
    if let pagination, pagination.totalSize != nil { throw cursor.truncated(pagination, client) }
    return true
  }

  private mutating func refuseRepetition(_ document: Document) throws(ClientError) {
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
  /// The stream sends its first request when `next` is called. After each page, the stream requests up to `prefetch`
  /// further pages in advance. If the end of the list is unknown, it requests only one page in advance.
  public func stream(
    _ query: Query, waitLimit: WaitLimit = .usual, prefetch: Int = 0,
    rule: ListCompletenessCheck.ListChangePolicy = .keep
  ) -> PageStream {
    PageStream(self, query, waitLimit, prefetch: prefetch, rule: rule, isDivided: false)
  }

  /// Reads the number of resources that match a query (in the Elixir library: Retort.Client.Generic `count`).
  ///
  /// The method requests a page with one resource, and returns the total in the reply. If the service refuses this page
  /// size, the method requests a page without a size.
  ///
  /// A total below the number of received resources is ignored. Without a total, the method counts the resources of the
  /// page. If there can be more pages, the method counts the resources of all pages, and writes a remark to the trace.
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
    // The service may have understood the page size 1, so it can divide the list into pages.
    var stream = PageStream(self, all, waitLimit, prefetch: 0, rule: .keep, isDivided: found == 1)
    var count = 0
    while let page = try await stream.next() { count += page.count }
    return count - stream.changes.repeated
  }
}

extension Document {
  /// The total number of resources on all pages, according to the reply.
  ///
  /// Nil if the reply has no total, or if the total is less than the number of resources in the reply.
  var total: Int? { pagination()?.totalSize.flatMap { $0 < count ? nil : $0 } }
}
