import Language
import Values

/// The state of running code: the values of its variables, and its current element.
///
/// A frame is a value type. Each iteration of `each` and each lazy stage has its own copy.
struct ExecutionFrame: Sendable {
  /// The values of the running code's variables, by slot number.
  var slots: [Value]
  /// The values of the top level's variables, which a def can read.
  var globals: [Value]
  /// The current element of the pipeline, which `it` and `.field` read.
  var element: Value = .null
  /// The slots of the names that `as` defined, in the order of their definition.
  var names: [Int] = []
  /// Whether a stage passes its failed elements on to the next stage, so that a later stage can count them.
  var keepsFailures = false
  /// The value of a `return`, or of the last statement of a block.
  var result: Value = .null
  /// Whether the statement runs the current def at most once; true outside defs.
  ///
  /// The value is false if a loop, an `each`, a stage or a recursion can repeat the def.
  var isOnce = true
  /// The number of calls of defs that have not returned yet.
  var depth = 0
  /// The state that all code of the statement shares, such as the session.
  var run: StatementContext

  /// Makes the element of a page at an index the current element.
  ///
  /// If `as` gave names to this element, the function also stores the values of these names in their slots.
  mutating func take(_ page: ElementPage, _ index: Int) {
    element = page.elements[index]
    guard !page.names.isEmpty else { return }
    for (slot, value) in zip(names, page.names[index]) { slots[slot] = value }
  }

  /// Returns a copy of the frame that keeps only the variables that code reads.
  ///
  /// A lazy stream stores this copy.
  func keeping(_ reads: ReadVariables) -> ExecutionFrame {
    var kept = self
    kept.result = .null
    guard !reads.readsAllGlobals else { return kept }
    // At the top level, the variables of the frame are the variables that a called `def` reads.
    let isTopLevel = depth == 0
    kept.slots = slots.keeping(isTopLevel ? reads.own.union(reads.globals) : reads.own)
    kept.globals = globals.keeping(reads.globals)
    return kept
  }

  /// The maximum number of stages of the streams in the frame's variables and in its element.
  var streamStages: Int {
    var stages = element.streamStages
    for value in slots { stages = max(stages, value.streamStages) }
    for value in globals { stages = max(stages, value.streamStages) }
    return stages
  }

  /// Returns a frame for the body of a def.
  ///
  /// The slots of the new frame are empty. The body can read the variables of the top level.
  func called(slots: Int) -> ExecutionFrame {
    ExecutionFrame(
      slots: Array(repeating: .null, count: slots), globals: depth == 0 ? self.slots : globals, depth: depth + 1,
      run: run)
  }
}

extension [Value] {
  /// Returns a list of the same length that contains the values at `slots`, and null in all other places.
  fileprivate func keeping(_ slots: Set<Int>) -> [Value] {
    guard !isEmpty else { return self }
    var kept = [Value](repeating: .null, count: count)
    for slot in slots where slot < count { kept[slot] = self[slot] }
    return kept
  }
}

/// How execution continues after a statement.
///
/// `next` means that the following statement runs. The other cases mean that a `break`, `continue` or `return` ends the
/// block.
enum ControlFlow: Sendable {
  case next, `break`, `continue`, `return`
}
