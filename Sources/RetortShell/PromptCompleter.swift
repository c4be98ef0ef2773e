import Evaluation
import Terminal
import Handbook

/// The words that Tab offers, by what stands before the cursor.
///
/// At the beginning of a statement they are commands, after `|` stages, after `help` what it explains; elsewhere the
/// options of the command that the words belong to, and variables.
struct PromptCompleter {
  var variables: [String]
  var definitions: [String]

  /// What can stand at the cursor, a place in bytes.
  func completion(of line: String, at cursor: Int) -> Completion {
    let before = String(decoding: Array(line.utf8).prefix(cursor), as: UTF8.self)
    let typed = String(before.reversed().prefix { Self.isInWord($0) }.reversed())
    let start = before.dropLast(typed.count)
    let candidates = isInText(start) ? [] : words(after: start).filter { $0.hasPrefix(typed) }
    return Completion(from: start.utf8.count, candidates: Array(Set(candidates)).sorted())
  }

  private static func isInWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "-" || character == "_"
  }

  /// Whether a quote is open: file names and URIs are nothing to guess.
  private func isInText(_ start: Substring) -> Bool { start.count { $0 == "\"" } % 2 == 1 }

  private func words(after start: Substring) -> [String] {
    let segment = start.split(omittingEmptySubsequences: false) { "|;(=\n".contains($0) }.last ?? ""
    let isStage = start.dropLast(segment.count).last == "|"
    var words = segment.split { !Self.isInWord($0) && $0 != ":" && $0 != "." }.map(String.init)
    if let block = words.lastIndex(where: { ["do", "else", "in", "let", "return", "rescue"].contains($0) }) {
      words.removeFirst(block + 1)
    }
    guard let command = words.first else {
      return isStage ? Help.stageNames + definitions : Help.commandNames + definitions + variables
    }
    if start.last == "." { return [] }
    if command == "help" { return Help.topics }
    return Help.options(of: command, isStage: isStage).map { $0 + ":" } + variables
  }
}
