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
    totalSize = (meta["record-count"] ?? meta["record_count"])?.idText.flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 }
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
    var number: Int?
    var size: Int?
    for pair in text[mark...].dropFirst().prefix(while: { $0 != "#" }).split(separator: "&") {
      guard let equals = pair.firstIndex(of: "=") else { continue }
      let value = pair[equals...].dropFirst()
      switch pair[..<equals].percentDecoded {
      case "page[number]": number = Int(value.percentDecoded)
      case "page[size]": size = Int(value.percentDecoded)
      default: continue
      }
    }
    guard let number, let size, number > 0, size > 0 else { return nil }
    return Page(number: number, size: size)
  }
}

extension Substring {
  /// The text with each `%5B` as the byte it stands for (RFC 3986 section 2.1).
  fileprivate var percentDecoded: String {
    guard utf8.contains(UInt8(ascii: "%")) else { return String(self) }
    var bytes: [UInt8] = []
    var rest = utf8
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2, let escaped = UInt8(Substring(digits), radix: 16) {
        bytes.append(escaped)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
