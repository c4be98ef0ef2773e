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

extension Command {
  static let save = Command(
    CommandDeclaration(
      name: "save",
      summary: """
        Saves the successful statements of this session as a script. The script also has the earlier statements that \
        the saved statements need, such as let posts = client queue: "posts".
        """,
      parameters: [.init(name: "FILE", shape: .string)],
      options: [
        .last,
        .init(name: "replace", shape: .boolean, fallback: "false", summary: "true replaces the file if it exists"),
      ],
      effect: .writes, result: "null", isPromptOnly: true)
  ) { arguments, frame throws(Fault) in
    guard case .string(let path) = arguments.value(0) else {
      throw Fault(.type, "save needs the path of a file as a string, not \(arguments.value(0).typeWithArticle)")
    }
    let session = frame.run.session
    let saved = SavedStatements(
      of: session.state.withLock(\.entered), last: try arguments.integer(.last))
    guard !saved.texts.isEmpty else {
      throw Fault(
        .value, "save: no statement has succeeded",
        nextStep: "run a statement first, or give the option last: a larger number")
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

extension SavedStatements {
  /// Returns the text of the script, and a note such as `saved 3 statements to a.retort`.
  ///
  /// - Throws: A `value` error if the script does not pass the check.
  fileprivate func script(named path: String) throws(Fault) -> (text: String, note: String) {
    let plain = texts.map { $0 + "\n" }.joined()
    let hidden = Secrets.hidden(in: plain)
    let source = SourceText(name: path, text: "#!/usr/bin/env retort\n" + hidden)
    let text = (try? Formatter.formatted(source)) ?? source.text(SourceRange(0, source.bytes.count))
    let report = Interpreter(Session.offline()).check(SourceText(name: path, text: text), isThorough: true)
    if let error = report.diagnostics.first(where: { $0.diagnostic.severity == .error })?.diagnostic {
      throw Fault(
        .value, "save: these statements are not a complete script: \(error.message)", nextStep: error.nextStep)
    }
    var notes = ["saved \(texts.count) statement\(texts.count == 1 ? "" : "s") to \(path)"]
    if added > 0 {
      let added = added == 1 ? "1 of these is an earlier statement" : "\(added) of these are earlier statements"
      notes.append("\(added) that the script needs")
    }
    if failed > 0 { notes.append("\(failed) failed \(failed == 1 ? "statement was" : "statements were") left out") }
    if hidden != plain { notes.append("passwords are omitted, and connect asks for them at a terminal") }
    if report.inventory.contains(where: { $0.kind == .destroys || $0.kind == .mayDestroy }) {
      let isGuarded = text.contains("guard: \"confirm\"")
      notes.append("without a terminal the script needs \(isGuarded ? "--guarded NAME and --yes=N" : "--yes")")
    }
    return (text, notes.joined(separator: "; "))
  }
}
