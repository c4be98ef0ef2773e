public import JSONText

/// Which pages a list has (Alembic's pagination): from top-level links and `meta.record-count`.
public struct Pagination: Sendable, Equatable {
  /// A page's number, from 1, and size.
  public struct Page: Sendable, Equatable {
    /// The number.
    public var number: Int
    /// How many resources a page holds.
    public var size: Int

    /// Creates a page.
    public init(number: Int, size: Int) {
      self.number = number
      self.size = size
    }
  }

  /// The first page, if a link names it.
  public var first: Page?
  /// The last page, if a link names it.
  public var last: Page?
  /// The next page; nil on the last.
  public var next: Page?
  /// The previous page; nil on the first.
  public var previous: Page?
  /// How many resources all pages hold, if the service counts them.
  public var totalSize: Int?

  /// Reads pagination; nil where the service sends neither a count nor a page link.
  public init?(meta: JSONObject, links: JSONObject) {
    totalSize = (meta["record-count"] ?? meta["record_count"])?.idText.flatMap { Int($0) }
    first = Self.page(links["first"])
    last = Self.page(links["last"])
    next = Self.page(links["next"])
    previous = Self.page(links["prev"]) ?? Self.page(links["previous"])
    if totalSize == nil, first == nil, last == nil, next == nil, previous == nil { return nil }
  }

  /// The page that a link's query names; host and path do not matter.
  private static func page(_ link: JSONValue?) -> Page? {
    guard let text = link?.stringValue ?? link?["href"]?.stringValue, let mark = text.firstIndex(of: "?") else {
      return nil
    }
    var values: [String: Int] = [:]
    for pair in text[text.index(after: mark)...].split(whereSeparator: { $0 == "&" || $0 == "#" }) {
      guard let equals = pair.firstIndex(of: "=") else { continue }
      let key = pair[..<equals].replacing("%5B", with: "[").replacing("%5D", with: "]")
        .replacing("%5b", with: "[").replacing("%5d", with: "]")
      values[String(key)] = Int(pair[pair.index(after: equals)...])
    }
    guard let number = values["page[number]"], let size = values["page[size]"] else { return nil }
    return Page(number: number, size: size)
  }
}
