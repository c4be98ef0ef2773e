import Language

/// The visible variables, each with its slot: the index of its value in a frame.
struct Scope: Sendable {
  /// A fact about a variable's value that is known before the run.
  enum VariableFact: Sendable, Equatable {
    case unknown
    /// A client; it is identified by its queue if the script contains the queue's name as text.
    case client(KnownClient)
    /// A stream of these clients' resources that is not collected.
    case stream([KnownClient])
    /// A record that can be a page whose number is computed.
    case varyingPage
  }

  /// The facts about a client that are known before the run.
  struct KnownClient: Sendable, Hashable {
    /// A text that identifies the client: the queue and the connection of `on:` or, if the queue is unknown, the
    /// variable's slot or the def's parameter.
    var identity: String
    /// The queue's name, as messages show it; the variable's name if the queue is unknown.
    var queue: String

    /// Whether the client comes from a `client` command in the script.
    var isDeclared: Bool { identity.hasPrefix("queue ") }
  }

  /// A variable as the check knows it: its slot and its facts, but no value.
  struct DeclaredVariable: Sendable {
    var slot: Int
    var fact: VariableFact = .unknown
    var range: SourceRange
    var isRead = false
    /// The name of the stage after which the variable can't be read, because the stage combines the elements; nil if
    /// the variable can be read.
    var ended: String?
  }

  /// The variables of a block.
  ///
  /// An `each` block can't assign the variables outside it.
  struct BlockScope: Sendable {
    var variables: [String: DeclaredVariable] = [:]
    var isEach = false
  }

  private(set) var blocks: [BlockScope] = [BlockScope()]
  /// The number of slots that a frame needs.
  private(set) var slotCount = 0

  /// Returns the variable of the given name from the innermost block that defines this name; nil if no block defines
  /// it.
  func variable(_ name: String) -> DeclaredVariable? {
    for block in blocks.reversed() {
      if let variable = block.variables[name] { return variable }
    }
    return nil
  }

  /// Marks the variable of the given name as read, and returns it; returns nil if no block defines this name.
  mutating func read(_ name: String) -> DeclaredVariable? {
    for index in blocks.indices.reversed() where blocks[index].variables[name] != nil {
      blocks[index].variables[name]?.isRead = true
      return blocks[index].variables[name]
    }
    return nil
  }

  /// Whether an assignment to a name would change a variable outside the nearest `each`.
  func crossesEach(_ name: String) -> Bool {
    for block in blocks.reversed() {
      if block.variables[name] != nil { return false }
      if block.isEach { return variable(name) != nil }
    }
    return false
  }

  /// Returns the slot for an assignment.
  ///
  /// It is the slot of the visible variable with this name. If no such variable is visible, it is the slot of a new
  /// variable in the innermost block.
  mutating func assign(_ name: String, _ range: SourceRange, _ fact: VariableFact) -> Int {
    for index in blocks.indices.reversed() where blocks[index].variables[name] != nil {
      let isInnermost = index == blocks.count - 1
      blocks[index].variables[name]?.fact = isInnermost ? fact : .unknown
      return blocks[index].variables[name]?.slot ?? 0
    }
    return define(name, range, fact)
  }

  /// Defines a variable in the innermost block, and returns its slot.
  mutating func define(_ name: String, _ range: SourceRange, _ fact: VariableFact = .unknown) -> Int {
    let slot = slotCount
    slotCount += 1
    blocks[blocks.count - 1].variables[name] = DeclaredVariable(slot: slot, fact: fact, range: range)
    return slot
  }

  /// Makes the variables in the given slots unreadable after `stage`, which combines the elements.
  mutating func end(_ slots: [Int], at stage: String) {
    for index in blocks.indices {
      for (name, variable) in blocks[index].variables where slots.contains(variable.slot) {
        blocks[index].variables[name]?.ended = stage
      }
    }
  }

  mutating func enter(isEach: Bool = false) { blocks.append(BlockScope(isEach: isEach)) }

  /// Leaves a block and returns its names that were never read.
  mutating func leave() -> [(name: String, range: SourceRange)] {
    guard blocks.count > 1, let block = blocks.popLast() else { return [] }
    return block.variables.filter { !$0.value.isRead }.map { ($0.key, $0.value.range) }
  }

  /// Removes all blocks except the outermost one, and all variables with a slot of at least `slot`; forgets the facts
  /// about the values of the other variables.
  mutating func forget(from slot: Int) {
    blocks = blocks.prefix(1).map { block in
      BlockScope(
        variables: block.variables.filter { $0.value.slot < slot }.mapValues { variable in
          var variable = variable
          variable.fact = .unknown
          return variable
        })
    }
  }

  /// The names of the outermost block except `_` and `args`, with their slots.
  var topLevelNames: [String: Int] {
    blocks.first?.variables.filter { $0.key != "_" && $0.key != "args" }.mapValues(\.slot) ?? [:]
  }

  /// The names of all visible variables.
  var names: [String] { blocks.flatMap(\.variables.keys) }
}
