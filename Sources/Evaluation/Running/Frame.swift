import Language
import Values

/// The variables of running code, and what flows through it.
///
/// A frame is a value: an iteration of `each` and a lazy stage work on copies of their own.
struct Frame: Sendable {
  /// The variables of the code that runs, by the number the compiler gave each.
  var slots: [Value]
  /// The top level's variables, as a def sees them: to read.
  var globals: [Value]
  /// The element that flows: what `it` and `.field` mean.
  var element: Value = .null
  /// The slots of what `as` named on the way of the elements that flow, in the order they were made.
  var names: [Int] = []
  /// Whether an element that a stage can make nothing of flows on as a failure, to be counted by the sink at the end.
  var keepsFailures = false
  /// What a `return` carries out of a def, and a block's value.
  var result: Value = .null
  /// How many defs deep.
  var depth = 0
  /// What all code of one run shares.
  var run: Run

  /// Takes an element of a page, with the values that `as` gave names to on its way.
  mutating func take(_ page: ElementPage, _ index: Int) {
    element = page.elements[index]
    guard !page.names.isEmpty else { return }
    for (slot, value) in zip(names, page.names[index]) { slots[slot] = value }
  }

  /// A frame for a def's body: nothing but its parameters, and the top level to read.
  func called(slots: Int) -> Frame {
    Frame(
      slots: Array(repeating: .null, count: slots), globals: depth == 0 ? self.slots : globals, depth: depth + 1,
      run: run)
  }
}

/// How a statement ended.
enum Flow: Sendable {
  case next, `break`, `continue`, `return`
}
