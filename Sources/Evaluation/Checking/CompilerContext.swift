import Language

/// What encloses the code that is being compiled, such as loops, a def or a stage.
///
/// Nested code gets a modified copy.
struct CompilerContext {
  /// The number of `for`, `while` and `watch` blocks around the code, up to the innermost `each` or def.
  var loopDepth = 0
  /// The number of `each` blocks around the code, up to the innermost loop or def.
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
  /// The clients whose resources are being streamed at this point of the text.
  var openStreams: [Scope.KnownClient] = []

  /// Whether a command at this point of the text runs at most once, because no loop, `each`, def or stage encloses it.
  var isSingle: Bool { isOnce && !isInDef }

  /// Whether a command at this point of the text runs at most once each time the enclosing def is called.
  ///
  /// Outside a def, the value is whether the command runs at most once.
  var isOnce: Bool { loopDepth == 0 && eachDepth == 0 && !hasElement }

  /// Marks the code as enclosed by a loop.
  mutating func enterLoop() {
    loopDepth += 1
    eachDepth = 0
  }

  /// Marks the code as enclosed by an `each`; its iterations have an element, and no statement can leave them.
  mutating func enterEach() {
    loopDepth = 0
    eachDepth += 1
    hasElement = true
  }
}

/// The effects that a part of the text has when it runs, as far as the check knows them.
struct KnownEffects {
  /// Whether the code changes or destroys resources, writes files, or runs a block for each element.
  var acts = false
  /// Whether the code changes or destroys resources.
  var changesData = false
  /// Whether skipping the code leaves work undone, because the code changes data, writes a file or asserts.
  var isOwed = false
  /// The clients whose resources the code changes, as far as they are known before the run.
  var changed: [Scope.KnownClient] = []

  /// The reads of pages whose number is not a literal: the client's name, the client, and the range of `page:`.
  var pages: [(name: String, client: Scope.KnownClient, range: SourceRange)] = []

  /// Adds the effects of other code.
  mutating func add(_ other: KnownEffects) {
    acts = acts || other.acts
    changesData = changesData || other.changesData
    isOwed = isOwed || other.isOwed
    changed += other.changed
    pages += other.pages
  }
}
