import JSONAPI
import JSONText

/// Finds the next page of a list whose replies contain no link to it: the page with the next number.
///
/// Some services divide a list into pages but send no page links. With a total, the next page exists until the pages
/// cover the total. Without a total, only the request for the next page can show whether it exists. The stream sends
/// this request only after a page that can be full. If the reply repeats the earlier resources, the service ignores
/// the parameter `page`, so its first reply was the whole list.
struct NextPageByNumber {
  /// Whether the service is known to divide the list into pages.
  let isDivided: Bool

  /// The largest number of resources that a service chooses as its page size.
  ///
  /// The limit prevents a second request for a long list that the service does not divide.
  private static let largestChosenSize = 1_000

  /// Returns the page with the next number, if the list continues; otherwise nil.
  ///
  /// The reply `document` to the request for `page` contains no readable link to a next page.
  func next(after page: Pagination.Page?, _ document: Document, _ finder: NextPageFinder) -> Pagination.Page? {
    let pagination = document.pagination(asked: page)
    guard document.count > 0 || finder.isNumbered, document.resources.allSatisfy({ ResourceIdentifier($0) != nil })
    else { return nil }
    let next = Self.following(page, document.count, isNumbered: finder.isNumbered)
    if let total = pagination?.totalSize {
      let isWhole = finder.isFromStart && finder.received >= total
      guard !isWhole, !finder.isTurned, !isLast(page, pagination) else { return nil }
      return next.start < total ? next : nil
    }
    if pagination != nil {
      return pagination?.last != nil && !finder.isTurned && !isLast(page, pagination) ? next : nil
    }
    return canBeFull(document.count, page) && !finder.isTurned ? next : nil
  }

  /// Whether the page links of a reply say that the page is the last one.
  private func isLast(_ page: Pagination.Page?, _ pagination: Pagination?) -> Bool {
    if let last = pagination?.last { return last.number <= page?.number ?? 1 }
    return pagination?.first != nil || pagination?.previous != nil
  }

  /// Whether a page with `count` resources can be full, so that the list can have further pages.
  private func canBeFull(_ count: Int, _ page: Pagination.Page?) -> Bool {
    if let page, count >= page.size { return count > 0 }
    guard page?.number ?? 1 == 1 else { return false }
    if isDivided { return count > 1 }
    let isRound = count % 5 == 0 && count >= 10 || count & (count - 1) == 0 && count >= 16
    return isRound && count <= Self.largestChosenSize
  }

  /// Returns the page after a page with `count` resources.
  ///
  /// A service can send fewer resources than requested, because it limits the page size. The client therefore requests
  /// the second page with the size of the first.
  private static func following(_ page: Pagination.Page?, _ count: Int, isNumbered: Bool) -> Pagination.Page {
    guard let page else { return Pagination.Page(number: 2, size: max(count, 1)) }
    if isNumbered || count == 0 || count >= page.size { return page.advanced(by: 1) }
    if page.offset != nil { return Pagination.Page(offset: page.start + count, limit: count) }
    return page.number == 1 ? Pagination.Page(number: 2, size: count) : page.advanced(by: 1)
  }
}
