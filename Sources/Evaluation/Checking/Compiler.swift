import Language
import Values

/// Turns statements into code, and says everything that is wrong with them before anything runs.
///
/// The check and the preparation are one pass, so that what passes is what runs: names become slots, options and
/// arguments are held against their declarations, changes of what is being streamed are refused.
final class Compiler {
  /// What code does to the world, gathered while it is compiled.
  struct Effects: OptionSet {
    let rawValue: Int
    /// Sends requests, or waits for something.
    static let waits = Effects(rawValue: 1)
    /// Changes or destroys resources, writes files, or runs a block for each element.
    static let acts = Effects(rawValue: 2)
    /// Destroys resources.
    static let destroys = Effects(rawValue: 4)
  }

  let source: SourceText
  var scope: Scope
  /// The top level's names while a def is compiled.
  var outer: Scope?
  var diagnostics: [Diagnostic] = []
  var effects: Effects = []
  /// Streams that are open where the compiler stands.
  var openStreams: [Scope.ClientFact] = []
  /// Loops, `each` blocks and defs around.
  var loopDepth = 0
  var eachDepth = 0
  var isInDef = false
  /// Whether a `try` is round it, so that an error may be what is wanted.
  var isRescued = false
  /// Whether `.field` has an element to read.
  var hasElement = false
  /// Statements that change or destroy data, for the inventory.
  var inventory: [Inventory] = []

  /// The user's commands.
  var definitions: [String: Definition] = [:]
  /// The clients that are changed, as far as they can be told.
  var changed: [Scope.ClientFact] = []
  /// What is wrong with files that `source` brought in.
  var foreign: [(diagnostic: Diagnostic, source: SourceText)] = []
  /// The files on the way here, for `source`.
  var sourcePath: [String] = []

  /// Whether it looks for likely slips too, as `retort check` does.
  var isThorough = false
  /// The names that this text makes at its top level.
  var ownNames: [(name: String, range: SourceRange)] = []

  /// A statement that changes or destroys data, or a read of `var`.
  struct Inventory: Sendable {
    var range: SourceRange
    var source: SourceText
    var kind: Interpreter.Report.Entry.Kind
  }

  init(_ source: SourceText, scope: Scope) {
    self.source = source
    self.scope = scope
  }

  /// Notes an error; nothing of the text will run.
  func report(_ message: String, _ range: SourceRange, label: String? = nil, nextStep: String? = nil) {
    diagnostics.append(
      Diagnostic(severity: .error, range: range, message: message, label: label, nextStep: nextStep))
  }

  /// Notes something that is likely a slip.
  func warn(_ message: String, _ range: SourceRange, nextStep: String? = nil) {
    diagnostics.append(Diagnostic(severity: .warning, range: range, message: message, nextStep: nextStep))
  }

  /// Notes an unknown word with the nearest known one.
  func reportUnknown(_ kind: String, _ word: String, _ range: SourceRange, among known: [String], hint: String? = nil) {
    let near = nearest(to: word, among: known)
    report("unknown \(kind) \(word)", range, nextStep: near.map { "did you mean \($0)?" } ?? hint)
  }

  /// Compiles what `body` compiles with the effects of it alone.
  func gathering<Result>(_ body: () -> Result) -> (Result, Effects) {
    let before = effects
    effects = []
    let result = body()
    let own = effects
    effects = before.union(own)
    return (result, own)
  }

  /// Compiles with `hasElement` as given.
  func withElement<Result>(_ value: Bool, _ body: () -> Result) -> Result {
    let before = hasElement
    hasElement = value
    defer { hasElement = before }
    return body()
  }

  /// Code for what could not be compiled; it never runs.
  var broken: Code { .sync { _ throws(Fault) in .null } }
}
