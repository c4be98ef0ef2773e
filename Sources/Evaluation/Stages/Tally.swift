import JSONText
import Values

/// How the elements of a changing statement ended.
struct Tally: Sendable {
  var ok = 0
  var failed = 0
  var absent = 0
  var refused = 0
  var unknown = 0
  /// What happened to the first element, in the order of elements, that did not go well.
  var first: Fault? { failures.first?.fault }
  /// The first failure of each kind and wording, in the order of elements, and how many there were like it.
  private(set) var failures: [Failure] = []
  /// Failures that say the same, and the first element that one of them happened to.
  struct Failure: Sendable {
    var index: Int
    var fault: Fault
    var count = 1
  }
  /// How many failures are told apart.
  private static let limit = 5
  /// Whether anything reached a queue.
  private(set) var hasSent = false

  /// Counts the outcome of an element; with requests in flight, outcomes come in any order.
  mutating func add(_ outcome: Mutation.Outcome, of element: Value, at index: Int) {
    switch outcome {
    case .done: ok += 1
    case .absent: absent += 1
    case .failed: failed += 1
    case .unknown: unknown += 1
    case .refused: refused += 1
    case .dropped: return
    }
    hasSent = hasSent || outcome.wasSent
    guard !outcome.isGood, let fault = outcome.fault else { return }
    let known = failures.firstIndex { $0.fault.kind == fault.kind && $0.fault.tells(as: fault) }
    let count = known.map { failures[$0].count } ?? 0
    if let known, failures[known].index < index { return failures[known].count += 1 }
    if let known { failures.remove(at: known) }
    let place = failures.firstIndex { $0.index > index } ?? failures.endIndex
    let placed = fault.within("at element \(index + 1), \(element.label)")
    failures.insert(Failure(index: index, fault: placed, count: count + 1), at: place)
    if failures.count > Self.limit { failures.removeLast() }
  }

  var value: Value {
    .record(Record(counts.map { ($0.0, .number(JSONNumber($0.1))) }))
  }

  /// Whether all that went wrong was found before anything was sent, in the elements themselves.
  var isHarmless: Bool { failed + unknown == 0 && failures.allSatisfy { !$0.fault.isFinal } }

  /// How many elements there were.
  var count: Int { counts.reduce(0) { $0 + $1.1 } }

  private var counts: [(String, Int)] {
    [("ok", ok), ("failed", failed), ("absent", absent), ("refused", refused), ("unknown", unknown)]
  }

  /// `3 ok, 1 failed`: what is 0 is left out, but for `ok`.
  var text: String {
    counts.filter { $0.0 == "ok" || $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }
}
