import Language

/// What a check finds in a text: errors, likely slips, and what the text does.
struct Findings {
  /// Errors and warnings of the text.
  var diagnostics: [Diagnostic] = []
  /// Errors and warnings of files that `source` brought in.
  var foreign: [(diagnostic: Diagnostic, source: SourceText)] = []
  /// Statements that change or destroy data, and reads of `var`.
  var inventory: [Inventory] = []
  /// Whether the text reads `args`.
  var readsArguments = false
  /// The names that the text makes at its top level.
  var names: [(name: String, range: SourceRange)] = []

  /// A statement that changes or destroys data, or a read of `var`.
  struct Inventory: Sendable {
    var range: SourceRange
    var source: SourceText
    var kind: Interpreter.Report.Entry.Kind
  }

  /// Whether something keeps the text from running.
  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

extension Compiler {
  /// Notes an error; nothing of the text will run.
  func report(_ message: String, _ range: SourceRange, label: String? = nil, nextStep: String? = nil) {
    findings.diagnostics.append(
      Diagnostic(severity: .error, range: range, message: message, label: label, nextStep: nextStep))
  }

  /// Notes something that is likely a slip.
  func warn(_ message: String, _ range: SourceRange, nextStep: String? = nil) {
    findings.diagnostics.append(Diagnostic(severity: .warning, range: range, message: message, nextStep: nextStep))
  }

  /// Notes a word that only the prompt has; false where a name is none.
  func refusesPromptWord(_ name: String, _ range: SourceRange) -> Bool {
    guard Vocabulary.promptWords.contains(name) else { return false }
    report("\(name) is a word of the prompt", range, nextStep: "it stands alone on a line that is typed there")
    return true
  }

  /// Notes an unknown word with the nearest known one.
  func reportUnknown(_ kind: String, _ word: String, _ range: SourceRange, among known: [String], hint: String? = nil) {
    let near = nearest(to: word, among: known)
    report("unknown \(kind) \(word)", range, nextStep: near.map { "did you mean \($0)?" } ?? hint)
  }
}
