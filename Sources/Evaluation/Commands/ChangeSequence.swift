import Values

/// A sequence of changes, each of which can depend on the result of the previous one.
protocol ChangeSequence: Sendable {
  /// Returns the next change, given the result of the previous one; nil after the last change.
  mutating func next(after before: Value?) async throws(Fault) -> Proposal?

  /// The result after the last change.
  var value: Value { get }

  /// Returns the context to add to the error of a failed change; nil for no context.
  func trail(of proposal: Proposal) -> String?
}

extension RunContext {
  /// Sends the changes of a sequence one after another, and returns the result.
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
