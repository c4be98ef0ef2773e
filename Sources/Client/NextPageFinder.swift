import JSONAPI
import JSONText

/// Finds the next page of a list, from the link `next` in the reply with the current page.
///
/// If a service sends no page links, the next page of a stream has the next number (``NextPageByNumber``).
///
/// A service can hide some rows of a page, so even a page before the last page can be empty (WireProtocol.md,
/// "Pagination"). If the service counts its resources, an empty page after the counted resources ends the list. Without
/// a count, many empty pages in a row are an error. A list that ends before all counted resources have arrived is an
/// error too. So is a list whose end does not come nearer in many successive pages.
struct NextPageFinder {
  /// Whether the client started at the first page of the list.
  let isFromStart: Bool
  /// The number of resources received so far.
  private(set) var received = 0
  /// Whether the client has already found a next page.
  private(set) var isTurned = false
  /// The total in the latest reply; nil if it has no total.
  private(set) var total: Int?
  /// The number of successive pages without resources.
  private var empty = 0
  /// The number of successive pages after which the end of the list was as far away as before.
  private var withoutProgress = 0
  /// The smallest number of resources, or of pages, that were missing to the end of the list.
  private var distance = Int.max
  /// Whether the client computed the number of the current page, because the service sent no link to it.
  private(set) var isNumbered = false
  /// The number of pages in a row without new resources after which the client reports an error.
  static let emptyPageLimit = 25
  /// The number of pages in a row that may leave the end of the list as far away as before.
  static let withoutProgressLimit = 1_000

  init(isFromStart: Bool) { self.isFromStart = isFromStart }

  /// Returns the page after the current page.
  ///
  /// - Parameters:
  ///   - query: The query for the current page.
  ///   - document: The reply with the current page.
  ///   - client: The client, for messages.
  ///   - numbering: Finds the next page of a list without page links; nil if a missing link ends the list.
  /// - Returns: The next page; nil after the last page.
  /// - Throws: A `protocol` error in four cases. The link to the next page is unreadable, or does not lead to a later
  ///   page. Only empty pages arrive. The end of the list does not come nearer. The list ends before all counted
  ///   resources have arrived.
  mutating func next(
    after query: Query, _ document: Document, of client: ResourceClient, numbering: NextPageByNumber? = nil
  ) throws(ClientError) -> Pagination.Page? {
    let next = try following(query, document, client, numbering)
    if next != nil { try refuseEndlessList(document.pagination(asked: query.page), query.page, document, client) }
    return next
  }

  private mutating func following(
    _ query: Query, _ document: Document, _ client: ResourceClient, _ numbering: NextPageByNumber?
  ) throws(ClientError) -> Pagination.Page? {
    let number = query.page?.number ?? 1
    empty = document.count == 0 ? empty + 1 : 0
    received += document.count
    let pagination = document.pagination(asked: query.page)
    total = pagination?.totalSize
    if pagination?.hasNext != true, let numbering, let page = numbering.next(after: query.page, document, self) {
      isNumbered = true
      return page
    }
    guard let pagination else { return nil }
    if let link = pagination.unreadableNext {
      // All counted resources have arrived, so the link can only lead to an empty page.
      if isFromStart, let total = pagination.totalSize, received >= total { return nil }
      throw unreadable(link, client)
    }
    guard let next = pagination.next else {
      if mayBeComplete(pagination) { return nil }
      throw truncated(pagination, client)
    }
    (isTurned, isNumbered) = (true, false)
    guard next.number > number else {
      var error = client.malformed(
        "index", "the service names page \(next.number) as the next page after page \(number)")
      error.nextStep =
        "the service's paging does not advance; read single pages: index ... page: {number: 2, size: 10}"
      throw error
    }
    guard empty > 0 else { return next }
    if isFromStart, let total = pagination.totalSize, received >= total { return nil }
    if let end = pagination.end(next.size) { return next.number > end ? nil : next }
    guard empty < Self.emptyPageLimit else {
      var error = client.malformed("index", "\(empty) successive pages are empty, and each has a next page")
      error.nextStep =
        "the service does not report the end of its list; use a filter or read single pages: index ... page: {number: 2, size: 10}"
      throw error
    }
    return next
  }

  /// Throws an error if many successive pages were empty, or did not bring the end of the list nearer.
  private mutating func refuseEndlessList(
    _ pagination: Pagination?, _ page: Pagination.Page?, _ document: Document, _ client: ResourceClient
  ) throws(ClientError) {
    let rest = pagination?.totalSize.map { $0 - received } ?? pagination?.last.map { $0.number - (page?.number ?? 1) }
    let isNearer = rest.map { $0 >= 0 && $0 < distance } ?? true
    distance = min(distance, rest ?? distance)
    withoutProgress = isNearer && document.count > 0 ? 0 : withoutProgress + 1
    guard withoutProgress >= Self.withoutProgressLimit else { return }
    var error = client.malformed(
      "index",
      "the end of the list does not come nearer: \(withoutProgress) successive pages have a next page, "
        + "and the stream received \(received) resources\(pagination?.totalSize.map { " of \($0)" } ?? "")")
    error.nextStep = "use a filter, or read larger pages: stream ... page: {size: 1000}"
    throw error
  }

  /// Whether a list without a link to a next page can be complete.
  ///
  /// The result is false if a service without page links has sent fewer resources than it counts.
  private func mayBeComplete(_ pagination: Pagination) -> Bool {
    let namesPages = pagination.first != nil || pagination.last != nil || pagination.previous != nil
    return namesPages || !isFromStart || isTurned || isNumbered || received >= pagination.totalSize ?? 0
  }

  private func unreadable(_ link: JSONValue, _ client: ResourceClient) -> ClientError {
    let text = link.hidingSecrets.text.prefix(200)
    var error = client.malformed("index", "the link to the next page can't be read: \(text)")
    let page = JSONObject(Pagination.members(link).sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    error.nextStep =
      page.isEmpty
      ? "the service's paging does not use page numbers and sizes; narrow the list with a filter"
      : "to read that page: call \(client.type) \"index\" \(JSONValue.object(["page": .object(page)]).text) reads: true"
    return error
  }

  /// Returns the error for a list that ends before all counted resources have arrived.
  func truncated(_ pagination: Pagination, _ client: ResourceClient) -> ClientError {
    let total = pagination.totalSize ?? 0
    var error = client.malformed(
      "index", "the service counts \(total) resources, but sent \(received) and names no next page")
    error.nextStep = "the service's paging does not use page numbers and sizes; narrow the list with a filter"
    return error
  }
}

extension Pagination {
  /// Returns the number of the last page, if pages have the given size; nil if unknown.
  func end(_ size: Int) -> Int? { last?.number ?? totalSize.map { ($0 + size - 1) / size } }
}
