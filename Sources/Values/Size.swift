/// The limits on the size of values, so that a loop that doubles a value fails with an error before memory runs out.
package enum Size {
  /// The longest text, in bytes.
  package static let text = 1 << 28
  /// The longest list, and the most elements that `sort` and `group` hold.
  package static let elements = 50_000_000
  /// The most values in one JSON text, nested values included.
  package static let values = 10_000_000

  /// Throws if a text has more bytes than the limit.
  package static func check(text count: Int) throws(Fault) {
    guard count > text else { return }
    throw Fault(.limit, "a text of over \(text >> 20) MiB", nextStep: "write it in pieces: ... | write FILE")
  }

  /// Throws if a list has more elements than the limit.
  package static func check(elements count: Int) throws(Fault) {
    guard count > elements else { return }
    throw Fault(
      .limit, "a list of over \(elements / 1_000_000) million elements",
      nextStep: "keep it a stream: ... | each do ... end")
  }
}
