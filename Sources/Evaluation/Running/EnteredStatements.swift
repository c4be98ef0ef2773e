import Language
import Synchronization

/// The statements that a session of the prompt has run, in order, for the command `save`.
struct EnteredStatements: Sendable {
  /// A statement that a session of the prompt has run.
  ///
  /// For example, the user types `let n = 5`. The entry then has the text `let n = 5`, `isTyped` is true, and
  /// `hasSucceeded` is true.
  struct EnteredStatement: Sendable {
    /// The text of the statement.
    var text: String
    /// Whether the user typed the statement; false for a statement of a start file.
    var isTyped: Bool
    /// Whether the statement succeeded.
    var hasSucceeded: Bool
    /// The folder to which a path in a `source` statement is relative, with a `/` at its end.
    ///
    /// The text is empty for the working directory.
    var folder = ""
  }

  /// The statements in order.
  private(set) var entries: [EnteredStatement] = []

  /// The number of statements that remain when the list removes old statements.
  ///
  /// The list removes old statements when it contains more than twice this number.
  private static let limit = 10_000

  /// Adds a statement to the list.
  mutating func add(_ entry: EnteredStatement) {
    entries.append(entry)
    if entries.count > 2 * Self.limit { entries.removeFirst(entries.count - Self.limit) }
  }
}

/// The statements of a running text that are not yet in the session's list of entered statements.
///
/// The interpreter adds each statement to the list when the statement has ended.
struct EnteredStatementsNotYetListed {
  private let source: SourceText
  private var left: ArraySlice<SourceRange>
  private let session: Session

  /// Finds the statements of a text; finds none in a batch run, which has no list of entered statements.
  init(_ source: SourceText, isTyped: Bool, _ session: Session) {
    (self.source, self.session) = (source, session)
    guard session.options.command == nil else {
      left = []
      return
    }
    let statements = Parser.parse(source, isTyped: isTyped).program.statements.map(\.range)
    left = (statements.isEmpty ? [SourceRange(0, source.bytes.count)] : statements)[...]
  }

  /// Adds all statements before a byte offset to the list, and marks them as successful.
  mutating func enter(before offset: Int) {
    while let next = left.first, next.lower < offset { enterFirst(hasSucceeded: true) }
  }

  /// Adds the remaining statements to the list, and marks all of them as successful or all as failed.
  mutating func enterRest(hasSucceeded: Bool) {
    while !left.isEmpty { enterFirst(hasSucceeded: hasSucceeded) }
  }

  private mutating func enterFirst(hasSucceeded: Bool) {
    let text = source.text(left.removeFirst())
    let entry = EnteredStatements.EnteredStatement(
      text: text, isTyped: source.name == "prompt", hasSucceeded: hasSucceeded,
      folder: source.name.lastIndex(of: "/").map { String(source.name[...$0]) } ?? "")
    session.state.withLock { $0.entered.add(entry) }
  }
}

/// The statements that the command `save` writes.
///
/// These are the last successful statements. Before them come earlier statements that they need, such as the definition
/// of a variable.
struct StatementsToSave {
  /// A statement that `save` writes.
  struct SavedStatement {
    /// The statement as the session ran it.
    var entry: EnteredStatements.EnteredStatement
    /// The number of later statements that the user typed.
    var following: Int
  }

  /// The statements in order.
  private(set) var statements: [SavedStatement] = []
  /// The number of failed statements after the first saved statement; `save` leaves these out.
  private(set) var failed = 0
  /// The number of earlier statements that `save` adds because the chosen statements need them.
  private(set) var added = 0

  /// Chooses the statements to save.
  ///
  /// - Parameters:
  ///   - entered: The statements of the session.
  ///   - count: How many of the last successful statements to save; nil for all.
  init(of entered: EnteredStatements, last count: Int?) {
    let facts = entered.entries.map(StatementNameUsage.init)
    let counted = facts.indices.filter { entered.entries[$0].isTyped && !facts[$0].isAside }
    let succeeded = counted.filter { entered.entries[$0].hasSucceeded }
    let chosen = succeeded.suffix(count ?? succeeded.count)
    failed = counted.count { index in !entered.entries[index].hasSucceeded && index > chosen.first ?? -1 }
    var needs = NeededStatements(facts: facts, entries: entered.entries)
    for index in chosen { needs.add(index) }
    added = needs.indices.count - Set(chosen).count
    statements = needs.indices.sorted().map { index in
      SavedStatement(entry: entered.entries[index], following: counted.count { $0 > index })
    }
  }
}

/// Collects statements and everything that they need, such as variables, a connection or the value of `_`.
private struct NeededStatements {
  let facts: [StatementNameUsage]
  let entries: [EnteredStatements.EnteredStatement]
  private(set) var indices: Set<Int> = []

  /// The names that need no definition: commands, stages, functions, `_` and `args`.
  private static let known = Set(
    Vocabulary.commands.map(\.name) + Vocabulary.stages.map(\.name) + Vocabulary.functions.map(\.name) + ["_", "args"])

  init(facts: [StatementNameUsage], entries: [EnteredStatements.EnteredStatement]) {
    self.facts = facts
    self.entries = entries
  }

  /// Adds a statement, and the earlier statements that it needs.
  mutating func add(_ index: Int) {
    guard indices.insert(index).inserted else { return }
    let fact = facts[index]
    let before = (0..<index).filter { entries[$0].hasSucceeded && !facts[$0].isAside }
    var isForeign = false
    for name in fact.reads.sorted() where !addDefinitions(of: name, before) {
      isForeign = isForeign || !Self.known.contains(name)
    }
    if fact.needsConnection { before.filter { changesConnections($0) }.forEach { add($0) } }
    if fact.reads.contains("_"), let last = before.last(where: { facts[$0].givesValue }) { add(last) }
    if isForeign { before.filter { facts[$0].head == "source" }.forEach { add($0) } }
  }

  /// Adds the statements that define a name or assign to it; returns false if no statement defines the name.
  private mutating func addDefinitions(of name: String, _ before: [Int]) -> Bool {
    var isFound = false
    for index in before.reversed() where facts[index].defines.contains(name) {
      isFound = true
      add(index)
      if facts[index].defined == name, !facts[index].reads.contains(name) { return true }
    }
    return isFound
  }

  /// Returns whether a statement opens or closes a connection, directly or in a def that it calls.
  private func changesConnections(_ index: Int) -> Bool {
    if facts[index].head == "def" { return false }
    return facts[index].changesConnections
      || facts[index].reads.contains { name in
        facts.contains { $0.head == "def" && $0.defined == name && $0.changesConnections }
      }
  }
}

/// The names that a statement defines and reads, according to its text.
private struct StatementNameUsage {
  /// The first word of the statement.
  let head: String
  /// The name that a `let` or `def` at the start of the statement defines; nil for other statements.
  let defined: String?
  /// The names that the statement defines, or to which it assigns a value.
  let defines: Set<String>
  /// The names, commands and functions that the statement uses without defining them itself.
  let reads: Set<String>
  /// Whether the statement contains `connect` or `disconnect`.
  let changesConnections: Bool
  /// Whether the statement contains a command that needs a connection, such as `client`.
  let needsConnection: Bool

  init(_ entry: EnteredStatements.EnteredStatement) {
    let source = SourceText(name: "", text: entry.text)
    let parts = HighlightedPart.parts(of: source).filter { $0.kind != .comment }
    head = source.text(parts.first?.range ?? SourceRange(0, 0))
    let named = parts.dropFirst().first { $0.kind == .definition }
    defined = ["let", "def"].contains(head) ? named?.name : nil
    var (made, read): (Set<String>, Set<String>) = (defined.map { [$0] } ?? [], [])
    var assigned = made
    for (index, part) in parts.enumerated() {
      switch part.kind {
      case .definition:
        if index > 0, source.text(parts[index - 1].range) == "let" { assigned.insert(part.name) }
        if head != "let" || part != named { made.insert(part.name) }
      case .variable, .lone, .command, .stage, .function:
        let isOwn = made.contains(part.name) && (head == "def" || part.name != defined)
        if !isOwn { read.insert(part.name) }
      default: break
      }
    }
    let words = Set(parts.filter { [.command, .lone].contains($0.kind) }.map(\.name))
    defines = assigned
    reads = read
    changesConnections = !words.isDisjoint(with: ["connect", "disconnect"])
    needsConnection = !words.isDisjoint(with: ["client", "queues", "clients"])
  }

  /// Whether the statement concerns only the session itself, as `help` does; a script does not need the statement.
  var isAside: Bool {
    ["help", "exit"].contains(head) || Vocabulary.promptWords.contains(head)
      || BuiltInCommand.named(head)?.declaration.isPromptOnly == true
  }

  /// Whether the variable `_` can contain the value of the statement.
  var givesValue: Bool {
    !["let", "def", "for", "while", "watch", "source", "set", "connect", "disconnect"].contains(head)
  }
}
