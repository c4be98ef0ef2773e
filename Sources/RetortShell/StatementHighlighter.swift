import Evaluation
import Handbook
import Language
import Terminal

/// Chooses the colours of a statement while the user types it.
///
/// An unknown name is red. A name at the cursor is red only if no known name begins with it.
struct StatementHighlighter {
  /// The styles of the parts of a statement.
  ///
  /// The raw value of a style is the index of its colour in the result of `looks(isLight:)`.
  private enum SyntaxStyle: Int, CaseIterable {
    case usual, command, keyword, string, number, option, field, comment, unknown, match
  }

  /// Returns the terminal colours of all styles, as SGR parameters (ECMA-48 8.3.117) in the order of the styles.
  static func looks(isLight: Bool) -> [String] {
    isLight
      ? ["", "34;1", "35", "32", "36", "34", "34", "90", "31;4", "7"]
      : ["", "36;1", "35", "32", "33", "36", "94", "90", "31;4", "7"]
  }

  /// Whether the terminal has a light background.
  ///
  /// The function reads the variable `RETORT_COLORS`, or `COLORFGBG` if `RETORT_COLORS` is not set.
  static func isLight(_ environment: [String: String]) -> Bool {
    if let chosen = environment["RETORT_COLORS"] { return chosen == "light" }
    guard let background = environment["COLORFGBG"]?.split(separator: ";").last.flatMap({ Int($0) }) else {
      return false
    }
    return background == 7 || background >= 10
  }

  private static let commands = Set(Help.commandNames + Vocabulary.promptWords)
  private static let stages = Set(Help.stageNames)
  private static let functions = Set(Vocabulary.functions.map(\.name))

  private let variables: Set<String>
  private let definitions: Set<String>

  /// Creates a highlighter that knows the names of variables and defs.
  init(variables: [String], definitions: [String]) {
    self.variables = Set(variables)
    self.definitions = Set(definitions)
  }

  /// Returns the parts of a line that do not have the usual style.
  ///
  /// - Parameters:
  ///   - line: The line.
  ///   - before: The earlier lines of the same statement.
  ///   - cursor: The offset of the cursor in bytes, from the beginning of the line.
  /// - Returns: The parts. If two parts overlap, the later part applies.
  func parts(of line: String, after before: String, cursor: Int) -> [LinePainting.StyledRange] {
    let offset = before.isEmpty ? 0 : before.utf8.count + 1
    let source = SourceText(name: "prompt", text: before.isEmpty ? line : before + "\n" + line)
    let parts = HighlightedPart.parts(of: source)
    let made = Set(parts.filter { $0.kind == .definition }.map(\.name))
    var painted = parts.compactMap { part -> LinePainting.StyledRange? in
      let look = look(of: part, made: made, cursor: cursor + offset)
      return look == .usual ? nil : Self.part(part.range, look, offset)
    }
    if let pair = Self.pair(in: parts, at: cursor + offset) {
      painted += pair.map { Self.part($0, .match, offset) }
    }
    return painted.filter { !$0.range.isEmpty }
  }

  private static func part(_ range: SourceRange, _ look: SyntaxStyle, _ offset: Int) -> LinePainting.StyledRange {
    let lower = max(0, range.lower - offset)
    return LinePainting.StyledRange(lower..<max(lower, range.upper - offset), look: look.rawValue)
  }

  /// Returns the bracket at the cursor and the matching bracket; nil if there is no bracket or no match.
  ///
  /// A closing bracket directly before the cursor counts as a bracket at the cursor.
  private static func pair(in parts: [HighlightedPart], at cursor: Int) -> [SourceRange]? {
    for part in parts {
      switch part.kind {
      case .opening(let partner?) where part.range.lower == cursor: return [part.range, parts[partner].range]
      case .closing(let partner?) where part.range.lower == cursor || part.range.upper == cursor:
        return [part.range, parts[partner].range]
      default: continue
      }
    }
    return nil
  }

  private func look(of part: HighlightedPart, made: Set<String>, cursor: Int) -> SyntaxStyle {
    func known(_ sets: [Set<String>], as look: SyntaxStyle) -> SyntaxStyle {
      if sets.contains(where: { $0.contains(part.name) }) { return look }
      let isTyping = part.range.upper == cursor && sets.contains { $0.contains { $0.hasPrefix(part.name) } }
      return isTyping ? .usual : .unknown
    }
    switch part.kind {
    case .keyword: return .keyword
    case .field: return .field
    case .option: return .option
    case .string, .pattern: return .string
    case .number: return .number
    case .comment: return .comment
    case .command: return known([Self.commands, definitions, made], as: .command)
    case .stage: return known([Self.stages, definitions, made], as: .command)
    case .function: return known([Self.functions, definitions, made], as: .command)
    case .variable: return known([variables, made], as: .usual)
    case .lone:
      return variables.contains(part.name) || made.contains(part.name)
        ? .usual : known([Self.commands, definitions, variables, made], as: .command)
    case .closing(nil): return .unknown
    case .definition, .opening, .closing: return .usual
    }
  }
}
