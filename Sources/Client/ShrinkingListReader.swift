public import JSONAPI
import JSONText

/// Reads the ids on a list's first page repeatedly, while the caller destroys their resources, until the list is empty.
///
/// No id is returned twice. A page that has only ids that were returned before is an error: the service keeps destroyed
/// resources in its list, or gives their ids to new resources. `destroy_all` of the Elixir library would never end
/// then.
///
/// An empty page, or a page with only ids that could not be destroyed, is skipped if there is a next page. For a query
/// without a page, pages of a hundred resources are requested, or pages of the service's own size if the service
/// refuses this size.
public struct ShrinkingListReader: Sendable {
  private let client: ResourceClient
  private let waitLimit: ResourceClient.WaitLimit
  private var query: Query
  /// The page with which a reading starts; nil to send no `page` parameter, so that the service uses its own page size.
  private var first: Pagination.Page?
  /// The page on which the last returned ids were found; earlier pages have only ids that could not be destroyed.
  private var start: Pagination.Page?
  /// Whether the `page` parameter can be omitted, because the caller's query has none, and no page has been read.
  private var mayLeaveOutPage: Bool
  /// The hashes of the returned ids.
  ///
  /// Only a hash of 8 bytes is stored for each id, because there can be millions of ids.
  private var returned: Set<Int> = []
  /// The first count of resources that the service sent; nil if it sends no count.
  public private(set) var counted: Int?
  /// The ids that could not be destroyed.
  private var kept: Set<CodePoints> = []
  /// A resource on the last page that was read, and the filter from which it differs; nil without such a resource.
  public private(set) var ignoredFilter: IgnoredFilter?
  /// The number of resources that the service counted at the end but did not return.
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

  /// Records ids that could not be destroyed, so that they are not returned again.
  public mutating func keep(_ ids: some Sequence<String>) { kept.formUnion(ids.lazy.map { CodePoints($0) }) }

  /// Returns the next ids to destroy; nil at the end.
  ///
  /// - Throws: ``ClientError`` of the request; of kind `service` if a page still has destroyed resources; of kind
  ///   `protocol` if a resource has no id, if the service's pages do not advance, or if they end before all counted
  ///   resources have arrived.
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
      // Ids may have moved to earlier pages: only a reading that starts at the first page finds the end.
      if start == first { return nil }
      (start, query.page) = (first, first)
    }
  }

  /// The number by which the returned ids exceed the service's first count; 0 without a count.
  public var surplus: Int { counted.map { max(0, returned.count - $0) } ?? 0 }

  /// Returns the ids of a page that were not returned before; nil if the page has no ids except those that could not be
  /// destroyed.
  ///
  /// - Throws: A `service` error if the page has only ids that were returned before.
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
    let open = ids.filter { !kept.contains(CodePoints($0)) }
    let fresh = open.filter { returned.insert(CodePoints($0).hashValue).inserted }
    guard fresh.isEmpty, !open.isEmpty else { return fresh.isEmpty ? nil : fresh }
    throw ClientError(
      .service, "\(client.label("destroy-all")): a page still has resources that were destroyed",
      nextStep: "the service may keep destroyed resources in its list: narrow the filter; or, if the service gives ids "
        + "of destroyed resources to new resources, run the statement again")
  }

  /// Reads the page of the query; returns nil if the service refuses a page that existed before.
  ///
  /// If the service refuses the page size of a hundred, a page of the service's own size is read.
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
  /// Returns the error of a list that has a resource of another type, whose id must not be used for the client's type.
  fileprivate func foreign(_ type: String, _ id: String) -> ClientError {
    ClientError(
      .value, "\(label("destroy-all")): the list has \(type)/\(id), but the client's type is \(self.type)",
      nextStep:
        "use a client of that type: client queue: \(JSONValue.string(queue).text) type: \(JSONValue.string(type).text)")
  }

  /// Returns a reader of a list's first page, for a caller that empties the list; the reader sends nothing before the
  /// first call of `next`.
  public func firstPages(_ query: Query, waitLimit: WaitLimit = .usual) -> ShrinkingListReader {
    ShrinkingListReader(self, query, waitLimit)
  }
}
