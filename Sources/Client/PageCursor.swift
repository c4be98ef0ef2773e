import JSONAPI
import JSONText

/// The way from page to page of a list: by the pagination or, where the service counts nothing, by `links.next`.
///
/// A page can be empty without being the last where a service hides rows after paging (WireProtocol.md, "Pagination").
/// An empty page beyond the service's count is the end. Without a count, a number of empty pages in a row is an error. So
/// is a count that no page leads to.
struct PageCursor {
  /// Whether the first page was asked for.
  let isFromStart: Bool
  private var received = 0
  private var isTurned = false
  private var empty = 0
  /// How many pages in a row may lead to nothing.
  static let patience = 25

  init(isFromStart: Bool) { self.isFromStart = isFromStart }

  /// The page after one; nil after the last.
  ///
  /// - Throws: a `protocol` error where the next page does not advance or its link can't be read, nothing but empty pages
  ///   come, or more is counted than pages lead to.
  mutating func next(
    after query: Query, _ document: Document, of client: ResourceClient
  ) throws(ClientError) -> Pagination.Page? {
    let number = query.page?.number ?? 1
    empty = document.resources.isEmpty ? empty + 1 : 0
    received += document.resources.count
    guard let pagination = document.pagination(asked: query.page) else { return nil }
    if let link = pagination.unreadableNext {
      // Where all that is counted has come, nothing is behind the link.
      if isFromStart, let total = pagination.totalSize, received >= total { return nil }
      throw unreadable(link, client)
    }
    guard let next = pagination.next else {
      if hasWay(pagination) { return nil }
      throw truncated(pagination, client)
    }
    isTurned = true
    guard next.number > number else {
      var error = client.malformed("index", "the page after \(number) is said to be \(next.number)")
      error.nextStep =
        "the service's paging does not advance; ask for single pages: index ... page: {number: 2, size: 10}"
      throw error
    }
    guard empty > 0 else { return next }
    if let end = pagination.end(next.size) { return next.number > end ? nil : next }
    guard empty < Self.patience else {
      var error = client.malformed("index", "\(empty) pages in a row are empty, and each names a next one")
      error.nextStep =
        "the service does not say where its list ends; a filter or single pages: index ... page: {number: 2, size: 10}"
      throw error
    }
    return next
  }

  /// Whether pages lead to all that is counted, as far as can be known.
  private func hasWay(_ pagination: Pagination) -> Bool {
    let namesPages = pagination.first != nil || pagination.last != nil || pagination.previous != nil
    return namesPages || !isFromStart || isTurned || received >= pagination.totalSize ?? 0
  }

  private func unreadable(_ link: JSONValue, _ client: ResourceClient) -> ClientError {
    let text = link.hidingSecrets.text.prefix(200)
    var error = client.malformed("index", "the link to the next page can't be read: \(text)")
    let page = JSONObject(Pagination.members(link).sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    error.nextStep =
      page.isEmpty
      ? "its paging is another than page number and size; a filter narrows the list"
      : "call \(client.settings.type) \"index\" \(JSONValue.object(["page": .object(page)]).text) reads: true asks for it"
    return error
  }

  private func truncated(_ pagination: Pagination, _ client: ResourceClient) -> ClientError {
    let total = pagination.totalSize ?? 0
    var error = client.malformed("index", "the service counts \(total), sent \(received) and names no next page")
    error.nextStep = "its paging is another than page number and size; a filter narrows the list"
    return error
  }
}

extension Pagination {
  /// The number of the last page, as far as that is known, where pages have a size.
  func end(_ size: Int) -> Int? { last?.number ?? totalSize.map { ($0 + size - 1) / size } }
}
