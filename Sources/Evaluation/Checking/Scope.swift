import Language

/// The names that are visible at a place, and the slot of each.
struct Scope: Sendable {
  /// What is known of a variable's value before anything runs.
  enum Fact: Sendable, Equatable {
    case unknown
    /// A client, told apart by its queue where that is written in the script.
    case client(ClientFact)
    /// A stream of these clients that no stage has collected.
    case stream([ClientFact])
  }

  /// Which client a verb works on.
  struct ClientFact: Sendable, Hashable {
    /// The queue, or the slot that holds the client, and the connection if it is named.
    var identity: String
    /// The queue as text for messages.
    var queue: String

    /// Whether it comes from a `client` of the script.
    var isDeclared: Bool { identity.hasPrefix("queue ") }
  }

  struct Variable: Sendable {
    var slot: Int
    var fact: Fact = .unknown
    var range: SourceRange
    var isRead = false
    /// The stage after which `as` has to name it again.
    var ended: String?
  }

  /// A block of names; an `each` block's outer names can't be assigned.
  struct Block: Sendable {
    var variables: [String: Variable] = [:]
    var isEach = false
  }

  private(set) var blocks: [Block] = [Block()]
  /// How many slots a frame needs.
  private(set) var slotCount = 0

  /// The variable of a name, from the innermost block outwards.
  func variable(_ name: String) -> Variable? {
    for block in blocks.reversed() {
      if let variable = block.variables[name] { return variable }
    }
    return nil
  }

  /// Marks a name as read and returns it.
  mutating func read(_ name: String) -> Variable? {
    for index in blocks.indices.reversed() where blocks[index].variables[name] != nil {
      blocks[index].variables[name]?.isRead = true
      return blocks[index].variables[name]
    }
    return nil
  }

  /// Whether an assignment of a name here would change something outside the nearest `each`.
  func crossesEach(_ name: String) -> Bool {
    for block in blocks.reversed() {
      if block.variables[name] != nil { return false }
      if block.isEach { return variable(name) != nil }
    }
    return false
  }

  /// The slot for an assignment: the nearest visible name's, or a new one in this block.
  mutating func assign(_ name: String, _ range: SourceRange, _ fact: Fact) -> Int {
    for index in blocks.indices.reversed() where blocks[index].variables[name] != nil {
      let isInnermost = index == blocks.count - 1
      blocks[index].variables[name]?.fact = isInnermost ? fact : .unknown
      return blocks[index].variables[name]?.slot ?? 0
    }
    return define(name, range, fact)
  }

  /// A new variable in this block.
  mutating func define(_ name: String, _ range: SourceRange, _ fact: Fact = .unknown) -> Int {
    let slot = slotCount
    slotCount += 1
    blocks[blocks.count - 1].variables[name] = Variable(slot: slot, fact: fact, range: range)
    return slot
  }

  /// Ends names at a stage that takes all elements together.
  mutating func end(_ slots: [Int], at stage: String) {
    for index in blocks.indices {
      for (name, variable) in blocks[index].variables where slots.contains(variable.slot) {
        blocks[index].variables[name]?.ended = stage
      }
    }
  }

  mutating func enter(isEach: Bool = false) { blocks.append(Block(isEach: isEach)) }

  /// Leaves a block and returns the names made in it that nothing read.
  mutating func leave() -> [(name: String, range: SourceRange)] {
    guard blocks.count > 1, let block = blocks.popLast() else { return [] }
    return block.variables.filter { !$0.value.isRead }.map { ($0.key, $0.value.range) }
  }

  /// Forgets the names that were made from a slot on, and what was thought to be known of the others.
  mutating func forget(from slot: Int) {
    blocks = blocks.prefix(1).map { block in
      Block(
        variables: block.variables.filter { $0.value.slot < slot }.mapValues { variable in
          var variable = variable
          variable.fact = .unknown
          return variable
        })
    }
  }

  /// The names of the outermost block with their slots.
  var topLevelNames: [String: Int] {
    blocks.first?.variables.filter { $0.key != "_" && $0.key != "args" }.mapValues(\.slot) ?? [:]
  }

  /// All visible names.
  var names: [String] { blocks.flatMap(\.variables.keys) }
}
