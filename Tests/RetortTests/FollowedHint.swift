import TestBench
import Testing

/// Runs a mistake, expects its next step, and runs the statement that follows the next step.
///
/// Both run with the clients `posts` and `authors` of a new `embedded:blog`.
///
/// - Parameters:
///   - mistake: The statement, which must fail.
///   - hint: The parts of the message and its notes, separated by ` = `.
///   - followed: The statement that follows the next step, which must succeed.
func follow(_ mistake: String, _ hint: String, _ followed: String) async {
  let head =
    "connect \"embedded:blog\"; let posts = client queue: \"posts\"; let authors = client queue: \"authors\"; "
  let ran = await Ran.retort("-c", head + mistake)
  #expect(ran.status != 0, Comment(rawValue: mistake))
  let notes = ran.notes.split(separator: "\n").filter { line in
    ["error", "warning"].contains { line.hasPrefix($0) } || line.drop { $0 == " " }.hasPrefix("= ")
  }.joined(separator: " ")
  let parts = hint.split(separator: " = ").map(String.init)
  for part in parts { #expect(notes.contains(part), Comment(rawValue: mistake + "\n" + ran.notes)) }
  let next = await Ran.retort("-c", head + followed)
  #expect(next.status == 0, Comment(rawValue: followed + "\n" + next.notes))
}
