import Language
import Values

/// Turns statements into code, and says everything that is wrong with them before anything runs.
///
/// The check and the preparation are one pass, so that what passes is what runs: names become slots, options and
/// arguments are held against their declarations, changes of what is being streamed are refused.
final class Compiler {
  let source: SourceText
  var scope: Scope
  /// The top level's names while a def is compiled.
  var outer: Scope?
  /// Where the code stands that is compiled now.
  var context = Context()
  /// What the code compiled so far does to the world.
  var effects = Effects()
  /// The user's commands.
  var definitions: [String: Definition] = [:]
  /// What the check found.
  var findings = Findings()
  /// Where the text comes from, and how closely it is checked.
  let origin: Origin

  /// How a text came here.
  struct Origin {
    /// The files on the way here, for `source`.
    var path: [String] = []
    /// Whether it looks for likely slips too, as `retort check` does.
    var isThorough = false
    /// Whether it is typed at the prompt, which has words of its own.
    var isTyped = false
  }

  init(_ source: SourceText, scope: Scope, origin: Origin) {
    self.source = source
    self.scope = scope
    self.origin = origin
  }

  /// Compiles what `body` compiles in a changed copy of the context.
  func within<Result>(_ change: (inout Context) -> Void, _ body: () -> Result) -> Result {
    let outer = context
    change(&context)
    defer { context = outer }
    return body()
  }

  /// Compiles with or without an element that `.field` reads.
  func withElement<Result>(_ value: Bool, _ body: () -> Result) -> Result {
    within({ $0.hasElement = value }, body)
  }

  /// Compiles what `body` compiles, and returns the effects of it alone; they count as the compiler's too.
  func gathering<Result>(_ body: () -> Result) -> (Result, Effects) {
    let before = effects
    effects = Effects()
    let result = body()
    let own = effects
    effects = before
    effects.add(own)
    return (result, own)
  }

  /// Code for what could not be compiled; it never runs.
  var broken: CompiledExpression { .sync { _ throws(Fault) in .null } }
}
