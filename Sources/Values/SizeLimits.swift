/// The limits on the size of values, so that a loop that doubles a value ends with an error before memory is exhausted.
package enum SizeLimits {
  /// The maximum size of a text, in bytes.
  package static let text = 1 << 28
  /// The maximum number of elements of a list, and of elements that `sort` and `group` keep in memory.
  package static let elements = 50_000_000
  /// The maximum number of values in one JSON text, including nested values.
  package static let values = 10_000_000

  /// Throws if a text has more bytes than the limit.
  package static func check(text count: Int) throws(Fault) {
    guard count > text else { return }
    throw Fault(
      .limit, "a text can have at most \(text >> 20) MiB", nextStep: "write the text in pieces: ... | write FILE")
  }

  /// Throws if a list has more elements than the limit.
  package static func check(elements count: Int) throws(Fault) {
    guard count > elements else { return }
    throw Fault(
      .limit, "a list can have at most \(elements / 1_000_000) million elements",
      nextStep: "process the elements as a stream: ... | each do ... end")
  }
}
