import Synchronization
import Language
import Values

/// What a bulk change is about to do, as its confirmation shows it.
struct Bulk: Sendable {
  var verb: String
  var client: ClientValue
  /// How many, where that is known.
  var count: Int?
  /// The filter as JSON, where there is one.
  var filter: String?
  /// The statement's own limit.
  var max: Int?
}

extension Session {
  /// Makes sure that a bulk change is wanted (TheLanguage.md, "Rule 2: bulk destruction is confirmed").
  ///
  /// At a terminal the outermost statement asks once; off a terminal it is refused without `confirm: true` or `--yes`.
  func confirm(_ bulk: Bulk, _ arguments: Arguments) async throws(Fault) {
    if let max = bulk.max, let count = bulk.count, count > max {
      throw refusal(
        .limit, "\(bulk.verb) would destroy \(count) of \(bulk.client.name), and max: is \(max)", arguments,
        nextStep: "raise max:, or narrow the filter")
    }
    if try arguments.bool("confirm") ?? false || options.confirmed != .asked { return }
    if state.withLock({ $0.isConfirmed }) { return }
    guard let ask = surroundings.ask else {
      throw refusal(
        .refused, "\(bulk.verb) on \(bulk.client.name) is a bulk change and needs a confirmation", arguments,
        nextStep: "confirm: true in the statement, or --yes for the program")
    }
    output.flush()
    let number = bulk.count.map(String.init) ?? "yes"
    let what = bulk.count.map { "\($0) " } ?? "resources one by one "
    let filter = bulk.filter.map { " filter \($0)" } ?? ""
    let answer = await ask(
      "\(bulk.verb) \(what)of \(bulk.client.name)\(filter)\n  on \(bulk.client.connection.address), queue \(bulk.client.queue)\ntype \(number) to go on: "
    )
    guard answer?.trimmed == number, !Task.isCancelled else {
      throw refusal(
        Task.isCancelled ? .interrupted : .refused,
        "\(bulk.verb) on \(bulk.client.name) was not confirmed: nothing was sent", arguments, nextStep: nil)
    }
    state.withLock { $0.isConfirmed = true }
  }

  /// Counts one more to destroy against `--yes=N`.
  func useConfirmed() throws(Fault) {
    guard case .limited(let limit) = options.confirmed else { return }
    let isOver = state.withLock { state in
      defer { state.confirmedUsed = Swift.min(state.confirmedUsed + 1, limit) }
      return state.confirmedUsed == limit
    }
    guard isOver else { return }
    throw Fault(
      .limit, "the run would destroy more than --yes=\(limit) allows: it has sent \(limit) before this",
      nextStep: "raise --yes=N")
  }

  private func refusal(_ kind: Fault.Kind, _ message: String, _ arguments: Arguments, nextStep: String?) -> Fault {
    Fault(kind, message, at: [Fault.Mark(arguments.range)], in: arguments.source, nextStep: nextStep)
  }
}

extension String {
  /// The text without white space at its ends.
  var trimmed: String {
    let scalars = unicodeScalars.drop { $0.properties.isWhitespace }
    var end = scalars.endIndex
    while end > scalars.startIndex, scalars[scalars.index(before: end)].properties.isWhitespace {
      end = scalars.index(before: end)
    }
    return String(scalars[..<end])
  }
}
