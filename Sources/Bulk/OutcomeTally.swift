/// The counts of the outcomes of a statement's changes, with the failures grouped by message.
public struct OutcomeTally: Sendable {
  /// A group of failures with similar messages, such as `id 1 is taken` and `id 2 is taken`.
  public struct FailureGroup: Sendable {
    /// A failed element with its index, counted from 0, and the outcome of its change.
    typealias FailedElement = (index: Int, outcome: Outcome, element: any PlannedElement)

    /// The stored elements, sorted by index; never empty.
    private var elements: [FailedElement]
    /// The number of failures in the group.
    public private(set) var count = 1
    /// The maximum number of elements that the group stores; the group stores those with the lowest indices.
    ///
    /// A group of unknown outcomes stores 1000, because late replies can remove elements from the group. Any other
    /// group stores 1.
    private let limit: Int

    init(_ element: FailedElement) {
      elements = [element]
      limit = if case .unknown = element.outcome { 1000 } else { 1 }
    }

    /// The index of the first failed element, counted from 0.
    public var index: Int { elements[0].index }
    /// The outcome of the change of the first failed element.
    public var outcome: Outcome { elements[0].outcome }
    /// The first failed element.
    public var element: any PlannedElement { elements[0].element }

    func contains(_ index: Int) -> Bool { elements.contains { $0.index == index } }

    /// Adds a failed element.
    mutating func add(_ element: FailedElement) {
      count += 1
      let place = elements.lastIndex { $0.index < element.index }.map { $0 + 1 } ?? 0
      if place < limit { elements.insert(element, at: place) }
      if elements.count > limit { elements.removeLast() }
    }

    /// Removes the failure of the element at an index, because its outcome became known.
    ///
    /// The group always keeps at least one stored element, because messages show it.
    mutating func remove(_ index: Int) {
      count -= 1
      if elements.count > 1, let place = elements.firstIndex(where: { $0.index == index }) {
        elements.remove(at: place)
      }
    }
  }

  /// The number of elements whose change was carried out or not needed.
  public var ok = 0
  /// The number of created resources, also counted in `ok`; always 0 without ``countsUpserts``.
  public private(set) var created = 0
  /// The number of elements that needed no change, also counted in `ok`.
  public private(set) var same = 0
  /// Whether the summary shows the counts `created`, `updated` and `same` instead of `ok`.
  public let countsUpserts: Bool
  /// The number of changes that earlier runs carried out, according to the journal.
  public var before = 0
  /// The number of skipped changes, whose outcomes are unknown since earlier runs.
  public var skipped = 0
  /// The number of failed changes.
  public var failed = 0
  /// The number of `destroy` changes whose resource did not exist.
  public var absent = 0
  /// The number of refused changes.
  public var refused = 0
  /// The number of changes whose outcome is unknown, for example because they got no reply.
  public var unknown = 0
  /// The number of changes that got no reply in time, but were carried out according to a late reply or a lookup.
  public private(set) var late = 0
  /// The number of changes that got no reply in time, but whose outcome became known later.
  public private(set) var settled = 0
  /// The number of changes that were refused because earlier runs carried them out with other content.
  public private(set) var doneOtherwise = 0
  /// The number of failed changes that may have been carried out, for example because the service failed.
  public private(set) var uncertain = 0
  /// The number of failures that an earlier run caused (``Outcome/isFromBefore``).
  public private(set) var fromBefore = 0
  /// The groups of failures, in the order of their first elements; at most five.
  public private(set) var groups: [FailureGroup] = []
  /// Whether a request was sent.
  public private(set) var hasSent = false
  /// The maximum number of failure groups that the tally stores.
  private static let limit = 5

  /// Creates an empty tally.
  ///
  /// With `countsUpserts`, the summary shows `created`, `updated` and `same` instead of `ok`.
  public init(countsUpserts: Bool = false) { self.countsUpserts = countsUpserts }

  /// Counts changes that succeeded.
  ///
  /// The method can't be used if the tally counts upserts (``countsUpserts``).
  mutating func add(successes count: Int) {
    ok += count
    hasSent = hasSent || count > 0
  }

  /// Counts the outcome of an element's change; the order of the elements does not matter.
  public mutating func add(_ outcome: Outcome, of element: any PlannedElement, at index: Int) {
    if case .done = outcome, !countsUpserts {
      return add(successes: 1)
    }
    guard !outcome.isDropped else { return }
    count(outcome, 1)
    if case .same = outcome { same += 1 }
    if outcome.isUncertainFailure { uncertain += 1 }
    noteCreated(outcome, element)
    if outcome.isDoneOtherwise { doneOtherwise += 1 }
    if outcome.isFromBefore { fromBefore += 1 }
    hasSent = hasSent || outcome.wasSent
    if !outcome.isGood { group(outcome, element, index) }
  }

  /// Replaces the unknown outcome of an element with the outcome from a late reply or a lookup.
  public mutating func settle(_ outcome: Outcome, of element: any PlannedElement, at index: Int) {
    unknown -= 1
    count(outcome, 1)
    if outcome.isUncertainFailure { uncertain += 1 }
    noteCreated(outcome, element)
    if outcome.isGood { late += 1 }
    settled += 1
    let isUnknown = { (group: FailureGroup) in if case .unknown = group.outcome { true } else { false } }
    if let place = groups.firstIndex(where: { $0.contains(index) }) ?? groups.firstIndex(where: isUnknown) {
      groups[place].remove(index)
      if groups[place].count == 0 { groups.remove(at: place) }
      groups.sort { $0.index < $1.index }
    }
    if !outcome.isGood { group(outcome, element, index) }
  }

  /// Counts a `create` as failed instead of ok, because a lookup found several resources with its key.
  mutating func fail(_ outcome: Outcome, of element: any PlannedElement, at index: Int) {
    ok -= 1
    count(outcome, 1)
    if countsUpserts, case .success(let change) = element.planned, change.verb == .create { created -= 1 }
    group(outcome, element, index)
  }

  private mutating func noteCreated(_ outcome: Outcome, _ element: any PlannedElement) {
    guard countsUpserts, outcome.isCarriedOut, case .success(let change) = element.planned else { return }
    if change.verb == .create { created += 1 }
  }

  private mutating func count(_ outcome: Outcome, _ step: Int) {
    switch outcome {
    case .done, .found, .same: ok += step
    case .before: before += step
    case .skipped: skipped += step
    case .absent: absent += step
    case .failed: failed += step
    case .unknown: unknown += step
    case .refused: refused += step
    case .dropped: return
    }
  }

  private mutating func group(_ outcome: Outcome, _ element: any PlannedElement, _ index: Int) {
    let (kind, message) = outcome.group
    let known = groups.firstIndex {
      let group = $0.outcome.group
      return group.kind == kind && MessageSimilarity.isSame(group.message, message)
    }
    let failed = (index, outcome, element)
    if let known { groups[known].add(failed) } else { groups.append(FailureGroup(failed)) }
    groups.sort { $0.index < $1.index }
    if groups.count > Self.limit { groups.removeLast() }
  }

  /// The number of counted outcomes.
  public var count: Int { ok + before + skipped + failed + absent + refused + unknown }

  /// The counts with their names, such as `("ok", 3)`, in the order in which summaries show them.
  public var counts: [(word: String, count: Int)] {
    [("ok", ok), ("failed", failed), ("absent", absent), ("refused", refused), ("unknown", unknown)]
      + (countsUpserts ? upserts : [])
  }

  /// The parts of the count `ok`: created, updated and same.
  private var upserts: [(word: String, count: Int)] {
    [("created", created), ("updated", ok - created - same), ("same", same)]
  }

  /// The summary as text, such as `3 ok, 1 failed`.
  ///
  /// The text omits a count of 0, unless it is the count of `ok`, `created`, `updated` or `same`.
  public var text: String {
    if countsUpserts {
      let others = counts[1...].prefix(4).filter { $0.count > 0 }
      return (upserts + others).map { "\($0.count) \($0.word)" }.joined(separator: ", ")
    }
    var parts = counts.filter { $0.word == "ok" || $0.count > 0 }.map { "\($0.count) \($0.word)" }
    if skipped > 0 { parts.insert("\(skipped) unknown and skipped", at: 1) }
    if before > 0 { parts.insert("\(before) done in earlier runs", at: 1) }
    if late > 0 { parts.insert("\(late) of them confirmed later", at: 1) }
    return parts.joined(separator: ", ")
  }

  /// Whether this run caused no failure; failures from earlier runs do not count.
  public var isGoodNow: Bool { failed + unknown + refused == fromBefore }

  /// Whether each change was carried out, in this run or in an earlier run.
  public var isComplete: Bool { failed + unknown + skipped == 0 && refused == doneOtherwise }

  /// Whether all failures are refused elements, so that nothing was sent for the failed elements.
  ///
  /// The result is false if a refusal ended the statement, as the limit `max:` does.
  public var isHarmless: Bool {
    failed + unknown == 0
      && groups.allSatisfy { if case .refused(let refusal) = $0.outcome { !refusal.isUncatchable } else { false } }
  }
}

/// A comparison of messages that ignores words such as ids.
enum MessageSimilarity {
  /// Returns whether two messages are equal apart from words with digits or quotation marks.
  ///
  /// For example, `id 1 is taken` and `id 2 is taken` are similar.
  static func isSame(_ one: String, _ other: String) -> Bool {
    func words(_ text: String) -> [Substring] {
      text.split(separator: " ").filter { word in !word.contains { $0.isNumber || $0 == "\"" } }
    }
    return one == other || words(one) == words(other)
  }
}
