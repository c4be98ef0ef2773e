import JSONAPI
import JSONText

/// Finds the next page of a list, from the link `next` in the reply with the current page.
///
/// A service can hide rows after it has divided them into pages, so a page before the last page can be empty
/// (WireProtocol.md, "Pagination"). If the service counts its resources, an empty page beyond this count ends the list.
/// Without a count, many successive empty pages are an error. It is also an error if the service names no other page
/// before all counted resources have arrived.
struct PageCursor {
  /// Whether the client began to read the list at its first page.
  let isFromStart: Bool
  /// The number of resources received so far.
  private(set) var received = 0
  private var isTurned = false
  private var empty = 0
  /// The maximum number of successive pages that contain nothing new.
  static let emptyPageLimit = 25

  init(isFromStart: Bool) { self.isFromStart = isFromStart }

  /// Returns the page after the page of `query`; nil after the last page.
  ///
  /// `document` is the reply with the page of `query`.
  ///
  /// - Throws: A `protocol` error if the next page does not advance, if the client can't read the link to it, or if
  ///   only empty pages arrive. A `protocol` error also if the service names no other page before all counted resources
  ///   have arrived.
  mutating func next(
    after query: Query, _ document: Document, of client: ResourceClient
  ) throws(ClientError) -> Pagination.Page? {
    let number = query.page?.number ?? 1
    empty = document.count == 0 ? empty + 1 : 0
    received += document.count
    guard let pagination = document.pagination(asked: query.page) else { return nil }
    if let link = pagination.unreadableNext {
      // All counted resources have arrived, so the link can only lead to an empty page.
      if isFromStart, let total = pagination.totalSize, received >= total { return nil }
      throw unreadable(link, client)
    }
    guard let next = pagination.next else {
      if mayBeComplete(pagination) { return nil }
      throw truncated(pagination, client)
    }
    isTurned = true
    guard next.number > number else {
      var error = client.malformed(
        "index", "the service names page \(next.number) as the next page after page \(number)")
      error.nextStep =
        "the service's paging does not advance; read single pages: index ... page: {number: 2, size: 10}"
      throw error
    }
    guard empty > 0 else { return next }
    if let end = pagination.end(next.size) { return next.number > end ? nil : next }
    guard empty < Self.emptyPageLimit else {
      var error = client.malformed("index", "\(empty) successive pages are empty, and each has a next page")
      error.nextStep =
        "the service does not report the end of its list; use a filter or read single pages: index ... page: {number: 2, size: 10}"
      throw error
    }
    return next
  }

  /// Whether the list can be complete although the reply has no link to a next page.
  ///
  /// The list can be complete if the service named other pages, or if all counted resources have arrived.
  private func mayBeComplete(_ pagination: Pagination) -> Bool {
    let namesPages = pagination.first != nil || pagination.last != nil || pagination.previous != nil
    return namesPages || !isFromStart || isTurned || received >= pagination.totalSize ?? 0
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

  private func truncated(_ pagination: Pagination, _ client: ResourceClient) -> ClientError {
    let total = pagination.totalSize ?? 0
    var error = client.malformed(
      "index", "the service counts \(total) resources, but sent \(received) and names no next page")
    error.nextStep = "the service's paging does not use page numbers and sizes; narrow the list with a filter"
    return error
  }
}

extension Pagination {
  /// Returns the number of the last page for a page size; nil if unknown.
  func end(_ size: Int) -> Int? { last?.number ?? totalSize.map { ($0 + size - 1) / size } }
}
