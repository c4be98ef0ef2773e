import JSONAPI
import JSONText
import Redaction

/// Finds signs that the pages of a list do not show the whole list.
///
/// The signs are a changed total, repeated or skipped resources, and fewer or more resources than the service counts.
public struct ListCompletenessCheck: Sendable {
  /// The reaction of a stream to a list that changes during the read.
  public enum ListChangePolicy: Sendable {
    /// The stream returns each resource as often as it arrives.
    case keep
    /// The stream returns each resource only once, so that the statement changes it only once.
    case passOver
    /// The stream ends with an error.
    case fail
  }

  /// A 128-bit hash of the type and the id of a resource.
  ///
  /// Among a million resources, the probability of two equal hashes is about 10^-27.
  private struct IdentifierHash: Hashable {
    let halves: SIMD2<Int>

    init?(_ resource: JSONObject) {
      guard let identifier = ResourceIdentifier(resource) else { return nil }
      halves = SIMD2(Self.hash(identifier, 0), Self.hash(identifier, 1))
    }

    private static func hash(_ identifier: ResourceIdentifier, _ half: Int) -> Int {
      var hasher = Hasher()
      hasher.combine(half)
      hasher.combine(identifier)
      return hasher.finalize()
    }
  }

  /// The first total, and the latest total that differs from the first; nil if all totals are equal.
  public private(set) var moved: (from: Int, to: Int)?
  /// The number of resources that arrived again on a later page.
  public private(set) var repeated = 0
  /// The total and the number of received resources at the end of the list; nil if they are equal.
  private(set) var miscounted: (total: Int, received: Int)?
  /// The number of resources that are on no page, because links to next pages skipped them.
  private(set) var skipped = 0
  /// The page that the service refused after a full page, and the number of resources of the full page.
  ///
  /// Nil if the service refused no page.
  private(set) var refused: (page: Pagination.Page, full: Int)?
  /// The text of a total that is not a number; nil if the total is a number or absent.
  private(set) var unreadableTotal: String?
  private var total: Int?
  private var seen: Set<IdentifierHash> = []
  /// The number of consecutive pages with only repeated resources.
  private var stalled = 0

  init() {}

  /// Whether the pages have shown no sign of a change.
  public var isEmpty: Bool {
    moved == nil && repeated == 0 && skipped == 0 && miscounted == nil && unreadableTotal == nil
  }

  /// Whether too many pages in a row had only resources of earlier pages.
  ///
  /// The limit is 2 pages. If the total changed, the limit is `NextPageFinder.emptyPageLimit` pages.
  var isStalled: Bool { stalled >= (moved == nil ? 2 : NextPageFinder.emptyPageLimit) }

  /// Records a page, and returns the indices of its repeated resources.
  mutating func take(_ document: Document) -> [Int] {
    unreadableTotal = unreadableTotal ?? document.pagination()?.unreadableTotal?.text
    if let now = document.pagination()?.totalSize {
      let first = total ?? now
      if now != first { moved = (first, now) }
      total = first
    }
    let places = document.resources.indices.filter { place in
      IdentifierHash(document.resources[place]).map { !seen.insert($0).inserted } ?? false
    }
    repeated += places.count
    if document.count > 0 { stalled = places.count == document.count ? stalled + 1 : 0 }
    return places
  }

  /// Records the link from a received page to its next page.
  ///
  /// - Parameters:
  ///   - page: The requested page; nil if the request had no `page` parameter, so that the service chose the page size.
  ///   - received: The number of resources of the page.
  ///   - next: The next page.
  mutating func turn(from page: Pagination.Page?, received: Int, to next: Pagination.Page) {
    let size = max(received, min(page?.size ?? next.size, next.size))
    let (end, isOver) = (page?.start ?? 0).addingReportingOverflow(size)
    if !isOver, next.start > end { skipped += next.start - end }
  }

  /// Records the end of a list that the client has read from the first page.
  ///
  /// `received` is the number of resources that arrived on all pages.
  mutating func end(received: Int) {
    if moved == nil, let total, received != total { miscounted = (total, received) }
  }
}

extension ListCompletenessCheck {
  /// Records that the service refused a page, to which no link leads, after a page with `count` resources.
  mutating func end(withRefused page: Pagination.Page?, after count: Int) {
    refused = page.map { ($0, count) }
  }

  /// Whether the pages so far contain all resources of a document.
  func hasSeen(_ document: Document) -> Bool {
    document.resources.allSatisfy { IdentifierHash($0).map(seen.contains) ?? false }
  }

  /// Returns the signs of changes as sentences, such as `1 id was received twice`.
  ///
  /// `rule` is the reaction of the stream to the changes.
  public func sentences(_ rule: ListChangePolicy) -> [String] {
    var sentences: [String] = []
    if let moved {
      sentences.append(
        "the total (record-count) changed from \(moved.from) to \(moved.to) while the list was read: "
          + "rows may be missing or repeated"
      )
    }
    if repeated > 0 {
      let ids = repeated == 1 ? "1 id was received twice" : "\(repeated) ids were received twice"
      sentences.append(rule == .passOver ? "\(ids); repetitions were ignored" : ids)
    }
    if skipped > 0 {
      let resources = skipped == 1 ? "1 resource" : "\(skipped) resources"
      sentences.append("the links to next pages skip \(resources): rows may be missing")
    }
    if let miscounted {
      let resources = miscounted.total == 1 ? "1 resource" : "\(miscounted.total) resources"
      sentences.append("the service counts \(resources), but sent \(miscounted.received)")
    }
    if let refused {
      sentences.append(
        "the page is full (\(refused.full) resources), but page \(refused.page.number) can't be read, "
          + "and the service names neither a total nor a next page: rows may be missing")
    }
    if let unreadableTotal {
      sentences.append(
        "the total (record-count) can't be read: \(TerminalSafeText.message(unreadableTotal).prefix(200))")
    }
    return sentences
  }
}

extension ResourceClient {
  /// Returns the error for a list that changed during the read.
  func changed(_ changes: ListCompletenessCheck) -> ClientError {
    ClientError(
      .service, "\(label("index")): \(changes.sentences(.fail).joined(separator: "; "))",
      nextStep: "repeat the read when nobody is changing the resources, or allow changes with on-shift: \"note\"")
  }

  /// Returns the error for a list whose pages bring no new resources.
  func stalled(_ page: Pagination.Page?) -> ClientError {
    var error = malformed("index", "page \(page?.number ?? 1) and the previous page have no new resources")
    error.nextStep = "the service's pages overlap; to give the list a fixed order, try sort: \"id\""
    return error
  }
}
