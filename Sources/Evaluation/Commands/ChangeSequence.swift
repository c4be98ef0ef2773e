import Bulk
import Values

/// A sequence of changes, each of which can depend on the result of the previous one.
protocol ChangeSequence: Sendable {
  /// Returns the next change, given the result of the previous one; nil after the last change.
  mutating func next(after before: Value?) async throws(Fault) -> ChangeProposal?

  /// Whether the change that `next` returned most recently is the last change of the sequence.
  var isAtEnd: Bool { get }

  /// The field that contains the key of a created resource; nil if the sequence creates no resource.
  var keyField: String? { get }

  /// The result after the last change.
  var value: Value { get }

  /// Returns the words that tell where in the sequence a change failed, such as `at the step to published`.
  ///
  /// Returns nil if the error needs no such words.
  func trail(of proposal: ChangeProposal) -> String?
}

extension RunContext {
  /// Sends the changes of a sequence one after another, and returns the result.
  func change(_ sequence: inout any ChangeSequence) async throws(Fault) -> Value {
    var before: Value?
    var step = IterationChangeRole()
    (step.readsFirst, step.keyField) = (true, sequence.keyField)
    while let proposal = try await sequence.next(after: before) {
      step.isLast = sequence.isAtEnd
      do throws(Fault) { before = try await change(proposal, step) } catch {
        throw sequence.trail(of: proposal).map(error.within) ?? error
      }
    }
    return sequence.value
  }
}
