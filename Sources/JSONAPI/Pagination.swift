public import JSONText

/// The page links and the total count of a list, from the document's `links` and `meta.record-count`.
///
/// Alembic, a JSON:API library for Elixir, uses the same members for its pagination.
public struct Pagination: Sendable, Equatable {
  /// A page of a list: its number and its size.
  public struct Page: Sendable, Equatable {
    /// The number of the page, counted from 1.
    public var number: Int
    /// The maximum number of resources on a page.
    public var size: Int
    /// The number of resources before the page; nil for a page that a client requests by number.
    public private(set) var offset: Int?

    /// Creates a page.
    public init(number: Int, size: Int) {
      self.number = number
      self.size = size
    }

    /// Creates a page that a client requests by `offset` and `limit`, for the offset paginator of jsonapi-resources.
    public init(offset: Int, limit: Int) {
      self.init(number: 1 + offset / limit, size: limit)
      self.offset = offset
    }

    /// Returns the page that is `pages` pages later.
    ///
    /// If that page's number or offset is too large for an `Int`, it becomes `Int.max`.
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

    /// The number of resources before the page; `Int.max` if the number is too large for an `Int`.
    public var start: Int { offset ?? Self.product(number - 1, size) }

    /// The first page of a list with this page size.
    public var first: Page { offset == nil ? Page(number: 1, size: size) : Page(offset: 0, limit: size) }

    /// The members of the `page` parameter with which a client requests the page, such as `["number": 2, "size": 10]`.
    public var members: KeyValuePairs<String, Int> {
      if let offset { ["offset": offset, "limit": size] } else { ["number": number, "size": size] }
    }
  }

  /// The first page; nil if the document has no readable link to it.
  public var first: Page?
  /// The last page; nil if the document has no readable link to it.
  public var last: Page?
  /// The next page; nil on the last page, and if the link to the next page is not readable.
  public var next: Page?
  /// The link to the next page, if it contains no readable page number or offset; otherwise nil.
  public private(set) var unreadableNext: JSONValue?
  /// The previous page; nil on the first page.
  public var previous: Page?
  /// The number of resources on all pages; nil if the service sends no count, or no readable count.
  public var totalSize: Int?

  /// The count of resources as received, if it is not a whole number; otherwise nil.
  public private(set) var unreadableTotal: JSONValue?

  /// Whether there is a next page, even if the link to that page is not readable.
  public var hasNext: Bool { next != nil || unreadableNext != nil }

  /// Reads the pagination of a document; nil if the document has neither a count nor a page link.
  ///
  /// - Parameters:
  ///   - meta: The top-level `meta`.
  ///   - links: The top-level `links`. A wrong value, such as a text instead of an object, counts as an unreadable link
  ///     to the next page.
  ///   - size: The page size for a link that contains only a number or an offset.
  public init?(meta: JSONObject, links: JSONValue?, size: Int? = nil) {
    let total = meta["record-count"] ?? meta["record_count"] ?? .null
    totalSize = total.idText.flatMap(Self.wholeNumber)
    if totalSize == nil, !total.isNull { unreadableTotal = total }
    first = Self.page(links?["first"], size)
    last = Self.page(links?["last"], size)
    next = Self.page(links?["next"], size)
    previous = Self.page(links?["prev"], size) ?? Self.page(links?["previous"], size)
    let isObject = links?.objectValue != nil
    if next == nil { unreadableNext = Self.link(isObject ? links?["next"] : links) }
    if totalSize == nil, unreadableTotal == nil, first == nil, last == nil, previous == nil, !hasNext { return nil }
  }

  /// Returns a link; nil if the value means that there is no link.
  ///
  /// For a missing link, services send null, false, an empty text, an empty list or an empty object.
  private static func link(_ link: JSONValue?) -> JSONValue? {
    switch link {
    case nil, .null?, .bool(false)?, .string("")?: nil
    case .array(let array)? where array.isEmpty: nil
    case .object(let object)? where object.isEmpty: nil
    case .object(let object)?: object.contains("href") && self.link(object["href"]) == nil ? nil : link
    default: link
    }
  }

  /// Returns the whole number with the given digits; nil for another text, and for more than 18 digits.
  ///
  /// With this limit, the sum of a few such numbers is not too large for an `Int`.
  private static func wholeNumber(_ text: String) -> Int? { text.utf8.count > 18 ? nil : Int(digits: text) }

  /// Returns the page that the query of a link requests; nil if the query requests no page.
  private static func page(_ link: JSONValue?, _ size: Int?) -> Page? {
    let members = members(link)
    func member(_ name: String, or missing: Int? = nil) -> Int? { members[name].map(Self.wholeNumber) ?? missing }
    if let number = member("number"), let size = member("size", or: size), number > 0, size > 0 {
      return Page(number: number, size: size)
    }
    if let offset = member("offset"), let limit = member("limit", or: size), limit > 0 {
      return Page(offset: offset, limit: limit)
    }
    return nil
  }

  /// Returns the members of `page` in the query of a link: `page[number]=2` becomes `["number": "2"]`.
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
