public import JSONText

/// The page links and the count of a list, read from the top-level links and `meta.record-count`.
///
/// Alembic, a JSON:API library for Elixir, uses these members for its pagination.
public struct Pagination: Sendable, Equatable {
  /// A page of a list: its number, from 1, and its size.
  public struct Page: Sendable, Equatable {
    /// The number of the page, counted from 1.
    public var number: Int
    /// The maximum number of resources of a page.
    public var size: Int
    /// The number of resources before the page; nil unless the page is requested by offset instead of by number.
    public private(set) var offset: Int?

    /// Creates a page.
    public init(number: Int, size: Int) {
      self.number = number
      self.size = size
    }

    /// Creates a page that is requested by `offset` and `limit` (jsonapi-resources' offset paginator).
    public init(offset: Int, limit: Int) {
      self.init(number: 1 + offset / limit, size: limit)
      self.offset = offset
    }

    /// Returns the page that is `pages` pages later, or the last page with a representable number.
    public func advanced(by pages: Int) -> Page {
      var result = self
      result.number = Self.sum(number, pages)
      if let offset { result.offset = Self.sum(offset, Self.product(pages, size)) }
      return result
    }

    private static func sum(_ left: Int, _ right: Int) -> Int {
      let (sum, isOver) = left.addingReportingOverflow(right)
      return isOver ? .max : sum
    }

    private static func product(_ left: Int, _ right: Int) -> Int {
      let (product, isOver) = left.multipliedReportingOverflow(by: right)
      return isOver ? .max : product
    }

    /// The number of resources before the page; `Int.max` if the number is larger.
    public var start: Int { offset ?? Self.product(number - 1, size) }

    /// The first page of this size.
    public var first: Page { offset == nil ? Page(number: 1, size: size) : Page(offset: 0, limit: size) }

    /// The members of the `page` parameter that requests the page.
    public var members: KeyValuePairs<String, Int> {
      if let offset { ["offset": offset, "limit": size] } else { ["number": number, "size": size] }
    }
  }

  /// The first page; nil if the document has no link to the first page.
  public var first: Page?
  /// The last page; nil if the document has no link to the last page.
  public var last: Page?
  /// The next page; nil on the last page, and if the link to the next page can't be read.
  public var next: Page?
  /// The received link to a next page, if it contains no number or offset.
  public private(set) var unreadableNext: JSONValue?
  /// The previous page; nil on the first one.
  public var previous: Page?
  /// The number of resources on all pages; nil if the service does not count them.
  public var totalSize: Int?

  /// The value that the service sent as the count of resources, if it is not a whole number; nil otherwise.
  public private(set) var unreadableTotal: JSONValue?

  /// Whether there is a next page, even if its link can't be read.
  public var hasNext: Bool { next != nil || unreadableNext != nil }

  /// Reads pagination; nil if the service sends neither a count nor a page link.
  ///
  /// - Parameters:
  ///   - meta: The top-level meta.
  ///   - links: The top-level links; a value that is not an object is an unreadable link to the next page, unless it is
  ///     null or empty.
  ///   - size: The page size for a link that has only a number or an offset.
  public init?(meta: JSONObject, links: JSONValue?, size: Int? = nil) {
    let total = meta["record-count"] ?? meta["record_count"] ?? .null
    totalSize = total.idText.flatMap { Int(digits: $0) }
    if totalSize == nil, !total.isNull { unreadableTotal = total }
    first = Self.page(links?["first"], size)
    last = Self.page(links?["last"], size)
    next = Self.page(links?["next"], size)
    previous = Self.page(links?["prev"], size) ?? Self.page(links?["previous"], size)
    let isObject = links?.objectValue != nil
    if next == nil { unreadableNext = Self.link(isObject ? links?["next"] : links) }
    if totalSize == nil, unreadableTotal == nil, first == nil, last == nil, previous == nil, !hasNext { return nil }
  }

  /// Returns a link; nil for values that services send instead of no link: null, false, an empty text, list or object.
  private static func link(_ link: JSONValue?) -> JSONValue? {
    switch link {
    case nil, .null?, .bool(false)?, .string("")?: nil
    case .array(let array)? where array.isEmpty: nil
    case .object(let object)? where object.isEmpty: nil
    case .object(let object)?: object.contains("href") && self.link(object["href"]) == nil ? nil : link
    default: link
    }
  }

  /// Returns the page in a link's query; host and path are ignored.
  private static func page(_ link: JSONValue?, _ size: Int?) -> Page? {
    let members = members(link)
    func member(_ name: String, or missing: Int? = nil) -> Int? { members[name].map { Int(digits: $0) } ?? missing }
    if let number = member("number"), let size = member("size", or: size), number > 0, size > 0 {
      return Page(number: number, size: size)
    }
    if let offset = member("offset"), let limit = member("limit", or: size), limit > 0 {
      return Page(offset: offset, limit: limit)
    }
    return nil
  }

  /// Returns the members `page[...]` of a link's query, as text.
  public static func members(_ link: JSONValue?) -> [String: String] {
    guard let text = link?.stringValue ?? link?["href"]?.stringValue, let mark = text.firstIndex(of: "?") else {
      return [:]
    }
    var members: [String: String] = [:]
    for pair in text[mark...].dropFirst().prefix(while: { $0 != "#" }).split(separator: "&") {
      guard let equals = pair.firstIndex(of: "=") else { continue }
      let name = String(decoding: pair[..<equals].percentDecoded, as: UTF8.self)
      guard name.hasPrefix("page["), name.hasSuffix("]") else { continue }
      let value = pair[equals...].dropFirst().percentDecoded
      members[String(name.dropFirst(5).dropLast())] = String(decoding: value, as: UTF8.self)
    }
    return members
  }
}
