import AMQP
import Client
import Evaluation
import Handbook
import Redaction
import APIServer
import Serving

/// The words and files that a shell offers when it completes a command line of the program.
struct CommandLineCandidates {
  /// A word that the shell offers, with its description.
  struct Candidate: Equatable {
    var text: String
    var note: String?
  }

  private(set) var candidates: [Candidate] = []
  /// The suffix of the files that the shell offers.
  ///
  /// An empty text means that the shell offers all files. Nil means that it offers no files.
  private(set) var files: String?

  /// Finds the candidates for the word at the cursor.
  ///
  /// - Parameters:
  ///   - words: The words after `retort`. The last word is the word at the cursor, and can be empty.
  ///   - environment: The environment, which determines the profiles and addresses.
  init(words: [String], environment: [String: String]) {
    let current = words.last ?? ""
    let before = words.dropLast()
    if let first = before.first, let line = SubcommandDeclaration.all.first(where: { $0.name == first }) {
      complete(current, line, Array(before.dropFirst()), environment)
    } else if let line = SubcommandDeclaration.all.first {
      if before.isEmpty { add(SubcommandDeclaration.all.dropFirst().map { ($0.name, $0.summary) }) }
      complete(current, line, Array(before), environment)
    }
    var seen: Set<String> = []
    candidates = candidates.filter { $0.text.hasPrefix(current) && seen.insert($0.text).inserted }
  }

  /// The candidates as lines for the completion script of a shell.
  ///
  /// A line contains a word, a tab and a description. The line `:files` tells the script to offer all files. The line
  /// `:files .retort` limits the files to a suffix.
  var lines: String {
    candidates.map { $0.text + ($0.note.map { "\t\($0)" } ?? "") + "\n" }.joined()
      + (files.map { $0.isEmpty ? ":files\n" : ":files \($0)\n" } ?? "")
  }

  private mutating func add(_ words: [(String, String?)]) {
    candidates += words.map { Candidate(text: $0.0, note: $0.1) }
  }

  private mutating func complete(
    _ current: String, _ line: SubcommandDeclaration, _ before: [String], _ environment: [String: String]
  ) {
    func option(_ word: String) -> SubcommandDeclaration.Option? { Self.option(word, of: line) }
    if let last = before.last, let option = option(last), option.value != nil {
      return addValues(of: option, line.name, "", environment)
    }
    if current.hasPrefix("--"), let sign = current.firstIndex(of: "="),
      let option = option(String(current[..<sign]))
    {
      return addValues(of: option, line.name, String(current[...sign]), environment)
    }
    if current.hasPrefix("-") {
      return add(
        line.options.filter { !before.contains($0.name) || Self.repeats.contains($0.name) }.map {
          ($0.name, $0.summary)
        })
    }
    let isScriptGiven = line.name.isEmpty && Self.positional(before, line) > 0
    addArguments(isScriptGiven ? .files : line.argument, environment)
  }

  /// The options that a command line may contain more than once.
  static let repeats: Set<String> = ["-c", "--var", "--guarded", "--queue", "--fault", "--allow"]

  /// Returns the option that a word such as `--output` names; nil for any other word.
  private static func option(_ word: String, of line: SubcommandDeclaration) -> SubcommandDeclaration.Option? {
    line.options.first { $0.name == (word == "-o" ? "--output" : word) }
  }

  /// Returns the number of words that are neither options nor values of options.
  private static func positional(_ words: [String], _ line: SubcommandDeclaration) -> Int {
    var (count, isValue) = (0, false)
    for word in words {
      if isValue {
        isValue = false
      } else if word.hasPrefix("-"), word != "-" {
        isValue = option(word, of: line)?.value != nil
      } else {
        count += 1
      }
    }
    return count
  }

  private mutating func addArguments(
    _ argument: SubcommandDeclaration.PositionalArgumentKind, _ environment: [String: String]
  ) {
    switch argument {
    case .nothing: break
    case .scripts: files = ".retort"
    case .files: files = ""
    case .database:
      add([("blog", "the sample")])
      files = ""
    case .address:
      add(
        ConnectionProfiles(environment: environment).all.map {
          ($0.name, $0.address.map { "a profile: \(Secrets.hidden(in: $0))" } ?? "a profile")
        })
      add([("amqp://", "a broker"), ("amqps://", "a broker over TLS"), ("embedded:blog", "the sample")])
    case .helpWords: add(Help.topics.filter { !$0.contains(" ") }.map { ($0, nil) })
    case .words(let words): add(words.map { ($0, nil) })
    }
  }

  // MARK: Values of options

  private mutating func addValues(
    of option: SubcommandDeclaration.Option, _ command: String, _ prefix: String, _ environment: [String: String]
  ) {
    if ["--report", "--log"].contains(option.name) { files = "" }
    let values = Self.values(of: option.name, command)
    add(values.map { (prefix + $0, nil) })
    if option.name == "--guarded" {
      add(ConnectionProfiles(environment: environment).connectionNames.map { (prefix + $0, "a connection") })
    }
    if option.name == "--url" { add([(prefix + "amqp://", "a broker"), (prefix + "amqps://", "a broker over TLS")]) }
  }

  private static func values(of option: String, _ command: String) -> [String] {
    switch option {
    case "--output" where command.isEmpty: ResultFormat.allCases.map(\.rawValue)
    case "--output", "--summary": ["text", "json"]
    case "--color": ProgramOptions.ColourMode.allCases.map(\.rawValue)
    case "--trace": Trace.TraceTopic.allCases.map(\.rawValue)
    case "--queue-type": QueueDeclaration.QueueType.allCases.map(\.rawValue)
    case "--pages": ProtocolDialect.ListPaging.allCases.map(\.rawValue)
    case "--flavour": ProtocolDialect.ImitatedLibrary.allCases.map(\.rawValue)
    case "--fault": InjectedFaults.Kind.allCases.map { $0 == .round ? $0.rawValue : $0.rawValue + "=" }
    default: []
    }
  }
}
