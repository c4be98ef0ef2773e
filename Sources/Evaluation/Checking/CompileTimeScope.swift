import Language

/// The variables that code can use at a point of the text.
///
/// Each variable has a slot: the index of the variable's value in an `ExecutionFrame`.
struct CompileTimeScope: Sendable {
  /// A fact that the check knows about a variable's value before the run.
  enum VariableFact: Sendable, Equatable {
    case unknown
    /// The value is a client.
    case client(KnownClient)
    /// The value is a stream of the resources of these clients, which the script has not yet collected into a list.
    case stream([KnownClient])
    /// The value is a record for the option `page:` with a computed page number, such as `{number: n}`.
    case varyingPage
  }

  /// What the check knows about a client before the run.
  struct KnownClient: Sendable, Hashable {
    /// A text that identifies the client.
    ///
    /// If the script contains the queue's name as a literal, the text contains the queue's name and the value of the
    /// option `on:`. Otherwise the text contains the variable's slot, or the position of a parameter of a `def`.
    var identity: String
    /// The queue's name for messages, or the variable's name if the check does not know the queue.
    var queue: String

    /// Whether a `client` command in the script creates the client and contains the queue's name as a literal.
    var isDeclared: Bool { identity.hasPrefix("queue ") }
  }

  /// A variable as the check knows it: with its slot and a fact, but without a value.
  struct DeclaredVariable: Sendable {
    var slot: Int
    var fact: VariableFact = .unknown
    var range: SourceRange
    var isRead = false
    /// The name of the stage after which code can no longer read the variable; nil if code can read it.
    ///
    /// The stage `as` defines a variable for each element. A later stage, such as `sort`, combines several elements.
    /// After `sort`, the variable has no value.
    var ended: String?
  }

  /// The variables of one block, such as the body of a loop.
  ///
  /// Code in the block of an `each` can read the variables outside the block, but can't assign them.
  struct BlockScope: Sendable {
    var variables: [String: DeclaredVariable] = [:]
    var isEach = false
  }

  private(set) var blocks: [BlockScope] = [BlockScope()]
  /// The number of slots that an `ExecutionFrame` needs for all variables.
  private(set) var slotCount = 0

  /// Returns the variable of the given name; nil if no block defines the name.
  ///
  /// If several blocks define the name, the function returns the variable of the innermost block.
  func variable(_ name: String) -> DeclaredVariable? {
    for block in blocks.reversed() {
      if let variable = block.variables[name] { return variable }
    }
    return nil
  }

  /// Marks the variable of the given name as read, and returns the variable; nil if no block defines the name.
  mutating func read(_ name: String) -> DeclaredVariable? {
    for index in blocks.indices.reversed() where blocks[index].variables[name] != nil {
      blocks[index].variables[name]?.isRead = true
      return blocks[index].variables[name]
    }
    return nil
  }

  /// Returns whether an assignment to a name would change a variable outside the innermost `each` block.
  func crossesEach(_ name: String) -> Bool {
    for block in blocks.reversed() {
      if block.variables[name] != nil { return false }
      if block.isEach { return variable(name) != nil }
    }
    return false
  }

  /// Returns the slot of the variable that an assignment changes or defines.
  ///
  /// If a variable with this name is visible, the assignment changes the variable. Otherwise the assignment defines a
  /// new variable in the innermost block.
  mutating func assign(_ name: String, _ range: SourceRange, _ fact: VariableFact) -> Int {
    for index in blocks.indices.reversed() where blocks[index].variables[name] != nil {
      let isInnermost = index == blocks.count - 1
      blocks[index].variables[name]?.fact = isInnermost ? fact : .unknown
      return blocks[index].variables[name]?.slot ?? 0
    }
    return define(name, range, fact)
  }

  /// Defines a variable in the innermost block, and returns the variable's slot.
  mutating func define(_ name: String, _ range: SourceRange, _ fact: VariableFact = .unknown) -> Int {
    let slot = slotCount
    slotCount += 1
    blocks[blocks.count - 1].variables[name] = DeclaredVariable(slot: slot, fact: fact, range: range)
    return slot
  }

  /// Makes the variables in the given slots unreadable after `stage`, because `stage` combines the elements.
  mutating func end(_ slots: [Int], at stage: String) {
    for index in blocks.indices {
      for (name, variable) in blocks[index].variables where slots.contains(variable.slot) {
        blocks[index].variables[name]?.ended = stage
      }
    }
  }

  mutating func enter(isEach: Bool = false) { blocks.append(BlockScope(isEach: isEach)) }

  /// Leaves the innermost block, and returns the block's variables that no code reads.
  mutating func leave() -> [(name: String, range: SourceRange)] {
    guard blocks.count > 1, let block = blocks.popLast() else { return [] }
    return block.variables.filter { !$0.value.isRead }.map { ($0.key, $0.value.range) }
  }

  /// Removes the variables that a failed statement and the statements after it define.
  ///
  /// The function removes all inner blocks. In the outermost block, it removes the variables whose slot is at least
  /// `slot`. For the remaining variables, it resets the facts to `.unknown`.
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

  /// The slots of the variables in the outermost block, by name, without `_` and `args`.
  var topLevelNames: [String: Int] {
    blocks.first?.variables.filter { $0.key != "_" && $0.key != "args" }.mapValues(\.slot) ?? [:]
  }

  /// The names of all visible variables.
  var names: [String] { blocks.flatMap(\.variables.keys) }
}
