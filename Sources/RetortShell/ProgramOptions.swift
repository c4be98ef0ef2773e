import ArgumentParser
import Bulk
import Client
import Evaluation
import Language
import Terminal

/// The options before FILE in the command line `retort [OPTIONS] FILE [ARGUMENTS]`, such as `--yes`.
///
/// The arguments after FILE are arguments of the script.
struct ProgramOptions: ParsableArguments {
  @Option(
    name: .customShort("c"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Run these statements. If you give -c several times, all their statements form one script.",
      valueName: "STATEMENTS"))
  var statements: [String] = []

  @Option(name: .customLong("var"), help: ArgumentHelp("A value for var(\"NAME\").", valueName: "NAME=VALUE"))
  var variables: [String] = []

  @Flag(
    name: .customLong("yes"),
    help: "Confirm every bulk destruction. With --yes=N, the run destroys at most N resources.")
  var isConfirmed = false

  @Option(name: .customLong("yes-limit"), help: .hidden)
  var confirmedLimit: Int?

  @Option(help: ArgumentHelp("The format of results: \(ResultFormat.list).", valueName: "FORMAT"), transform: word)
  var output: ResultFormat?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How long to wait for a reply: 10s, 500ms, never.", valueName: "DURATION"))
  var timeout: String?

  @Option(
    name: .customLong("trace"),
    help: ArgumentHelp("Show requests and replies: amqp, rpc, api, errors.", valueName: "TOPICS"))
  var trace: String?

  @Flag(name: .customLong("dry-run"), help: "Show changes instead of sending them. Requests that only read are sent.")
  var isDryRun = false

  @Option(
    name: .customLong("guarded"),
    help: ArgumentHelp(
      "Allow --yes=N on a connection with guard: \"confirm\", given by its name or URI.", valueName: "CONNECTION"))
  var opened: [String] = []

  @Option(
    help: ArgumentHelp(
      "The pool of workers for all stages and commands that have the option workers:. The option can name another pool.",
      valueName: "NAME"))
  var workers: String?

  @Option(help: ArgumentHelp("The reason for the run. Journals record the reason.", valueName: "TEXT"))
  var reason: String?

  @Option(
    name: .customLong("summary"),
    help: ArgumentHelp("The format of summaries on standard error: text or json.", valueName: "FORM"))
  var summary: SummaryForm = .text

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp("Write the results of all statements to one file: .json, or .xml for JUnit.", valueName: "FILE"))
  var report: String?

  @Flag(help: "Hide the progress of long statements.")
  var quiet = false

  @Flag(help: "Print the requests instead of sending them.")
  var offline = false

  @Flag(name: .customLong("allow-sh"), help: "Allow the stage `sh` to run programs.")
  var allowsShell = false

  @Flag(name: .customLong("no-pager"), help: "Show results without a pager, even if they are taller than the screen.")
  var isUnpaged = false

  @Flag(name: .customLong("no-rc"), help: "Start the prompt without rc.retort and .retortrc.")
  var isBare = false

  @Option(help: ArgumentHelp("Colours: auto, always or never.", valueName: "WHEN"))
  var color: ColourMode = .auto

  @ArgumentParser.Argument(
    parsing: .remaining,
    help: ArgumentHelp("A file of statements, and its arguments. - is standard input.", valueName: "FILE"))
  var rest: [String] = []

  enum ColourMode: String, CaseIterable, ExpressibleByArgument {
    case auto, always, never
  }

  enum SummaryForm: String, ExpressibleByArgument {
    case text, json
  }

  /// The script in the options `-c`; nil if `-c` is missing.
  var script: String? {
    statements.isEmpty ? nil : statements.map { String($0.trimmingPrefix("\u{FEFF}")) }.joined(separator: "\n")
  }

  /// The topics of the option `--trace`.
  ///
  /// The set is empty if `--trace` is missing, and nil if a topic is unknown.
  var topics: Set<Trace.TraceTopic>? {
    let words = trace?.split(separator: ",").map(String.init) ?? []
    let topics = words.compactMap(Trace.TraceTopic.init)
    return topics.count == words.count ? Set(topics) : nil
  }

  func validate() throws {
    if topics == nil || trace?.isEmpty == true {
      throw ValidationError(
        "--trace takes any of \(Trace.TraceTopic.allCases.map(\.rawValue).joined(separator: ","))")
    }
    if let report, !report.hasSuffix(".json"), !report.hasSuffix(".xml") {
      throw ValidationError("--report takes a file that ends in .json or .xml, not '\(report)'")
    }
    if let workers, !PoolName.isValid(workers) {
      throw ValidationError("--workers: '\(workers)' is not a valid name of a pool; \(PoolName.nextStep)")
    }
    for variable in variables where !variable.contains("=") {
      throw ValidationError("--var takes NAME=VALUE, not '\(variable)'")
    }
    let names = variables.map { $0.prefix { $0 != "=" } }
    if names.contains("") { throw ValidationError("--var needs a name before =, as in --var limit=5") }
    if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
      throw ValidationError("--var \(names[twice])= is given twice: keep one of them")
    }
    if let timeout, Self.duration(timeout) == nil {
      throw ValidationError("--timeout takes a duration over 0 such as 10s, not '\(timeout)'")
    }
  }

  /// Parses the value of an option that takes a duration, such as `30s`.
  ///
  /// Returns `.some(nil)` for `never`, and nil if the text is invalid.
  static func duration(_ text: String) -> Duration?? {
    if text == "never" { return .some(nil) }
    let parsed = Parser.parse(SourceText(name: "--timeout", text: text))
    guard parsed.diagnostics.isEmpty, parsed.program.statements.count == 1,
      case .pipeline(let pipeline) = parsed.program.statements[0].kind,
      case .expression(let expression) = pipeline.head,
      case .duration(let value, let unit) = expression.kind,
      let duration = Session.duration(value, unit), duration > .zero
    else { return nil }
    return duration
  }
}

extension ProgramOptions {
  /// Returns the options of the session that runs the script.
  func session(arguments: [String], environment: [String: String], console: Console) -> Session.Options {
    var options = Session.Options()
    options.arguments = arguments
    options.environment = environment
    for variable in variables {
      let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      options.variables[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    if isConfirmed { options.confirmed = .given }
    if let confirmedLimit { options.confirmed = .limited(confirmedLimit) }
    options.allowsShell = allowsShell
    options.isDryRun = isDryRun
    options.opened = Set(opened)
    options.workers = workers
    options.reason = reason
    options.summarizesAsJSON = summary == .json
    options.isQuiet = quiet
    options.report = report.map { RunReportFile(path: $0) }
    options.isOffline = offline
    options.isInteractive = console.isInteractive
    options.canRedraw = console.isInteractive && TerminalProperties.canMoveCursor(environment)
    options.format = output
    if let timeout, let duration = Self.duration(timeout) { options.timeout = duration }
    options.renderer = DiagnosticRenderer(
      isColoured: isColoured(environment, console), width: console.showsNotes ? console.noteColumns() : 100,
      isForTerminal: console.showsNotes)
    return options
  }

  private func isColoured(_ environment: [String: String], _ console: Console) -> Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto:
      console.isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
        && TerminalProperties.canMoveCursor(environment)
    }
  }
}

extension ProgramOptions {
  /// The options that take a value.
  static let valued: Set<String> = [
    "-c", "--var", "--output", "--timeout", "--color", "--guarded", "--workers", "--reason", "--summary", "--report",
  ]
  /// The options that take no value.
  static let flags: Set<String> = ["--yes", "--offline", "--allow-sh", "--dry-run", "--quiet", "--no-pager", "--no-rc"]
  /// All options, as the user types them.
  static let words = Array(valued.union(flags)) + ["--trace"]
}
