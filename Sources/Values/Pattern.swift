import Language
import Synchronization

/// A regular expression, with Swift's own engine.
public struct Pattern: Sendable {
  private let text: String
  private let flags: String
  private let regex: Compiled

  /// Holds what the engine made of the text, for one task at a time.
  ///
  /// A class, so that the size of a pattern, and with it that of any value, is known when the program is compiled.
  private final class Compiled: Sendable {
    let regex: Mutex<Regex<AnyRegexOutput>>
    init(_ regex: sending Regex<AnyRegexOutput>) { self.regex = Mutex(regex) }
  }

  /// Compiles a pattern with any of the flags `i` (letter case), `m` (lines), `s` (dot takes newlines), `x` (spaces).
  ///
  /// - Throws: a `value` error with the engine's reason.
  package init(_ text: String, flags: String = "") throws(Fault) {
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
  package var description: String { "/\(text)/\(flags)" }

  package func matches(_ text: String) -> Bool { regex.regex.withLock { text.firstMatch(of: $0) != nil } }

  package func replacing(in text: String, with replacement: String) throws(Fault) -> String {
    try Self.replacing(in: text, with: replacement, count: { regex.regex.withLock { text.ranges(of: $0).count } }) {
      regex.regex.withLock { text.replacing($0) { _ in replacement } }
    }
  }

  /// Replaces in a text, unless it would grow beyond the limit; how often is only counted where it could.
  package static func replacing(
    in text: String, with replacement: String, count: () -> Int, _ body: () -> String
  ) throws(Fault) -> String {
    let (most, overflow) = (text.utf8.count + 1).multipliedReportingOverflow(by: replacement.utf8.count + 1)
    if overflow || most > Size.text {
      let (added, overflow) = count().multipliedReportingOverflow(by: replacement.utf8.count)
      try Size.check(text: overflow ? .max : text.utf8.count + min(added, Size.text + 1))
    }
    return body()
  }

  package func split(_ text: String) -> [String] {
    regex.regex.withLock { text.split(separator: $0, omittingEmptySubsequences: false).map(String.init) }
  }
}
