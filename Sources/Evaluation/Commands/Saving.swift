import Formats
import Glibc
import Language
import Redaction
import Synchronization
import Values

extension CommandDeclaration.Option {
  fileprivate static let last = Self(
    name: "last", shape: .number, fallback: "all",
    summary: "the number of statements to save: 3 means the last three statements"
  ).ruled(.integer("last", from: 1))
}

extension BuiltInCommand {
  static let save = BuiltInCommand(
    CommandDeclaration(
      name: "save",
      summary: """
        Saves the successful statements of this session as a script. If the saved statements need earlier statements, \
        such as let posts = client queue: "posts", the script has these too. The script has *** in place of each \
        secret. Before you run the script, replace *** with the secret. You need not replace the password of a broker: \
        at a terminal, the command `connect` asks for it.
        """,
      parameters: [.init(name: "FILE", shape: .string)],
      options: [
        .last,
        .init(
          name: "replace", shape: .boolean, fallback: "false",
          summary: "with true, the command replaces the file if it exists"),
      ],
      effect: .writes, result: "null", isPromptOnly: true)
  ) { arguments, frame throws(Fault) in
    guard case .string(let path) = arguments.value(0) else {
      throw Fault(.type, "save needs the path of a file as a string, not \(arguments.value(0).typeWithArticle)")
    }
    let session = frame.run.session
    let saved = StatementsToSave(
      of: session.state.withLock(\.entered), last: try arguments.integer(.last))
    guard !saved.statements.isEmpty else {
      throw Fault(
        .value, "save: no statement has succeeded",
        nextStep: "run a statement first")
    }
    let (text, note) = try saved.script(named: path)
    let replaces = try arguments.bool("replace") == true
    if !replaces, unsafe access(path, F_OK) == 0 {
      throw Fault(.file, "\(path) already exists", nextStep: "use replace: true, or another name")
    }
    try TextFile.replace(path, with: text, isNew: !replaces)
    session.note(note)
    return .null
  }
}

extension StatementsToSave {
  /// Returns the text of the script, and a note such as `saved 3 statements to a.retort`.
  ///
  /// - Throws: A `value` error if the script does not pass the check, or if it would read itself with `source`.
  fileprivate func script(named path: String) throws(Fault) -> (text: String, note: String) {
    let texts = try statements.map { statement throws(Fault) in try statement.entry.text(in: path) }
    let plain = ([Self.start] + texts).map { $0 + "\n" }.joined()
    let checker = Interpreter(Session.offline())
    let report = checker.check(SourceText(name: path, text: plain), isThorough: true)
    if let error = report.diagnostics.first(where: { $0.diagnostic.severity == .error }) {
      throw refusal(error.diagnostic, isOwn: error.source.name == path, texts, path)
    }
    let source = SourceText(name: path, text: Secrets.hidden(in: plain))
    let text = (try? Formatter.formatted(source)) ?? source.text(SourceRange(0, source.bytes.count))
    var notes = ["saved \(texts.count) statement\(texts.count == 1 ? "" : "s") to \(path)"]
    if added > 0 {
      let added = added == 1 ? "1 of these is an earlier statement" : "\(added) of these are earlier statements"
      notes.append("\(added) that the script needs")
    }
    if failed > 0 { notes.append("\(failed) failed \(failed == 1 ? "statement was" : "statements were") left out") }
    notes += Self.notes(onSecretsIn: SourceText(name: path, text: text), checker)
    if report.inventory.contains(where: { $0.kind == .destroys || $0.kind == .mayDestroy }) {
      let isGuarded = text.contains("guard: \"confirm\"")
      notes.append("without a terminal, the script needs \(isGuarded ? "--guarded NAME and --yes=N" : "--yes")")
    }
    return (text, notes.joined(separator: "; "))
  }

  /// Returns the notes about the secrets that a script does not contain.
  ///
  /// `connect` asks for a password of a broker. In any other place, the user must type the secret before the script can
  /// run, so the note names the lines.
  private static func notes(onSecretsIn script: SourceText, _ checker: Interpreter) -> [String] {
    let places = checker.check(script).diagnostics.filter { $0.diagnostic.message == Compiler.maskMessage }.map {
      script.place(of: $0.diagnostic.range.lower).line
    }
    let lines = Set(places).sorted().map { line in
      let statement = script.line(line).drop(while: \.isWhitespace)
      return "line \(line) (\(statement.count > 50 ? statement.prefix(50) + "..." : statement))"
    }
    var notes: [String] = []
    if !lines.isEmpty {
      notes.append("before you run the script, type the secrets in place of *** in \(lines.joined(separator: ", "))")
    }
    if SecretMaskOccurrence.all(in: script.text(SourceRange(0, script.bytes.count))).count > places.count {
      notes.append("passwords of connections are omitted; at a terminal, the command connect asks for them")
    }
    return notes
  }

  private static let start = "#!/usr/bin/env retort"

  /// Returns the error for statements that do not pass the check.
  ///
  /// The error names the faulty statement. If the user typed other statements after the faulty statement, the advice is
  /// to save only the later statements.
  private func refusal(_ error: Diagnostic, isOwn: Bool, _ texts: [String], _ path: String) -> Fault {
    var end = Self.start.utf8.count + 1
    let faulty = texts.firstIndex { text in
      end += text.utf8.count + 1
      return error.range.lower < end
    }
    let message = "save: these statements are not a complete script: \(error.message)"
    guard isOwn, let faulty else { return Fault(.value, message, nextStep: error.nextStep) }
    let line = Secrets.hidden(in: texts[faulty]).prefix { !$0.isNewline }
    let following = statements[faulty].following
    return Fault(
      .value, "\(message), in the statement \(line)",
      nextStep: following > 0
        ? "to save only the statements after it: save \(path.quoted) last: \(following)" : error.nextStep)
  }
}

extension EnteredStatements.EnteredStatement {
  /// Returns the text of the statement in the script `path`; a `source` statement has a path relative to the script.
  ///
  /// - Throws: A `value` error if the statement reads the file `path` with `source`.
  fileprivate func text(in path: String) throws(Fault) -> String {
    let source = SourceText(name: "", text: text)
    guard case .source(let file, let range)? = Parser.parse(source).program.statements.first?.kind else { return text }
    let (read, script) = (
      try TextFile.target(of: file.hasPrefix("/") ? file : folder + file), try TextFile.target(of: path)
    )
    guard read != script else {
      throw Fault(
        .value, "save: the statement \(text) reads \(path), so \(path) can't contain this statement",
        nextStep: "use another name, or save only later statements with the option last:")
    }
    guard !file.hasPrefix("/") else { return text }
    let relative = Self.path(of: read, from: script)
    if folder + file == relative { return text }
    return source.text(SourceRange(0, range.lower)) + relative.quoted
      + source.text(SourceRange(range.upper, source.bytes.count))
  }

  /// Returns the path of a file relative to the directory of another file; both paths must be absolute.
  ///
  /// If the two files have only the root directory in common, the result is absolute.
  private static func path(of file: String, from other: String) -> String {
    let (to, from) = (file.split(separator: "/"), other.split(separator: "/").dropLast())
    let common = zip(to, from).prefix { $0 == $1 }.count
    guard common > 0 else { return file }
    return (from.dropFirst(common).map { _ in ".." } + to.dropFirst(common)).joined(separator: "/")
  }
}
