internal import CReadline
internal import Glibc
internal import Redaction

/// GNU readline on one terminal.
///
/// Made and used on one thread only, and never freed: it lasts as long as the process.
final class Readline {
  private let completion: Completion.Source

  /// Opens readline, which reads inputrc, where `$if retort` holds.
  init(input: UnsafeMutablePointer<FILE>, output: UnsafeMutablePointer<FILE>, completion: @escaping Completion.Source) {
    self.completion = completion
    retort_readline_open(input, output, completeAtCursor, Unmanaged.passUnretained(self).toOpaque())
    stifle_history(Int32(History.limit))
  }

  func begin(prompt: String) {
    retort_line_begin(TerminalText.line(prompt))
  }

  /// Reads one key; nil while the line goes on.
  func readKey() -> LineInput? {
    var text: UnsafeMutablePointer<CChar>?
    let state = retort_line_read(&text)
    guard state != RETORT_LINE_OPEN else { return nil }
    guard let text else { return .endOfInput }
    defer { free(text) }
    return .line(String(cString: text))
  }

  func abandon(signal number: Int32) {
    retort_line_abandon(number)
  }

  func show(notice: String) {
    retort_line_notice(TerminalText.visible(notice))
  }

  func remember(_ statement: String) {
    add_history(statement)
  }

  func suspend() {
    retort_line_suspend()
  }

  func resize() {
    rl_resize_terminal()
  }

  fileprivate func matches(line: String, cursor: Int) -> (Completion, texts: [String])? {
    let found = completion(line, cursor)
    let bytes = line.utf8
    guard !found.candidates.isEmpty, (0...cursor).contains(found.start),
      let start = bytes.index(bytes.startIndex, offsetBy: found.start, limitedBy: bytes.endIndex),
      let end = bytes.index(bytes.startIndex, offsetBy: cursor, limitedBy: bytes.endIndex)
    else { return nil }
    let common = TerminalText.line(found.commonPrefix(typed: line[start..<end]))
    return (found, found.candidates.count == 1 ? [common] : [common] + found.candidates.map(TerminalText.line))
  }
}

/// Readline's question, as C asks it.
///
/// Bytes that are no UTF-8 have no completion: the offsets would not fit.
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
