import JSONText
import Language

extension Compiler {
  /// Looks for what is likely a slip and keeps nothing from running; only a thorough check says it.
  func warnThoroughly(_ message: String, _ range: SourceRange, nextStep: String? = nil) {
    if origin.isThorough { warn(message, range, nextStep: nextStep) }
  }

  /// Warns of the names of the top level that nothing read.
  func warnOfUnused() {
    guard !findings.hasErrors else { return }
    for (name, range) in findings.names where scope.variable(name)?.isRead == false {
      warnThoroughly("\(name) is never read", range, nextStep: "remove it, or read it")
    }
  }

  /// Warns of a password in a URI that stands in the script.
  func warnOfPassword(_ text: String, _ range: SourceRange) {
    guard origin.isThorough, text.contains("://"), text.contains(#/(?i)[a-z+]+://[^\s:/@]*:[^\s]+@/#) else { return }
    warnThoroughly(
      "a password stands in the script", range,
      nextStep: "leave the URI out and set RETORT_URL, or write connect env(\"NAME\")")
  }

  /// Warns of a pattern that may take very long on a text that almost matches.
  func warnOfNestedQuantifiers(_ pattern: String, _ range: SourceRange) {
    guard Self.hasNestedQuantifiers(pattern) else { return }
    warnThoroughly(
      "a repetition inside a repetition may take very long on a text that almost matches", range,
      nextStep: "say it with one of them: (a+)+ is a+")
  }

  /// Whether a group that repeats without a limit holds something that does.
  static func hasNestedQuantifiers(_ pattern: String) -> Bool {
    var groups = [false]
    var isEscaped = false
    var isClass = false
    let characters = Array(pattern)
    for (index, character) in characters.enumerated() {
      if isEscaped {
        isEscaped = false
        continue
      }
      switch character {
      case "\\": isEscaped = true
      case "[": isClass = true
      case "]": isClass = false
      case _ where isClass: break
      case "(": groups.append(false)
      case ")" where groups.count > 1:
        let repeats = groups.removeLast()
        let isRepeated = repeatsWithoutLimit(characters[(index + 1)...])
        if repeats, isRepeated { return true }
        if repeats { groups[groups.count - 1] = true }
      case "*", "+", "{":
        if repeatsWithoutLimit(characters[index...]) { groups[groups.count - 1] = true }
      default: break
      }
    }
    return false
  }

  private static func repeatsWithoutLimit(_ rest: ArraySlice<Character>) -> Bool {
    guard let first = rest.first else { return false }
    if first == "*" || first == "+" { return true }
    guard first == "{", let end = rest.firstIndex(of: "}") else { return false }
    return rest[rest.startIndex..<end].last == ","
  }

  /// Keeps what a script reads with `var` for the inventory.
  func noteVariable(_ name: String, _ range: SourceRange) {
    if name == "var" { findings.inventory.append(Findings.Inventory(range: range, source: source, kind: .reads)) }
  }
}

extension Interpreter.Report.Entry {
  /// An entry of the inventory, with the first line of its words.
  init(_ entry: Findings.Inventory) {
    let source = entry.source
    let lines = source.text(entry.range).split(separator: "\n", maxSplits: 1)
    let place = source.place(of: entry.range.lower)
    self.init(
      file: source.name, line: place.line, kind: entry.kind,
      text: (lines.first.map(String.init) ?? "") + (lines.count > 1 ? " ..." : ""))
  }
}
