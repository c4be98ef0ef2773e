import JSONAPI
import JSONText

/// What the pages of a list show of changes that others make to it while it is read.
public struct ListChanges: Sendable {
  /// What a stream does with them.
  public enum Rule: Sendable {
    /// It gives each resource as often as it comes.
    case keep
    /// It gives each resource once, since changes are made of them.
    case passOver
    /// It ends with an error.
    case fail
  }

  /// A resource's type and id in 128 bits: of a million resources two have the same with a chance of 1 to 10^26.
  private struct Key: Hashable {
    let halves: SIMD2<Int>

    init?(_ resource: JSONObject) {
      guard let identifier = Identifier(resource) else { return nil }
      halves = SIMD2(Self.hash(identifier, 0), Self.hash(identifier, 1))
    }

    private static func hash(_ identifier: Identifier, _ half: Int) -> Int {
      var hasher = Hasher()
      hasher.combine(half)
      hasher.combine(identifier)
      return hasher.finalize()
    }
  }

  /// The first total, and the latest that differs from it.
  public private(set) var moved: (from: Int, to: Int)?
  /// How many resources came that had come before.
  public private(set) var repeated = 0
  private var total: Int?
  private var seen: Set<Key> = []
  /// How many pages in a row held only resources that had come before.
  private var stalled = 0

  init() {}

  /// Whether the pages show any.
  public var isEmpty: Bool { moved == nil && repeated == 0 }

  /// Whether pages do not lead on: where the total moved, some may hold nothing new.
  var isStalled: Bool { stalled >= (moved == nil ? 2 : PageCursor.patience) }

  /// Takes a page; gives the places of its resources that had come before.
  mutating func take(_ document: Document) -> [Int] {
    if let now = document.pagination()?.totalSize {
      let first = total ?? now
      if now != first { moved = (first, now) }
      total = first
    }
    let places = document.resources.indices.filter { place in
      Key(document.resources[place]).map { !seen.insert($0).inserted } ?? false
    }
    repeated += places.count
    if !document.resources.isEmpty { stalled = places.count == document.resources.count ? stalled + 1 : 0 }
    return places
  }
}

extension ListChanges {
  /// The changes in sentences.
  public func sentences(_ rule: Rule) -> [String] {
    var sentences: [String] = []
    if let moved {
      sentences.append(
        "record-count moved from \(moved.from) to \(moved.to) while the list was read: rows may be missing, or come twice"
      )
    }
    if repeated > 0 {
      let ids = "seen \(repeated) \(repeated == 1 ? "id" : "ids") twice"
      sentences.append(rule == .passOver ? "\(ids); each was passed over when it came again" : ids)
    }
    return sentences
  }
}

extension ResourceClient {
  /// The error of a stream that fails where others change its list.
  func changed(_ changes: ListChanges) -> ClientError {
    ClientError(
      .service, "\(label("index")): \(changes.sentences(.fail).joined(separator: "; "))",
      nextStep: "read it again when nobody changes it; on-shift: \"note\" reads on")
  }

  /// The error of pages that do not lead on.
  func stalled(_ page: Pagination.Page?) -> ClientError {
    var error = malformed("index", "page \(page?.number ?? 1), as the one before, holds only what came before")
    error.nextStep = "the service's pages overlap: does sort: \"id\" give them one order?"
    return error
  }
}
