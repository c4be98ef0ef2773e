public import JSONAPI
import JSONText

/// Reads the ids of all resources of a list, while the caller destroys these resources.
///
/// The reader reads the first page repeatedly, until the list is empty. The reader returns no id twice. It is an error
/// if a page has only ids that the reader returned before. The service then keeps destroyed resources in its list, or
/// gives their ids to new resources. `destroy_all` of the Elixir library would never end in this case.
///
/// If there is a next page, the reader skips an empty page, and a page with only ids that the caller could not destroy.
/// For a query without a page, the reader requests pages of a hundred resources. If the service refuses this size, the
/// reader requests pages of the service's own size.
public struct ShrinkingListReader: Sendable {
  private let client: ResourceClient
  private let waitLimit: ResourceClient.WaitLimit
  private var query: Query
  /// The page at which each reading of the list starts.
  ///
  /// The value is nil if the requests have no `page` parameter, so that the service uses its own page size.
  private var first: Pagination.Page?
  /// The page with the ids that the reader returned last.
  ///
  /// Earlier pages have only ids that the caller could not destroy.
  private var start: Pagination.Page?
  /// Whether the reader can still leave out the `page` parameter.
  ///
  /// This is true before the first page arrives, if the caller's query has no page.
  private var mayLeaveOutPage: Bool
  /// The hashes of the returned ids.
  ///
  /// The reader stores only a hash of 8 bytes for each id, because there can be millions of ids.
  private var returned: Set<Int> = []
  /// The first count of resources that the service sent; nil if it sends no count.
  public private(set) var counted: Int?
  /// The ids that the caller could not destroy.
  private var kept: Set<CodePointString> = []
  /// A resource that does not match the filter, from the page that the reader read last; nil without such a resource.
  public private(set) var ignoredFilter: IgnoredFilter?
  /// The number of resources that the service counts at the end of the list but does not show.
  public private(set) var notShown = 0

  init(_ client: ResourceClient, _ query: Query, _ waitLimit: ResourceClient.WaitLimit) {
    self.client = client
    self.waitLimit = waitLimit
    self.query = query
    mayLeaveOutPage = query.page == nil
    first = query.page?.first ?? Pagination.Page(number: 1, size: 100)
    start = first
    self.query.include = []
  }

  /// Records ids that the caller could not destroy; the reader does not return these ids again.
  public mutating func keep(_ ids: some Sequence<String>) { kept.formUnion(ids.lazy.map { CodePointString($0) }) }

  /// Returns the next ids to destroy; nil at the end.
  ///
  /// - Throws: The ``ClientError`` of the request. An error of kind `service` if a page still has destroyed resources.
  ///   An error of kind `value` if a resource has another type than the client. An error of kind `protocol` if a
  ///   resource has no id, if the service's pages do not advance, or if the pages end before all counted resources have
  ///   arrived.
  public mutating func next() async throws(ClientError) -> [String]? {
    query.page = start
    while true {
      var cursor = PageCursor(isFromStart: start == first)
      while let document = try await page() {
        counted = counted ?? document.pagination()?.totalSize
        ignoredFilter = IgnoredFilter(query.filter, in: document)
        if let fresh = try fresh(document) {
          start = query.page
          return fresh
        }
        guard let next = try cursor.next(after: query, document, of: client) else {
          notShown = max(0, (document.pagination()?.totalSize ?? 0) - kept.count)
          break
        }
        query.page = next
      }
      // Resources may have moved to earlier pages, so only a reading from the first page can find the end of the list.
      if start == first { return nil }
      (start, query.page) = (first, first)
    }
  }

  /// The number of returned ids beyond the service's first count; 0 without a count.
  public var surplus: Int { counted.map { max(0, returned.count - $0) } ?? 0 }

  /// Returns the ids of a page that the reader has not returned before.
  ///
  /// Returns nil if the page has no ids except those that the caller could not destroy.
  ///
  /// - Throws: A `service` error if the page has only ids that the reader has returned before. A `protocol` error for a
  ///   resource without an id. A `value` error for a resource of another type.
  private mutating func fresh(_ document: Document) throws(ClientError) -> [String]? {
    let ids = document.resources.compactMap { $0["id"]?.idText }
    guard ids.count == document.count else {
      throw client.malformed("index", "the reply has a resource without an id")
    }
    if let other = document.resources.first(where: { !$0.hasText(client.type, at: "type") }),
      let type = other["type"]?.stringValue
    {
      throw client.foreign(type, other["id"]?.idText ?? "")
    }
    let open = ids.filter { !kept.contains(CodePointString($0)) }
    let fresh = open.filter { returned.insert(CodePointString($0).hashValue).inserted }
    guard fresh.isEmpty, !open.isEmpty else { return fresh.isEmpty ? nil : fresh }
    throw ClientError(
      .service, "\(client.label("destroy-all")): a page still has resources that were destroyed",
      nextStep: "if the service keeps destroyed resources in its list, narrow the filter; if the service gives the ids "
        + "of destroyed resources to new resources, run the statement again")
  }

  /// Reads the page of the query.
  ///
  /// Returns nil if the service refuses a page that existed before. If the service refuses the page size of a hundred,
  /// the function reads a page of the service's own size.
  private mutating func page() async throws(ClientError) -> Document? {
    do throws(ClientError) {
      let document = try await client.index(query, waitLimit: waitLimit)
      mayLeaveOutPage = false
      return document
    } catch {
      guard error.kind == .service || error.kind == .invalid else { throw error }
      if query.page == start, start != first { return nil }
      guard mayLeaveOutPage else { throw error }
      mayLeaveOutPage = false
      (first, start, query.page) = (nil, nil, nil)
      return try await client.index(query, waitLimit: waitLimit)
    }
  }
}

extension ResourceClient {
  /// Returns the error for a list that has a resource of another type.
  ///
  /// The id of this resource can also be the id of a resource of the client's type, which the caller must not destroy.
  fileprivate func foreign(_ type: String, _ id: String) -> ClientError {
    ClientError(
      .value, "\(label("destroy-all")): the list has \(type)/\(id), but the client's type is \(self.type)",
      nextStep:
        "use a client of that type: client queue: \(JSONValue.string(queue).text) type: \(JSONValue.string(type).text)")
  }

  /// Returns a reader for a caller that destroys all resources of a list.
  ///
  /// The reader sends nothing before the first call of `next`.
  public func firstPages(_ query: Query, waitLimit: WaitLimit = .usual) -> ShrinkingListReader {
    ShrinkingListReader(self, query, waitLimit)
  }
}
