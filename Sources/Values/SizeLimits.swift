/// The limits on the size of values.
///
/// A loop that doubles a value in each turn must end with an error before it uses all memory.
package enum SizeLimits {
  /// The maximum size of a text, in bytes.
  package static let text = 1 << 28
  /// The maximum number of elements of a list, and of the elements that `sort` and `group` hold in memory.
  package static let elements = 50_000_000
  /// The maximum number of values in one JSON text, including nested values.
  package static let values = 10_000_000

  /// The maximum number of stages through which a lazy stream's elements pass.
  ///
  /// Each stage of a lazy stream refers to the previous stage. To release a chain of some ten thousand stages, the
  /// program would need more stack than a thread has.
  package static let stages = 1_000

  /// Checks that the number of a stream's stages does not exceed the limit.
  ///
  /// - Throws: A `limit` error for a stream with more stages.
  package static func check(stages count: Int) throws(Fault) {
    guard count > stages else { return }
    throw Fault(
      .limit, "a stream can have at most \(stages) stages, and this one has \(count)",
      nextStep: "if a loop adds the stages, collect the elements in each turn: let s = s | ... | collect")
  }

  /// Checks that the size of a text, in bytes, does not exceed the limit.
  ///
  /// - Throws: A `limit` error for a longer text.
  package static func check(text count: Int) throws(Fault) {
    guard count > text else { return }
    throw Fault(
      .limit, "a text can have at most \(text >> 20) MiB", nextStep: "write the text in pieces: ... | write FILE")
  }

  /// Checks that the number of a list's elements does not exceed the limit.
  ///
  /// - Throws: A `limit` error for a longer list.
  package static func check(elements count: Int) throws(Fault) {
    guard count > elements else { return }
    throw Fault(
      .limit, "a list can have at most \(elements / 1_000_000) million elements",
      nextStep: "process the elements as a stream: ... | each do ... end")
  }
}
