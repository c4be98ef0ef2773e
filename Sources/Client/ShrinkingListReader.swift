public import JSONAPI
import JSONText

/// A reader of the ids in a list whose resources the caller destroys.
///
/// The reader requests the first page repeatedly until the list is empty, and returns each id once. If a page has only
/// ids of destroyed resources, the reader throws an error: the service keeps destroyed resources in the list, or reuses
/// their ids. In this case, `destroy_all` of the Elixir library never ends.
///
/// If the caller could not destroy any resource of a page, the reader reads the next page. It also reads the next page
/// after an empty page. By default, a page has a hundred resources. If the service refuses this size, the requests
/// contain no page size.
public struct ShrinkingListReader: Sendable {
  private let client: ResourceClient
  private let waitLimit: ResourceClient.WaitLimit
  private var query: Query
  /// The page from which the reader starts to search the list.
  ///
  /// Nil if the requests have no `page` parameter, so that the service chooses the page size.
  private var first: Pagination.Page?
  /// The page with the ids that the reader returned last.
  ///
  /// The pages before it contain only ids that the caller could not destroy.
  private var start: Pagination.Page?
  /// Whether the reader may still omit the `page` parameter.
  ///
  /// This is true until the first page arrives, if the caller's query has no page.
  private var mayLeaveOutPage: Bool
  /// The hashes of the returned ids.
  ///
  /// A hash has only 8 bytes, because there can be millions of ids.
  private var returned: Set<Int> = []
  /// The number of resources that the service counted at first; nil if there is no count.
  public private(set) var counted: Int?
  /// The ids that the caller could not destroy.
  private var kept: Set<CodePointComparedString> = []
  /// A resource on the most recently read page that does not match the filter; nil if all resources match.
  public private(set) var ignoredFilter: IgnoredFilter?
  /// The filters that can't be compared with the resources of the most recently read page.
  public private(set) var uncheckedFilters: [UncheckableFilter] = []
  /// The number of resources that the service still counts at the end of the list, but does not return.
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

  /// Records ids that the caller could not destroy, so that the reader does not return them again.
  public mutating func keep(_ ids: some Sequence<String>) {
    kept.formUnion(ids.lazy.map { CodePointComparedString($0) })
  }

  /// Returns the next ids to destroy; nil at the end of the list.
  ///
  /// - Throws: The ``ClientError`` of the request. A `service` error if a page still has destroyed resources. A `value`
  ///   error if a resource has another type than the client. A `protocol` error if a resource has no id, or if the
  ///   pages of the service are faulty (``PageStream/next()``).
  public mutating func next() async throws(ClientError) -> [String]? {
    query.page = start
    while true {
      var cursor = NextPageFinder(isFromStart: start == first)
      while let document = try await page() {
        counted = counted ?? document.pagination()?.totalSize
        let comparison = IgnoredFilterDetector(query.filter, in: document)
        (ignoredFilter, uncheckedFilters) = (comparison.ignored, comparison.unchecked)
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
      // Resources may have moved to earlier pages. Only a search from the first page can show that the list is empty.
      if start == first { return nil }
      (start, query.page) = (first, first)
    }
  }

  /// The number by which the returned ids exceed the service's first count; 0 if there is no count.
  public var surplus: Int { counted.map { max(0, returned.count - $0) } ?? 0 }

  /// Returns those ids of a page that the reader has not returned before.
  ///
  /// Returns nil if the page is empty, or has only ids that the caller could not destroy.
  ///
  /// - Throws: A `service` error if the reader has returned all ids of the page before, and the caller did not pass all
  ///   of them to ``keep(_:)``. A `protocol` error for a resource without an id. A `value` error for a resource of
  ///   another type.
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
    let open = ids.filter { !kept.contains(CodePointComparedString($0)) }
    let fresh = open.filter { returned.insert(CodePointComparedString($0).hashValue).inserted }
    guard fresh.isEmpty, !open.isEmpty else { return fresh.isEmpty ? nil : fresh }
    throw ClientError(
      .service, "\(client.label("destroy-all")): a page still has resources that were destroyed",
      nextStep: "if the service keeps destroyed resources in its list, narrow the filter; if the service gives the ids "
        + "of destroyed resources to new resources, run the statement again")
  }

  /// Reads the page of the query.
  ///
  /// Returns nil if the service refuses a page that existed before. If the service refuses a page with a hundred
  /// resources, the method requests a page without a size.
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
  /// Returns the error for a list that contains a resource of another type.
  ///
  /// A resource of the client's type can have the same id, and must not be destroyed by mistake.
  fileprivate func foreign(_ type: String, _ id: String) -> ClientError {
    ClientError(
      .value, "\(label("destroy-all")): the list has \(type)/\(id), but the client's type is \(self.type)",
      nextStep:
        "use a client of that type: client queue: \(JSONValue.string(queue).text) type: \(JSONValue.string(type).text)")
  }

  /// Returns a reader for a caller that destroys all resources of a list.
  ///
  /// The reader sends its first request when `next` is called.
  public func firstPages(_ query: Query, waitLimit: WaitLimit = .usual) -> ShrinkingListReader {
    ShrinkingListReader(self, query, waitLimit)
  }
}
