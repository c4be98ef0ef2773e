internal import CReadline
internal import Glibc
internal import Redaction

/// The GNU readline library, set up for one terminal.
///
/// Only one thread may use the object, which exists until the process ends.
final class Readline {
  private let completion: TabCandidates.CompletionSource
  private let painting: LinePainting?
  private let help: HelpSource?
  /// The candidates that the last Tab found.
  private var found = TabCandidates.none

  /// Sets up readline.
  ///
  /// Readline then also reads the user's inputrc, including its sections `$if retort`.
  init(
    input: UnsafeMutablePointer<FILE>, output: UnsafeMutablePointer<FILE>,
    completion: @escaping TabCandidates.CompletionSource,
    painting: LinePainting? = nil, help: HelpSource? = nil
  ) {
    self.completion = completion
    self.painting = painting
    self.help = help
    retort_readline_open(input, output, completeAtCursor, listCompletions, Unmanaged.passUnretained(self).toOpaque())
    stifle_history(Int32(History.limit))
    if let painting { paint(painting) }
    if help != nil { retort_line_explain(explainAtCursor, Unmanaged.passUnretained(self).toOpaque()) }
  }

  /// Turns on colours and hints for the edited line.
  ///
  /// The styles are never freed, because readline uses them until the process ends.
  private func paint(_ painting: LinePainting) {
    let looks = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: painting.looks.count)
    for (index, look) in painting.looks.enumerated() { looks[index] = UnsafePointer(strdup(look)) }
    if painting.hint != nil { retort_line_hint(hintLine, Unmanaged.passUnretained(self).toOpaque()) }
    retort_line_paint(paintLine, Unmanaged.passUnretained(self).toOpaque(), looks, Int32(painting.looks.count))
  }

  /// Shows a prompt and begins a line.
  func begin(_ prompt: LinePrompt) {
    retort_line_begin(Self.shown(prompt), Int32(prompt.indent), TerminalSafeText.line(prompt.draft))
  }

  /// Returns the text of the prompt, with control sequences for its style.
  ///
  /// Marks tell readline that the control sequences have no width.
  private static func shown(_ prompt: LinePrompt) -> String {
    let text = TerminalSafeText.line(prompt.text)
    return prompt.look.map { "\u{1}\u{1B}[\($0)m\u{2}\(text)\u{1}\u{1B}[0m\u{2}" } ?? text
  }

  /// Reads one key, and returns the input if the key completes the input, as Enter does.
  ///
  /// Returns nil if the user is still editing the line.
  func readKey() -> PromptInput? {
    var text: UnsafeMutablePointer<CChar>?
    let state = retort_line_read(&text)
    guard state != RETORT_LINE_OPEN else { return nil }
    guard let text else { return .endOfInput }
    defer { free(text) }
    return state == RETORT_LINE_EDIT ? .edit(String(cString: text)) : .line(String(cString: text))
  }

  func abandon(signal number: Int32) {
    retort_line_abandon(number)
  }

  func show(notice: String, prompt: LinePrompt?) {
    let text = TerminalSafeText.visible(notice)
    if let prompt { retort_line_notice(text, Self.shown(prompt)) } else { retort_line_notice(text, nil) }
  }

  func remember(_ statement: String) {
    add_history(statement)
  }

  func replaceHistory(with statements: [String]) {
    clear_history()
    statements.forEach(remember)
  }

  /// Discards the input that waits in the terminal, and the input that follows it without a pause.
  ///
  /// Returns the number of discarded lines.
  func discardInput(_ input: Int32) -> Int { Int(retort_input_discard(input, 100)) }

  func suspend() {
    retort_line_suspend()
  }

  func resize() {
    retort_line_resize()
  }

  fileprivate func paint(line: String, cursor: Int, into looks: UnsafeMutableBufferPointer<UInt8>) {
    for part in painting?.parts(line, cursor) ?? [] {
      for index in part.range.clamped(to: 0..<looks.count) { looks[index] = UInt8(clamping: part.look) }
    }
  }

  fileprivate func hint(line: String) -> String? { painting?.hint?(line).map(TerminalSafeText.line) }

  fileprivate func help(line: String, cursor: Int) -> String? { help?(line, cursor) }

  fileprivate func matches(line: String, cursor: Int) -> (TabCandidates, texts: [String])? {
    found = completion(line, cursor)
    let bytes = line.utf8
    guard !found.candidates.isEmpty, (0...cursor).contains(found.start),
      let start = bytes.index(bytes.startIndex, offsetBy: found.start, limitedBy: bytes.endIndex),
      let end = bytes.index(bytes.startIndex, offsetBy: cursor, limitedBy: bytes.endIndex)
    else { return nil }
    let common = TerminalSafeText.line(found.commonPrefix(typed: line[start..<end]))
    return (found, found.candidates.count == 1 ? [common] : [common] + found.candidates.map(TerminalSafeText.line))
  }
}

/// Called by the C code to find the styles of a line.
///
/// The function finds no styles for a line with invalid UTF-8.
private func paintLine(
  context: UnsafeMutableRawPointer?, line: UnsafePointer<CChar>?, length: Int32, cursor: Int32,
  looks: UnsafeMutablePointer<UInt8>?
) -> Int32 {
  guard let context, let line, let looks, let text = String(validatingCString: line) else { return 0 }
  let readline = Unmanaged<Readline>.fromOpaque(context).takeUnretainedValue()
  readline.paint(
    line: text, cursor: Int(cursor), into: UnsafeMutableBufferPointer(start: looks, count: Int(length)))
  return 1
}

/// Called by the C code to find the hint after a line.
private func hintLine(context: UnsafeMutableRawPointer?, line: UnsafePointer<CChar>?) -> UnsafeMutablePointer<CChar>? {
  guard let context, let line, let text = String(validatingCString: line) else { return nil }
  return Unmanaged<Readline>.fromOpaque(context).takeUnretainedValue().hint(line: text).map { strdup($0) }
}

/// Called by the C code to find the help for the word at the cursor.
private func explainAtCursor(
  context: UnsafeMutableRawPointer?, line: UnsafePointer<CChar>?, cursor: Int32
) -> UnsafeMutablePointer<CChar>? {
  guard let context, let line, let text = String(validatingCString: line) else { return nil }
  let readline = Unmanaged<Readline>.fromOpaque(context).takeUnretainedValue()
  return readline.help(line: text, cursor: Int(cursor)).map { strdup(TerminalSafeText.visible($0)) }
}

extension Readline {
  /// Returns the list of the candidates that the last Tab found, with their notes.
  ///
  /// Nil means that readline shows its own list.
  fileprivate func list(columns: Int) -> String? { found.list(columns: columns) }
}

/// Called by the C code to list the candidates that the last Tab found.
///
/// Nil means that readline shows its own list.
private func listCompletions(context: UnsafeMutableRawPointer?, columns: Int32) -> UnsafeMutablePointer<CChar>? {
  guard let context else { return nil }
  let readline = Unmanaged<Readline>.fromOpaque(context).takeUnretainedValue()
  return readline.list(columns: Int(columns)).map { strdup($0) }
}

/// Called by the C code to complete the word at the cursor.
///
/// The function completes nothing in a line with invalid UTF-8, because byte offsets would be wrong.
private func completeAtCursor(
  context: UnsafeMutableRawPointer?, text: UnsafePointer<CChar>?, cursor: Int32, start: UnsafeMutablePointer<Int32>?,
  suffix: UnsafeMutablePointer<Int32>?
) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
  guard let context, let text, let start, let suffix, let line = String(validatingCString: text) else { return nil }
  let readline = Unmanaged<Readline>.fromOpaque(context).takeUnretainedValue()
  guard let (completion, texts) = readline.matches(line: line, cursor: Int(cursor)) else { return nil }
  start.pointee = Int32(completion.start)
  suffix.pointee = Int32(completion.suffix?.asciiValue ?? 0)
  let matches = calloc(texts.count + 1, MemoryLayout<UnsafeMutablePointer<CChar>?>.stride)?
    .assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
  for (index, text) in texts.enumerated() { matches?[index] = strdup(text) }
  return matches
}
