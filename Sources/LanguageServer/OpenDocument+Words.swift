import Evaluation
import Formats
import Handbook
import JSONText
import Language

/// The answers to an editor's requests about a text: completion, help, definitions, layout and outline.
extension OpenDocument {
  // MARK: Completion

  /// The commands that are allowed only at the prompt, and not in a script.
  private static let promptWords = Set(
    Vocabulary.promptWords + Vocabulary.commands.filter(\.isPromptOnly).map(\.name))

  /// Returns the completion list at an offset.
  func completion(at offset: Int) -> JSONValue {
    let text = source.text(SourceRange(0, source.bytes.count))
    let found = interpreter.completion(of: text, at: offset)
    let range = map.range(SourceRange(found.start, offset))
    let items = found.candidates.filter { !Self.promptWords.contains($0.text) }.map { candidate -> JSONValue in
      var item: JSONObject = [
        "label": .string(candidate.text), "kind": .number(JSONNumber(Self.kind(candidate.text))),
        "textEdit": ["range": range, "newText": .string(candidate.text)],
      ]
      if let note = candidate.note { item["detail"] = .string(note) }
      return .object(item)
    }
    return ["isIncomplete": .bool(items.count >= 1000), "items": .array(JSONArray(items))]
  }

  /// Returns the kind of a completion candidate as a number of LSP, "CompletionItemKind".
  private static func kind(_ text: String) -> Int {
    if text.hasSuffix("(") { return 3 }  // Function
    if text.hasSuffix(":") { return 10 }  // Property
    if text.hasPrefix(".") { return 5 }  // Field
    return Help.commandNames.contains(text) || Help.stageNames.contains(text) ? 14 : 6  // Keyword, Variable
  }

  // MARK: Help

  /// Returns the text that the editor shows when the user points at the word at an offset.
  ///
  /// The text is the statement that defines the name, or the help page of the word. The result is null if there is
  /// neither a definition nor a help page.
  func hover(at offset: Int) -> JSONValue {
    let definitions = ScopedNameDefinitions(source)
    if let name = definitions.name(at: offset), let text = defined(name, definitions) {
      return Self.hover(text, map.range(name.range))
    }
    guard let (page, range) = Help.page(in: source, at: offset) else { return .null }
    return Self.hover(page, map.range(range))
  }

  private static func hover(_ text: String, _ range: JSONValue) -> JSONValue {
    ["contents": ["kind": "markdown", "value": .string("```text\n\(text)```")], "range": range]
  }

  /// Returns the line of the text that defines a name.
  ///
  /// If the interpreter knows what the value is, a second line describes the value, such as `client of queue posts`.
  private func defined(_ part: HighlightedPart, _ definitions: ScopedNameDefinitions) -> String? {
    guard let range = definitions.definition(of: part.name, at: part.range.upper) else { return nil }
    let line = source.line(source.place(of: range.lower).line)
    let found = interpreter.completion(
      of: source.text(SourceRange(0, source.bytes.count)), at: part.range.upper)
    let note = found.candidates.first { $0.text == part.name }?.note.map { "  \($0)\n" } ?? ""
    return "\(line.drop { $0 == " " })\n\(note)"
  }

  // MARK: Definitions

  /// Returns the location of the definition of the name at an offset; null if there is no definition.
  ///
  /// At the path of an included file, the location is the start of the included file.
  func definition(at offset: Int) -> JSONValue {
    if let include = includes.first(where: { $0.range.lower <= offset && offset <= $0.range.upper }) {
      let file = file(of: include.path, in: source.name)
      return Self.location(
        FileURI.uri(of: file), PositionMap(source: SourceText(name: "", text: ""), encoding: map.encoding).whole)
    }
    let definitions = ScopedNameDefinitions(source)
    guard let part = definitions.name(at: offset) else { return .null }
    if let range = definitions.definition(of: part.name, at: part.range.upper) {
      return Self.location(uri, map.range(range))
    }
    return included(part.name, source, depth: 0) ?? .null
  }

  private static func location(_ uri: String, _ range: JSONValue) -> JSONValue {
    ["uri": .string(uri), "range": range]
  }

  /// Returns the full path of a file that the file `name` includes.
  ///
  /// A relative `path` starts at the directory of the file `name`.
  private func file(of path: String, in name: String) -> String {
    path.hasPrefix("/") ? path : (name.lastIndex(of: "/").map { String(name[...$0]) } ?? "") + path
  }

  /// Returns the definition of a name in the files that a text includes, directly or through other included files.
  ///
  /// The function follows a chain of at most eight included files.
  private func included(_ name: String, _ text: SourceText, depth: Int) -> JSONValue? {
    guard depth < 8 else { return nil }
    for statement in Parser.parse(text).program.statements {
      guard case .source(let path, _) = statement.kind else { continue }
      let file = file(of: path, in: text.name)
      guard let content = try? TextFile.read(file) else { continue }
      let other = SourceText(name: file, text: content)
      if let range = ScopedNameDefinitions(other).topLevelDefinition(of: name) {
        return Self.location(FileURI.uri(of: file), PositionMap(source: other, encoding: map.encoding).range(range))
      }
      if let found = included(name, other, depth: depth + 1) { return found }
    }
    return nil
  }

  // MARK: Layout and outline

  /// The edits that change the text to the canonical layout; null if the text has a syntax error.
  var formatting: JSONValue {
    guard let formatted = try? Formatter.formatted(source) else { return .null }
    if Array(formatted.utf8) == source.bytes { return [] }
    return [["range": map.whole, "newText": .string(formatted)]]
  }

  /// The outline of the text: each `def`, and each statement that changes or destroys data.
  ///
  /// The outline omits statements with a syntax error.
  var outline: JSONValue {
    var symbols: [(line: Int, symbol: JSONValue)] = []
    for statement in Parser.parse(source).program.statements {
      guard case .def(let def) = statement.kind else { continue }
      symbols.append(
        (
          source.place(of: statement.range.lower).line,
          symbol(def.name, "def", kind: 12, statement.range, selecting: def.nameRange)
        ))
    }
    for entry in report.inventory where entry.kind != .reads && entry.file == source.name {
      let range = source.lineRange(entry.line)
      let text = String(entry.text.prefix { $0 != "\n" }.prefix(100))
      symbols.append((entry.line, symbol(text, entry.kind.rawValue, kind: 24, range, selecting: range)))
    }
    return .array(JSONArray(symbols.sorted { $0.line < $1.line }.map(\.symbol)))
  }

  /// Returns a symbol of the outline.
  ///
  /// `kind` is a number of LSP, "SymbolKind": 12 is a function, 24 an event.
  private func symbol(
    _ name: String, _ detail: String, kind: Int, _ range: SourceRange, selecting selection: SourceRange
  ) -> JSONValue {
    [
      "name": .string(name), "detail": .string(detail), "kind": .number(JSONNumber(kind)),
      "range": map.range(range), "selectionRange": map.range(selection),
    ]
  }
}
