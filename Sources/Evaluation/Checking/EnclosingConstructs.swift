import Language

/// The surroundings of the code that the compiler is compiling, such as loops, a `def` or a stage.
///
/// For nested code, the compiler uses a changed copy of the context.
struct EnclosingConstructs {
  /// The number of `for`, `while` and `watch` blocks around the code.
  ///
  /// Only the blocks inside the innermost `each` or `def` count.
  var loopDepth = 0
  /// The number of `each` blocks around the code.
  ///
  /// Only the blocks inside the innermost loop or `def` count.
  var eachDepth = 0
  /// Whether the code is in the body of a `def`.
  var isInDef = false
  /// Whether the code is in the body of a `try`.
  ///
  /// In a `try`, an error can be intentional. Therefore the check does not report errors that literal values cause.
  var isRescued = false
  /// Whether the code has an element that `.field` can read, for example in a stage.
  var hasElement = false
  /// Whether a pipeline around the current pipeline also has an element.
  ///
  /// The code can't read the outer element with `.field`, because `.field` reads the element of the innermost pipeline.
  var hasOuterElement = false
  /// The slots of the names that `as` gave to the current element, oldest first.
  var named: [Int] = []
  /// The clients whose resources the script is streaming at this point of the text.
  var openStreams: [CompileTimeScope.KnownClient] = []

  /// Whether a command at this point of the text runs at most once.
  ///
  /// The value is true if no loop, `each`, `def` or stage encloses the command.
  var isSingle: Bool { isOnce && !isInDef }

  /// Whether a command at this point of the text runs at most once in each call of the enclosing `def`.
  ///
  /// Outside a `def`, this property has the same value as `isSingle`.
  var isOnce: Bool { loopDepth == 0 && eachDepth == 0 && !hasElement }

  /// Records that a loop encloses the code.
  mutating func enterLoop() {
    loopDepth += 1
    eachDepth = 0
  }

  /// Records that the block of an `each` encloses the code.
  ///
  /// In the block, `.field` reads the current element. No `break`, `continue` or `return` can leave the block.
  mutating func enterEach() {
    loopDepth = 0
    eachDepth += 1
    hasElement = true
  }
}

/// The effects that a part of the text has when it runs, as far as the check can determine them.
struct KnownEffects {
  /// Whether the code changes or destroys resources, writes files, or runs a block for each element.
  var acts = false
  /// Whether the code changes or destroys resources.
  var changesData = false
  /// Whether the code changes data, writes a file or contains an assertion.
  ///
  /// If the run skips such code because standard output was closed, the exit status is 1 instead of 0.
  var isOwed = false
  /// The clients whose resources the code changes, as far as the check can determine them.
  var changed: [CompileTimeScope.KnownClient] = []
  /// The commands that change data.
  var changes: Set<KnownChange> = []

  /// A command that changes data, with its client as far as the check can determine it.
  struct KnownChange: Hashable {
    var name: String
    var client: CompileTimeScope.KnownClient?
  }

  /// The commands that change data, with the queues of their clients, as text: `destroy tags, update posts`.
  var changeText: String {
    Set(changes.map { change in change.client.map { "\(change.name) \($0.queue)" } ?? change.name }).sorted()
      .joined(separator: ", ")
  }

  /// The calls `var("NAME")` without a default that the code contains, also in the defs that it calls.
  var neededValues: [NeededOptionValue] = []

  /// A call `var("NAME")` without a default: without the program option `--var NAME=VALUE`, the call fails.
  struct NeededOptionValue {
    var name: String
    var range: SourceRange
    var source: SourceText
  }

  /// The variables whose values the code reads.
  var reads = ReadVariables()

  /// The `index` commands that read a page whose number is not a literal.
  ///
  /// Each entry has the client's name, the client, and the source range of the option `page:`.
  var pages: [(name: String, client: CompileTimeScope.KnownClient, range: SourceRange)] = []

  /// Adds the effects of other code.
  mutating func add(_ other: KnownEffects) {
    acts = acts || other.acts
    changesData = changesData || other.changesData
    isOwed = isOwed || other.isOwed
    changed += other.changed
    changes.formUnion(other.changes)
    pages += other.pages
    reads.add(other.reads)
    neededValues += other.neededValues
  }
}

/// The variables whose values a part of the text reads, as slots.
///
/// A lazy stream keeps the values of these variables only. Without this limit, a stream in a loop would keep the streams
/// of all earlier iterations.
struct ReadVariables {
  /// The slots of the variables in the frame of the code.
  var own: Set<Int> = []
  /// The slots of the top level's variables that a `def` reads.
  var globals: Set<Int> = []
  /// Whether the code can read any variable of the top level, because a `def` calls itself.
  var readsAllGlobals = false

  /// Adds the variables of other code.
  mutating func add(_ other: ReadVariables) {
    own.formUnion(other.own)
    addGlobals(of: other)
  }

  /// Adds the variables of the top level that other code reads.
  mutating func addGlobals(of other: ReadVariables) {
    globals.formUnion(other.globals)
    readsAllGlobals = readsAllGlobals || other.readsAllGlobals
  }
}
