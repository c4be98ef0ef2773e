import Language
import Values

/// The variables of running code, and its current element.
///
/// A frame is a value type: each iteration of `each` and each lazy stage has its own copy.
struct ExecutionFrame: Sendable {
  /// The variables of the running code, by slot.
  var slots: [Value]
  /// The variables of the top level, which a def can read.
  var globals: [Value]
  /// The current element, for `it` and `.field`.
  var element: Value = .null
  /// The slots of the values named with `as`, in order of creation.
  var names: [Int] = []
  /// Whether an element that fails in a stage is passed on as a failure, so that a later stage can count it.
  var keepsFailures = false
  /// The value of a `return`, or of a block.
  var result: Value = .null
  /// Whether no loop, `each`, stage or recursion repeats the def whose body runs; true outside defs.
  var isOnce = true
  /// The number of nested calls of defs.
  var depth = 0
  /// The shared state of the run.
  var run: RunContext

  /// Makes an element of a page the current element, and stores its named values in their slots.
  mutating func take(_ page: ElementPage, _ index: Int) {
    element = page.elements[index]
    guard !page.names.isEmpty else { return }
    for (slot, value) in zip(names, page.names[index]) { slots[slot] = value }
  }

  /// Returns a frame for a def's body, with empty slots, and with the top level's variables to read.
  func called(slots: Int) -> ExecutionFrame {
    ExecutionFrame(
      slots: Array(repeating: .null, count: slots), globals: depth == 0 ? self.slots : globals, depth: depth + 1,
      run: run)
  }
}

/// What runs after a statement: the next statement, or the statement to which `break`, `continue` or `return` leads.
enum ControlFlow: Sendable {
  case next, `break`, `continue`, `return`
}
