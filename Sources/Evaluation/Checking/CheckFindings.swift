import Language

/// The results of a check: errors, warnings, and an inventory of the statements that change data.
struct CheckFindings {
  /// The errors and warnings of the text.
  var diagnostics: [Diagnostic] = []
  /// The number of errors among the diagnostics.
  var errorCount = 0
  /// Whether the check ends, because the text has so many errors that nobody reads further ones.
  var hasTooManyErrors: Bool { errorCount >= Parser.errorLimit }
  /// The errors and warnings of the files that the text includes with `source`.
  var foreign: [(diagnostic: Diagnostic, source: SourceText)] = []
  /// The files that the text includes with `source`.
  ///
  /// The text can include a file directly, or through another file. `range` is always a range in the checked text: it
  /// covers the path in the `source` statement through which the text includes the file.
  var inclusions: [(file: String, range: SourceRange)] = []
  /// The statements that change or destroy data, and the calls of `var("NAME")`.
  ///
  /// `var("NAME")` reads the program option `--var NAME=VALUE`.
  var inventory: [EffectInventoryEntry] = []
  /// Whether the text reads `args`, the arguments of the script.
  var readsArguments = false
  /// Whether the text assigns `args` at its top level.
  var replacesArguments = false
  /// The names of the options `--var` that the text reads with calls such as `var("NAME")`.
  var readNames: Set<String> = []
  /// The calls `var("NAME")` without a default that the run of the text can reach.
  ///
  /// The calls in a `def` are among them only if the text calls the `def`.
  var neededValues: [KnownEffects.NeededOptionValue] = []
  /// Whether the text calls `var` with a computed name, so that the check can't know all names.
  var computesNames = false
  /// The journal files that the text names, each with the source range of its first use.
  ///
  /// A journal records the changes of one statement, so that the user can resume the statement.
  var journals: [String: SourceRange] = [:]
  /// The variables that the text defines at its top level, each with the source range of its definition.
  var names: [(name: String, range: SourceRange)] = []

  /// An entry of the inventory: a statement that changes or destroys data, or a call of `var("NAME")`.
  struct EffectInventoryEntry: Sendable {
    var range: SourceRange
    var source: SourceText
    var kind: Interpreter.CheckReport.EffectInventoryLine.Kind
  }

  /// The source ranges of the words for which the check has already reported an error.
  ///
  /// The check does not report these words again as unknown names.
  var refused: [SourceRange] = []

  /// Whether the check has found an error in the text.
  ///
  /// A text with an error does not run.
  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

extension Compiler {
  /// Records an error; a text with an error does not run.
  func report(_ message: String, _ range: SourceRange, label: String? = nil, nextStep: String? = nil) {
    guard !findings.hasTooManyErrors else { return }
    findings.errorCount += 1
    findings.diagnostics.append(
      Diagnostic(severity: .error, range: range, message: message, label: label, nextStep: nextStep))
  }

  /// Reports that the check ends before a statement; does so at most once.
  ///
  /// The function returns false, and reports nothing, as long as the text has few errors.
  func endsCheck(before range: SourceRange) -> Bool {
    guard findings.hasTooManyErrors else { return false }
    if findings.errorCount == Parser.errorLimit {
      findings.errorCount += 1
      findings.diagnostics.append(Parser.endOfCheck(at: range))
    }
    return true
  }

  /// Records a warning about a likely mistake.
  func warn(_ message: String, _ range: SourceRange, nextStep: String? = nil) {
    findings.diagnostics.append(Diagnostic(severity: .warning, range: range, message: message, nextStep: nextStep))
  }

  /// Reports a name that exists only as a command of the prompt, such as `edit`.
  ///
  /// The function returns true if it reports an error.
  func refusesPromptWord(_ name: String, _ range: SourceRange) -> Bool {
    guard Vocabulary.promptWords.contains(name) else { return false }
    report("`\(name)` is a command of the prompt", range, nextStep: "type \(name) alone on a line at the prompt")
    return true
  }

  /// Reports the call of a command whose `def` follows on a later line.
  ///
  /// The function returns true if it reports an error.
  func reportsLater(_ name: String, _ range: SourceRange) -> Bool {
    guard let later = laterDefinitions[name] else { return false }
    report(
      "\(name) is defined on line \(source.place(of: later.lower).line), after this call", range,
      nextStep: "move the def up, before this line")
    return true
  }

  /// Records an error about an unknown word.
  ///
  /// The error suggests `meant`. If `meant` is nil, it suggests the most similar word in `known`. If `known` contains
  /// no similar word, the error suggests `nextStep`.
  func reportUnknown(
    _ kind: String, _ word: String, _ range: SourceRange, among known: [String], meant: String? = nil,
    nextStep: String? = nil
  ) {
    let near = meant ?? nearest(to: word, among: known)
    report("unknown \(kind) \(word)", range, nextStep: near.map { "did you mean \($0)?" } ?? nextStep)
  }
}
