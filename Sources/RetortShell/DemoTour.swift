import Evaluation
import Handbook
import Language
import Synchronization

/// The first statements and the tour of `retort demo`, a prompt with clients of the sample blog.
///
/// The tour proposes statements, one after another, for the user to try.
final class DemoTour: Sendable {
  /// The statements that the program runs before the user types the first line.
  static let beginning = """
    connect "embedded:blog"
    let posts = client queue: "posts"; let authors = client queue: "authors"
    let post = show posts 12 include: "author"
    """

  /// A step of the tour: a statement for the user to try.
  private struct TourStep {
    var name: String
    /// The statement that the step proposes to the user.
    var statement: String
    /// The words that complete the step, such as `update` and `upsert`.
    ///
    /// The step is complete after a successful statement that contains one of the words.
    var words: Set<String>
  }

  private static let steps = [
    TourStep(
      name: "find", statement: #"stream posts filter: {state: "draft"} | take 5"#, words: ["stream", "index", "count"]),
    TourStep(name: "look", statement: #"show posts 12 include: "author""#, words: ["show"]),
    TourStep(name: "publish", statement: #"update posts 12 {state: "published"}"#, words: ["update", "upsert"]),
    TourStep(name: "save", statement: #"save "publish.retort" last: 3"#, words: ["save"]),
    TourStep(name: "run", statement: #"source "publish.retort""#, words: ["source"]),
  ]

  private static let end =
    "the tour is complete; help cookbook has recipes, Ctrl-D exits;\nin a shell, retort publish.retort runs the script"

  /// The indices of the steps that the user has not completed.
  private let left = Mutex(Set(DemoTour.steps.indices))

  /// The text that the prompt of the demo shows at its start, at most 80 columns wide.
  ///
  /// The text lists the first statements, which create the clients, and the steps of the tour.
  static var introduction: String {
    let ready = beginning.split(separator: "\n").map { "> \($0)\n" }.joined()
    let tour = steps.enumerated().map { index, step in line(index, step) }
    return "the sample blog runs inside the program; your changes to it are not saved\n" + ready
      + "a tour of five steps; Tab completes what you type, help WORD explains a word:\n" + tour.joined()
  }

  private static func line(_ index: Int, _ step: TourStep) -> String {
    "  \(index + 1) \(step.name)\(String(repeating: " ", count: 9 - step.name.count))\(step.statement)\n"
  }

  /// Marks the steps of the tour that a successful statement completes.
  ///
  /// - Returns: The text of the next step; nil if the statement completes no step.
  func next(after text: String) -> String? {
    let words = Self.words(of: text)
    return left.withLock { left in
      let done = left.filter { !Self.steps[$0].words.isDisjoint(with: words) }
      guard !done.isEmpty else { return nil }
      left.subtract(done)
      return left.min().map { "next:\n" + Self.line($0, Self.steps[$0]) } ?? "\(Self.end)\n"
    }
  }

  /// Returns the commands, stages and keywords of a text.
  private static func words(of text: String) -> Set<String> {
    let source = SourceText(name: "prompt", text: text)
    return Set(
      HighlightedPart.parts(of: source).compactMap { part in
        switch part.kind {
        case .keyword, .command, .stage, .lone: source.text(part.range)
        default: nil
        }
      })
  }
}

/// The command line of `retort demo`, with its options.
var demoUsage: String {
  let options = SubcommandDeclaration.all.first { $0.name == "demo" }?.options ?? []
  return "retort demo" + options.map { " [\($0.name)\($0.value.map { " " + $0 } ?? "")]" }.joined()
}

/// Opens the prompt with clients of the sample blog and a tour: `retort demo`.
func demo(_ options: ProgramOptions, _ console: Console, _ environment: [String: String]) async -> Int32 {
  guard options.rest.isEmpty, options.script == nil else {
    console.note("error: retort demo takes no file and no statements\n  = retort demo\n")
    return 2
  }
  guard console.isInteractive, console.isTerminal else {
    console.note("error: retort demo needs a terminal\n  = retort help cookbook shows examples\n")
    return 2
  }
  let notices = ConnectionNotices(console)
  let session = makeSession(options, [], nil, console, notices, environment)
  return await reported(options, session, console) {
    let status = await Prompt(session, console, notices, environment, readsStartFiles: false, demo: DemoTour()).run()
    _ = session.keepLearned()
    await session.close()
    return status
  }
}
