import Language
import Redaction
import Values

/// Compiles statements, and reports all their errors before any statement runs.
///
/// The compiler checks and compiles each statement in one pass, so exactly the checked code runs. It replaces each
/// variable name with a slot: the index of the variable's value at run time. It compares options and arguments with the
/// declarations of the commands. It also reports a change to a queue that the script is streaming.
final class Compiler {
  let source: SourceText
  var scope: CompileTimeScope
  /// The variables of the top level while the compiler compiles a `def`; otherwise nil.
  var outer: CompileTimeScope?
  /// The surroundings of the code that the compiler is compiling, such as a loop or a `def`.
  var context = EnclosingConstructs()
  /// The effects of the code that the compiler has compiled so far, such as changes to resources.
  var effects = KnownEffects()
  /// The commands that the script has defined with `def` up to this point of the text, by name.
  var definitions: [String: CommandDefinition] = [:]
  /// The names that the text defines with `def`, each with the source range of its definition.
  ///
  /// The compiler uses the ranges to report a call before the definition.
  var laterDefinitions: [String: SourceRange] = [:]
  /// The commands that send one change from the block of an `each`, by the source range of the command.
  var requests: [SourceRange: SyncEvaluatedChangeCommand] = [:]
  /// The masks in the text (`***` in place of a secret) that the check has not yet reported.
  ///
  /// See ``refuseMasks(in:brokers:)``.
  lazy var masks = SecretMaskOccurrence.all(in: source.text(SourceRange(0, source.bytes.count)))
  /// The results of the check, such as errors and warnings.
  var findings = CheckFindings()
  /// The settings of the check.
  let settings: CheckSettings

  /// The settings of a check, such as whether it also warns of likely mistakes.
  struct CheckSettings {
    /// The names of the files that include this text with `source`, outermost first, and then the name of this text.
    ///
    /// The check uses the names to find files that include each other.
    var path: [String] = []
    /// Whether the check also warns of likely mistakes, as `retort check` does.
    var isThorough = false
    /// Whether the user typed the text at the prompt, which has additional commands.
    var isTyped = false
  }

  init(_ source: SourceText, scope: CompileTimeScope, settings: CheckSettings) {
    self.source = source
    self.scope = scope
    self.settings = settings
  }

  /// Runs `body` with a changed copy of the context, and then restores the original context.
  func within<Result>(_ change: (inout EnclosingConstructs) -> Void, _ body: () -> Result) -> Result {
    let outer = context
    change(&context)
    defer { context = outer }
    return body()
  }

  /// Runs `body` in a context whose `hasElement` is `value`.
  ///
  /// If `value` is true, `.field` can read an element in the code that `body` compiles.
  func withElement<Result>(_ value: Bool, _ body: () -> Result) -> Result {
    within({ ($0.hasOuterElement, $0.hasElement) = ($0.hasElement, value) }, body)
  }

  /// Runs `body`, and returns its result with the effects of the code that `body` compiles.
  ///
  /// The function also adds the effects to ``effects``.
  func gathering<Result>(_ body: () -> Result) -> (Result, KnownEffects) {
    let before = effects
    effects = KnownEffects()
    let result = body()
    let own = effects
    effects = before
    effects.add(own)
    return (result, own)
  }

  /// A placeholder for an expression that has an error.
  ///
  /// The placeholder never runs, because a text with errors does not run.
  var broken: CompiledExpression { .sync { _ throws(Fault) in .null } }
}
