import Language

/// The findings of a check: errors, likely mistakes, and an inventory of the text.
struct CheckFindings {
  /// Errors and warnings of the text.
  var diagnostics: [Diagnostic] = []
  /// Errors and warnings of included files.
  var foreign: [(diagnostic: Diagnostic, source: SourceText)] = []
  /// The included files, each with the source range of the path that includes it, directly or through another file.
  var inclusions: [(file: String, range: SourceRange)] = []
  /// The statements that change or destroy data, and the calls of `var(NAME)`, which read options `--var`.
  var inventory: [EffectInventoryEntry] = []
  /// Whether the text reads `args`.
  var readsArguments = false
  /// The names of the options `--var` that the text reads with calls such as `var("NAME")`.
  var readNames: Set<String> = []
  /// Whether the text calls `var` with a name that is known only at run time.
  var computesNames = false
  /// The paths of journals, each with the source range where a statement names it first.
  var journals: [String: SourceRange] = [:]
  /// The names that the text defines at its top level.
  var names: [(name: String, range: SourceRange)] = []

  /// An entry of the inventory: a statement that changes or destroys data, or a call of `var(NAME)`.
  struct EffectInventoryEntry: Sendable {
    var range: SourceRange
    var source: SourceText
    var kind: Interpreter.CheckReport.EffectInventoryLine.Kind
  }

  /// The source ranges of words that were already reported, so that they are not reported again as unknown names.
  var refused: [SourceRange] = []

  /// Whether an error prevents the text from running.
  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

extension Compiler {
  /// Records an error, which prevents the text from running.
  func report(_ message: String, _ range: SourceRange, label: String? = nil, nextStep: String? = nil) {
    findings.diagnostics.append(
      Diagnostic(severity: .error, range: range, message: message, label: label, nextStep: nextStep))
  }

  /// Records a warning of a likely mistake.
  func warn(_ message: String, _ range: SourceRange, nextStep: String? = nil) {
    findings.diagnostics.append(Diagnostic(severity: .warning, range: range, message: message, nextStep: nextStep))
  }

  /// Reports a name that is a command of the prompt; returns false for any other name.
  func refusesPromptWord(_ name: String, _ range: SourceRange) -> Bool {
    guard Vocabulary.promptWords.contains(name) else { return false }
    report("\(name) is a command of the prompt", range, nextStep: "type \(name) alone on a line at the prompt")
    return true
  }

  /// Reports a name whose def follows on a later line; returns false for any other name.
  func reportsLater(_ name: String, _ range: SourceRange) -> Bool {
    guard let later = laterDefinitions[name] else { return false }
    report(
      "\(name) is defined on line \(source.place(of: later.lower).line), after this call", range,
      nextStep: "move its def up, before this line")
    return true
  }

  /// Records an error about an unknown word, with the word that is probably meant: a synonym, or the nearest known
  /// word.
  func reportUnknown(
    _ kind: String, _ word: String, _ range: SourceRange, among known: [String], meant: String? = nil,
    nextStep: String? = nil
  ) {
    let near = meant ?? nearest(to: word, among: known)
    report("unknown \(kind) \(word)", range, nextStep: near.map { "did you mean \($0)?" } ?? nextStep)
  }
}
