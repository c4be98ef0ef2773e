import Bulk
import Values

/// A sequence of changes, in which a change can depend on the result of the change before it.
protocol DependentChangeSequence: Sendable {
  /// Returns the next change; nil after the last change.
  ///
  /// `before` is the result of the previous change; nil for the first change.
  mutating func next(after before: Value?) async throws(Fault) -> PreparedChange?

  /// Whether the most recent result of `next` is the last change of the sequence.
  var isAtEnd: Bool { get }

  /// The name of the field that identifies a created resource; nil if the sequence creates no resource.
  var keyField: String? { get }

  /// A text that is the same for all sequences of the same resource, of which only one may run at a time.
  ///
  /// Without this rule, two concurrent iterations of `each` could both find no resource, and create it twice.
  var exclusiveKey: String { get }

  /// The result of the whole sequence, after its last change.
  var value: Value { get }

  /// Returns a text for an error, which says which change failed, such as `at the step to published`.
  ///
  /// Returns nil if the error needs no additional text.
  func trail(of prepared: PreparedChange) -> String?
}

extension StatementContext {
  /// Sends the changes of a sequence one after another, and returns the result of the sequence.
  func change(_ sequence: inout any DependentChangeSequence) async throws(Fault) -> Value {
    let key = sequence.exclusiveKey
    return try await session.sequences.run(key) { () async throws(Fault) in try await carriedOut(&sequence) }
  }

  private func carriedOut(_ sequence: inout any DependentChangeSequence) async throws(Fault) -> Value {
    var before: Value?
    var step = IterationResumeHints()
    (step.readsFirst, step.keyField) = (true, sequence.keyField)
    while let prepared = try await sequence.next(after: before) {
      step.isLast = sequence.isAtEnd
      do throws(Fault) { before = try await change(prepared, step) } catch {
        throw sequence.trail(of: prepared).map(error.within) ?? error
      }
    }
    return sequence.value
  }
}
