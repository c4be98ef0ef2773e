import Language

/// A regular expression, with Swift's own engine.
///
public struct Pattern: Sendable {
  private let text: String
  private let flags: String
  private let regex: Compiled

  /// Holds what the engine made of the text; nothing changes it, and matching reads it only.
  ///
  /// A class, so that the size of a pattern, and with it that of any value, is known when the program is compiled.
  private final class Compiled: @unchecked Sendable {
    let regex: Regex<AnyRegexOutput>
    init(_ regex: Regex<AnyRegexOutput>) { self.regex = regex }
  }

  /// Compiles a pattern with any of the flags `i` (letter case), `m` (lines), `s` (dot takes newlines), `x` (spaces).
  ///
  /// - Throws: a `value` error with the engine's reason.
  init(_ text: String, flags: String = "") throws(Fault) {
    self.text = text
    self.flags = flags
    do {
      var regex = try Regex(text)
      if flags.contains("i") { regex = regex.ignoresCase() }
      if flags.contains("m") { regex = regex.anchorsMatchLineEndings() }
      if flags.contains("s") { regex = regex.dotMatchesNewlines() }
      self.regex = Compiled(regex)
    } catch {
      throw Fault(.value, "not a regular expression: \(error)")
    }
  }

  /// The pattern between its slashes.
  var description: String { "/\(text)/\(flags)" }

  func matches(_ text: String) -> Bool { text.firstMatch(of: regex.regex) != nil }

  func replacing(in text: String, with replacement: String) throws(Fault) -> String {
    try Self.replacing(in: text, with: replacement, count: { text.ranges(of: regex.regex).count }) {
      text.replacing(regex.regex) { _ in replacement }
    }
  }

  /// Replaces in a text, unless it would grow beyond the limit; how often is only counted where it could.
  static func replacing(
    in text: String, with replacement: String, count: () -> Int, _ body: () -> String
  ) throws(Fault) -> String {
    let (most, overflow) = (text.utf8.count + 1).multipliedReportingOverflow(by: replacement.utf8.count + 1)
    if overflow || most > Size.text {
      let (added, overflow) = count().multipliedReportingOverflow(by: replacement.utf8.count)
      try Size.check(text: overflow ? .max : text.utf8.count + min(added, Size.text + 1))
    }
    return body()
  }

  func split(_ text: String) -> [String] {
    text.split(separator: regex.regex, omittingEmptySubsequences: false).map(String.init)
  }
}
