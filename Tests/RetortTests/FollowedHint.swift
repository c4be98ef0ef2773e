import TestBench
import Testing

extension Ran {
  /// Runs a statement with the clients `posts` and `authors` of a new `embedded:blog`.
  static func onBlog(_ statement: String) async -> Ran {
    await retort(
      "-c",
      "connect \"embedded:blog\"; let posts = client queue: \"posts\"; let authors = client queue: \"authors\"; "
        + statement)
  }

  /// The first line of each error and warning, and their notes, as one line.
  var findings: String {
    notes.split(separator: "\n").filter { line in
      ["error", "warning"].contains { line.hasPrefix($0) } || line.drop { $0 == " " }.hasPrefix("= ")
    }.joined(separator: " ")
  }

  /// The number of errors.
  var errorCount: Int { notes.split(separator: "\n").count { $0.hasPrefix("error") } }
}

/// Runs a mistake, expects its next step, and runs the statement that follows the next step.
///
/// - Parameters:
///   - mistake: The statement, which must fail.
///   - hint: The parts of the message and its notes, separated by ` = `.
///   - followed: The statement that follows the next step, which must succeed.
///   - isOneError: Whether the mistake must be exactly one error.
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
