import Values

/// Changes one after the other, each of which may depend on what the one before gave.
protocol ChangeSequence: Sendable {
  /// The next change, made with the value of the one before; nil after the last.
  mutating func next(after before: Value?) async throws(Fault) -> Proposal?

  /// The value of the whole, after the last change.
  var value: Value { get }

  /// What is said of a change that fails, where its own error does not say all.
  func trail(of proposal: Proposal) -> String?
}

extension Run {
  /// Sends the changes of a sequence by the dispatcher, and gives its value.
  func change(_ sequence: inout any ChangeSequence) async throws(Fault) -> Value {
    var before: Value?
    while let proposal = try await sequence.next(after: before) {
      do throws(Fault) { before = try await change(proposal) } catch {
        throw sequence.trail(of: proposal).map(error.within) ?? error
      }
    }
    return sequence.value
  }
}
