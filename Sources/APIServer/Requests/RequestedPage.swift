import JSONText

/// The page of a list that an `index` request asks for.
struct RequestedPage: Hashable, Sendable {
  /// The default number of rows of a page.
  static let defaultSize = 10
  /// The maximum number of rows of a page.
  static let maximumSize = 1_000

  var number = 1
  var size = RequestedPage.defaultSize
  /// The number of rows before the page, from the parameter `page[offset]`; nil if the request uses `page[number]`.
  var start: Int?

  /// A page that contains all rows.
  static let everything = RequestedPage(size: .max)

  /// Parses the parameter `page`.
  ///
  /// The parameter is an object with `number` and `size`, or with `offset` and `limit`. Each value is an integer or a
  /// string.
  static func parse(_ page: JSONValue?, _ pages: ProtocolDialect.ListPaging = .number) throws(RequestRefusal)
    -> RequestedPage
  {
    if pages == .none { return everything }
    let place = pages == .offset ? "offset" : "number"
    let extent = pages == .offset ? "limit" : "size"
    var result = RequestedPage(start: pages == .offset ? 0 : nil)
    guard let page else { return result }
    guard let members = page.objectValue else { throw RequestRefusal(.invalidPage(page)) }
    var errors: [ErrorInBothWordings] = []
    for (name, value) in members {
      guard name == place || name == extent else {
        errors.append(.pageParameterNotAllowed(name))
        continue
      }
      guard let count = count(value, from: name == "offset" ? 0 : 1) else {
        errors.append(.invalidPageValue(value, of: name))
        continue
      }
      if name == extent { result.size = count } else { result.move(to: count) }
    }
    if result.size > maximumSize { errors.append(.pageTooLarge(result.size, maximum: maximumSize)) }
    guard errors.isEmpty else { throw RequestRefusal(errors) }
    return result
  }

  private mutating func move(to place: Int) {
    if start == nil { number = place } else { start = place }
  }

  private static func count(_ value: JSONValue, from least: Int) -> Int? {
    let text = value.stringValue ?? value.numberValue?.text
    guard let count = text.flatMap(Int.init), count >= least else { return nil }
    return count
  }

  /// The number of rows before the page, also computed for a request that uses `page[number]`.
  var offset: Int {
    if let start { return start }
    let (offset, isOver) = (number - 1).multipliedReportingOverflow(by: size)
    return isOver ? Int.max : offset
  }

  /// The page after this page.
  var next: RequestedPage {
    if let start { return RequestedPage(size: size, start: start > Int.max - size ? Int.max : start + size) }
    return RequestedPage(number: number == Int.max ? number : number + 1, size: size)
  }

  /// Returns the number of the last page of a list with `count` elements.
  func last(of count: Int) -> Int { max(1, count / size + (count % size == 0 ? 0 : 1)) }
}
