/// How large a value may grow, so that a loop that doubles something ends with an error and not with the memory.
package enum Size {
  /// The longest text, in bytes.
  package static let text = 1 << 28
  /// The longest list, and the most elements that `sort`, `group` and a list hold at once.
  package static let elements = 50_000_000
  /// The most values that are made one JSON text, those in lists and records counted wherever they stand.
  package static let values = 10_000_000

  /// Refuses a text of more bytes than the limit.
  package static func check(text count: Int) throws(Fault) {
    guard count > text else { return }
    throw Fault(.limit, "a text of over \(text >> 20) MiB", nextStep: "write it piece by piece: ... | write FILE")
  }

  /// Refuses a list of more elements than the limit.
  package static func check(elements count: Int) throws(Fault) {
    guard count > elements else { return }
    throw Fault(
      .limit, "a list of over \(elements / 1_000_000) million elements",
      nextStep: "let them flow: ... | each do ... end")
  }
}
