import TestBench
import Testing

extension Ran {
  /// Runs a statement in a new session with the clients `posts` and `authors` of `embedded:blog`.
  static func onBlog(_ statement: String) async -> Ran {
    await retort(
      "-c",
      "connect \"embedded:blog\"; let posts = client queue: \"posts\"; let authors = client queue: \"authors\"; "
        + statement)
  }

  /// The first line of each error and warning and the notes below it (`= ...`), joined into one line.
  var findings: String {
    notes.split(separator: "\n").filter { line in
      ["error", "warning"].contains { line.hasPrefix($0) } || line.drop { $0 == " " }.hasPrefix("= ")
    }.joined(separator: " ")
  }

  /// The number of errors in the output.
  var errorCount: Int { notes.split(separator: "\n").count { $0.hasPrefix("error") } }
}

/// Runs a wrong statement, expects a hint in its error, and runs the statement that follows the hint.
///
/// - Parameters:
///   - mistake: The wrong statement, which must fail.
///   - hint: The texts that the error message and its notes must contain, separated by ` = `.
///   - followed: The statement that a user writes after reading the hint; it must succeed.
///   - isOneError: Whether the wrong statement must cause exactly one error.
func follow(_ mistake: String, _ hint: String, _ followed: String, isOneError: Bool = false) async {
  let ran = await Ran.onBlog(mistake)
  #expect(ran.status != 0, Comment(rawValue: mistake))
  for part in hint.split(separator: " = ") {
    #expect(ran.findings.contains(part), Comment(rawValue: mistake + "\n" + ran.notes))
  }
  if isOneError { #expect(ran.errorCount == 1, Comment(rawValue: ran.notes)) }
  let next = await Ran.onBlog(followed)
  #expect(next.status == 0, Comment(rawValue: followed + "\n" + next.notes))
}
