import Language
import Values

/// Compiles statements, and reports all their errors before any statement runs.
///
/// One pass checks and compiles, so that exactly the checked program runs. It replaces each name by a slot (the index
/// of the variable), and compares options and arguments with their declarations. It refuses changes to a queue that is
/// being streamed.
final class Compiler {
  let source: SourceText
  var scope: Scope
  /// The names of the top level while a def is compiled; otherwise nil.
  var outer: Scope?
  /// The context of the code being compiled.
  var context = CompilerContext()
  /// The effects of the code compiled so far.
  var effects = KnownEffects()
  /// The defs compiled so far, by name.
  var definitions: [String: CommandDefinition] = [:]
  /// The ranges of the names of all defs in the text, to report a call that precedes its def.
  var laterDefinitions: [String: SourceRange] = [:]
  /// The findings of the check.
  var findings = CheckFindings()
  /// The settings of the check.
  let settings: CheckSettings

  /// The settings of a check: the files that lead to the text, and which warnings and commands apply.
  struct CheckSettings {
    /// The name of this text, preceded by the names of the files that include it by `source`, the outermost first.
    var path: [String] = []
    /// Whether the check also warns of likely mistakes, as `retort check` does.
    var isThorough = false
    /// Whether the text was typed at the prompt, which has additional commands.
    var isTyped = false
  }

  init(_ source: SourceText, scope: Scope, settings: CheckSettings) {
    self.source = source
    self.scope = scope
    self.settings = settings
  }

  /// Runs `body` while the compiler's context is a changed copy, and then restores the context.
  func within<Result>(_ change: (inout CompilerContext) -> Void, _ body: () -> Result) -> Result {
    let outer = context
    change(&context)
    defer { context = outer }
    return body()
  }

  /// Runs `body` in a context where `.field` can, or can't, read an element.
  func withElement<Result>(_ value: Bool, _ body: () -> Result) -> Result {
    within({ ($0.hasOuterElement, $0.hasElement) = ($0.hasElement, value) }, body)
  }

  /// Runs `body` and returns the effects of the code that `body` compiles; also adds these effects to the compiler's
  /// effects.
  func gathering<Result>(_ body: () -> Result) -> (Result, KnownEffects) {
    let before = effects
    effects = KnownEffects()
    let result = body()
    let own = effects
    effects = before
    effects.add(own)
    return (result, own)
  }

  /// The stand-in for an expression that could not be compiled; it never runs.
  var broken: CompiledExpression { .sync { _ throws(Fault) in .null } }
}
