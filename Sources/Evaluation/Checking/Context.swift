import Language

/// The context of the code being compiled.
///
/// Nested code gets a modified copy.
struct Context {
  /// The number of `for`, `while` and `watch` blocks that enclose the code inside the innermost `each` or def.
  var loopDepth = 0
  /// The number of `each` blocks that enclose the code inside the innermost loop or def.
  var eachDepth = 0
  /// Whether the code is in the body of a def.
  var isInDef = false
  /// Whether the code is in the body of a `try`, where an error can be intended.
  var isRescued = false
  /// Whether there is an element that `.field` can read.
  var hasElement = false
  /// Whether an outer pipeline has an element, which the current element hides.
  var hasOuterElement = false
  /// The slots of the names that `as` gave to the current element, in order of creation.
  var named: [Int] = []
  /// The clients whose streams are open at this point of the text.
  var openStreams: [Scope.ClientFact] = []

  /// Whether a command here runs once: outside loops, `each`, defs and stages.
  var isSingle: Bool { loopDepth == 0 && eachDepth == 0 && !isInDef && !hasElement }

  /// Enters a loop.
  mutating func enterLoop() {
    loopDepth += 1
    eachDepth = 0
  }

  /// Enters the block of an `each`; its iterations have an element, and no statement can leave them.
  mutating func enterEach() {
    loopDepth = 0
    eachDepth += 1
    hasElement = true
  }
}

/// The effects of code.
struct Effects {
  /// Whether the code changes or destroys resources, writes files, or runs a block for each element.
  var acts = false
  /// Whether the code changes or destroys resources.
  var changesData = false
  /// Whether work is lost if the code is skipped: it changes data, writes or asserts.
  var isOwed = false
  /// The clients whose resources the code changes, as far as they are known before the run.
  var changed: [Scope.ClientFact] = []

  /// The reads of pages whose number is not a literal: the client's name, the client, and the range of `page:`.
  var pages: [(name: String, client: Scope.ClientFact, range: SourceRange)] = []

  /// Adds the effects of other code.
  mutating func add(_ other: Effects) {
    acts = acts || other.acts
    changesData = changesData || other.changesData
    isOwed = isOwed || other.isOwed
    changed += other.changed
    pages += other.pages
  }
}
