/// How the elements of a changing statement ended.
public struct Tally: Sendable {
  /// Failures that say the same, and the first element that one of them happened to.
  public struct Group: Sendable {
    /// The element's place, from 0.
    public var index: Int
    /// How its change ended.
    public var outcome: Outcome
    /// The element.
    public var element: any PlannedElement
    /// How many failures say the same.
    public var count: Int
  }

  /// The number of elements that were changed or needed no change.
  public var ok = 0
  /// The number of these elements that created a resource.
  public private(set) var created = 0
  /// The number of these elements that needed no change, so nothing was sent.
  public private(set) var same = 0
  /// Whether the summary counts created, updated and same in place of ok.
  public let countsUpserts: Bool
  /// How many a run before carried out.
  public var before = 0
  /// How many of a run before stay unknown, and were passed over.
  public var skipped = 0
  /// How many the service did not carry out.
  public var failed = 0
  /// How many to destroy were not there.
  public var absent = 0
  /// How many were not sent.
  public var refused = 0
  /// How many were sent and have no reply.
  public var unknown = 0
  /// How many of those that were carried out were unknown first: their replies came late.
  public private(set) var late = 0
  /// How many of the refused ones a run before made with other content.
  public private(set) var doneOtherwise = 0
  /// How many of those that did not go well were decided by a run before.
  public private(set) var fromBefore = 0
  /// The first failure of each kind and wording, in the order of elements.
  public private(set) var groups: [Group] = []
  /// Whether anything reached a queue.
  public private(set) var hasSent = false
  /// How many groups are told apart.
  private static let limit = 5

  /// Creates an empty tally; with `countsUpserts` it counts created, updated and same in place of ok.
  public init(countsUpserts: Bool = false) { self.countsUpserts = countsUpserts }

  /// Counts how an element ended; with requests in flight, outcomes come in any order.
  public mutating func add(_ outcome: Outcome, of element: any PlannedElement, at index: Int) {
    guard !outcome.isDropped else { return }
    count(outcome, 1)
    if case .same = outcome { same += 1 }
    noteCreated(outcome, element)
    if outcome.isDoneOtherwise { doneOtherwise += 1 }
    if outcome.isFromBefore { fromBefore += 1 }
    hasSent = hasSent || outcome.wasSent
    if !outcome.isGood { group(outcome, element, index) }
  }

  /// Counts the late reply of an element that was unknown, or what a lookup found of it.
  public mutating func settle(_ outcome: Outcome, of element: any PlannedElement, at index: Int) {
    unknown -= 1
    count(outcome, 1)
    noteCreated(outcome, element)
    if outcome.isGood { late += 1 }
    let isUnknown = { (group: Group) in if case .unknown = group.outcome { true } else { false } }
    if let place = groups.firstIndex(where: { $0.index == index }) ?? groups.firstIndex(where: isUnknown) {
      groups[place].count -= 1
      if groups[place].count == 0 { groups.remove(at: place) }
    }
    if !outcome.isGood { group(outcome, element, index) }
  }

  /// Counts as failed what was counted as carried out: a lookup found a create twice.
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
      return group.kind == kind && Wording.isSame(group.message, message)
    }
    let count = known.map { groups[$0].count } ?? 0
    if let known, groups[known].index < index { return groups[known].count += 1 }
    if let known { groups.remove(at: known) }
    let place = groups.firstIndex { $0.index > index } ?? groups.endIndex
    groups.insert(Group(index: index, outcome: outcome, element: element, count: count + 1), at: place)
    if groups.count > Self.limit { groups.removeLast() }
  }

  /// How many elements there were.
  public var count: Int { ok + before + skipped + failed + absent + refused + unknown }

  /// The counts by their words, in the order of summaries.
  public var counts: [(word: String, count: Int)] {
    [("ok", ok), ("failed", failed), ("absent", absent), ("refused", refused), ("unknown", unknown)]
      + (countsUpserts ? upserts : [])
  }

  /// The ok elements by what was done.
  private var upserts: [(word: String, count: Int)] {
    [("created", created), ("updated", ok - created - same), ("same", same)]
  }

  /// `3 ok, 1 failed`: what is 0 is left out, but for `ok`.
  public var text: String {
    if countsUpserts {
      let others = counts[1...].prefix(4).filter { $0.count > 0 }
      return (upserts + others).map { "\($0.count) \($0.word)" }.joined(separator: ", ")
    }
    var shown = counts
    shown[0].count -= late
    shown[4].count += late
    var parts = shown.filter { $0.word == "ok" || $0.count > 0 }.map { "\($0.count) \($0.word)" }
    if skipped > 0 { parts.insert("\(skipped) unknown and skipped", at: 1) }
    if before > 0 { parts.insert("\(before) done before", at: 1) }
    if late > 0 { parts.append("\(late) of them carried out since") }
    return parts.joined(separator: ", ")
  }

  /// Whether nothing went wrong in this run.
  public var isGoodNow: Bool { failed + unknown + refused == fromBefore }

  /// Whether each element is done, in this run or a run before.
  public var isComplete: Bool { failed + unknown + skipped == 0 && refused == doneOtherwise }

  /// Whether all that went wrong was found before anything was sent, in the elements themselves.
  public var isHarmless: Bool {
    failed + unknown == 0
      && groups.allSatisfy { if case .refused(let refusal) = $0.outcome { !refusal.isUncatchable } else { false } }
  }
}

/// Compares the wording of messages.
enum Wording {
  /// Whether two messages say the same but for numbers and quoted names: those of two elements.
  static func isSame(_ one: String, _ other: String) -> Bool {
    func words(_ text: String) -> [Substring] {
      text.split(separator: " ").filter { word in !word.contains { $0.isNumber || $0 == "\"" } }
    }
    return one == other || words(one) == words(other)
  }
}
