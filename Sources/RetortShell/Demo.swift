import Evaluation
import Language
import Synchronization

/// The prompt on the sample with clients ready, and a tour: `retort demo`.
final class Demo: Sendable {
  /// The statements that run before the first line.
  static let beginning = """
    connect "embedded:blog"
    let posts = client queue: "posts"; let authors = client queue: "authors"
    let post = show posts 12 include: "author"
    """

  /// A step of the tour.
  private struct Step {
    var name: String
    /// The statement that it proposes.
    var statement: String
    /// A statement with one of these words that succeeds ends the step.
    var words: Set<String>
  }

  private static let steps = [
    Step(
      name: "find", statement: #"stream posts filter: {state: "draft"} | take 5"#, words: ["stream", "index", "count"]),
    Step(name: "look", statement: #"show posts 12 include: "author""#, words: ["show"]),
    Step(name: "publish", statement: #"update posts 12 {state: "published"}"#, words: ["update", "upsert"]),
    Step(name: "save", statement: #"save "publish.retort" last: 3"#, words: ["save"]),
    Step(name: "run", statement: #"source "publish.retort""#, words: ["source"]),
  ]

  private static let end =
    "the tour ends here: help cookbook has recipes, and Ctrl-D leaves;\nin a shell, retort publish.retort runs the script"

  /// The steps that have not ended, by their indices.
  private let left = Mutex(Set(Demo.steps.indices))

  /// The text at the start: what is ready, and the tour, in 80 columns.
  static var introduction: String {
    let ready = beginning.split(separator: "\n").map { "> \($0)\n" }.joined()
    let tour = steps.enumerated().map { index, step in line(index, step) }
    return "the sample blog is inside the program, and what you change in it is not kept\n" + ready
      + "a tour of five steps; Tab completes what you type, help WORD explains a word:\n" + tour.joined()
  }

  private static func line(_ index: Int, _ step: Step) -> String {
    "  \(index + 1) \(step.name)\(String(repeating: " ", count: 9 - step.name.count))\(step.statement)\n"
  }

  /// The next step, once an entered text has ended one; nil if it has ended none.
  func next(after text: String) -> String? {
    let words = Self.words(of: text)
    return left.withLock { left in
      let done = left.filter { !Self.steps[$0].words.isDisjoint(with: words) }
      guard !done.isEmpty else { return nil }
      left.subtract(done)
      return left.min().map { "next:\n" + Self.line($0, Self.steps[$0]) } ?? "\(Self.end)\n"
    }
  }

  /// The commands, stages and keywords of a text.
  private static func words(of text: String) -> Set<String> {
    let source = SourceText(name: "prompt", text: text)
    return Set(
      TextPart.parts(of: source).compactMap { part in
        switch part.kind {
        case .keyword, .command, .stage, .lone: source.text(part.range)
        default: nil
        }
      })
  }
}
