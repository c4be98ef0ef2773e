import JSONAPI
import JSONText

/// Which page of an index is asked for.
struct Page: Hashable, Sendable {
  /// The size where none is given.
  static let defaultSize = 10
  /// The largest size.
  static let maximumSize = 1_000

  var number = 1
  var size = Page.defaultSize

  /// Reads `page`: an object of `number` and `size`, integers or strings of them.
  static func parse(_ page: JSONValue?) throws(Refusal) -> Page {
    var result = Page()
    guard let page else { return result }
    guard let members = page.objectValue else { throw Refusal(.invalidPage(page)) }
    var errors: [ErrorDetail] = []
    for (name, value) in members {
      guard name == "number" || name == "size" else {
        errors.append(.pageParameterNotAllowed(name))
        continue
      }
      guard let count = positive(value) else {
        errors.append(.invalidPageValue(value, of: name))
        continue
      }
      if name == "number" { result.number = count } else { result.size = count }
    }
    if result.size > maximumSize { errors.append(.pageTooLarge(maximum: maximumSize)) }
    guard errors.isEmpty else { throw Refusal(errors) }
    return result
  }

  private static func positive(_ value: JSONValue) -> Int? {
    let text = value.stringValue ?? value.numberValue?.text
    guard let count = text.flatMap(Int.init), count > 0 else { return nil }
    return count
  }

  /// The rows before the page.
  var offset: Int {
    let (offset, isOver) = (number - 1).multipliedReportingOverflow(by: size)
    return isOver ? Int.max : offset
  }

  /// The page after it.
  var next: Page { Page(number: number == Int.max ? number : number + 1, size: size) }

  /// The number of the last page of some records.
  func last(of count: Int) -> Int { max(1, count / size + (count % size == 0 ? 0 : 1)) }
}
