import ArgumentParser
import AMQP
import Client
import Evaluation
public import JSONRPC
import JSONText
import Language
import Links
import LearnedSchema
import Redaction
import APIServer
import Values
import Formats
import Handbook
import Terminal

/// Runs the program with the given arguments, and returns its exit status.
///
/// ```swift
/// let status = await run(arguments: ["-c", "print 1 + 1"], console: .standard, environment: [:])
/// ```
public func run(arguments: [String], console: Console, environment: [String: String]) async -> Int32 {
  noteFailedOutput(await started(arguments, console, environment), console)
}

/// Shows an error if the run succeeded but the program could not write its standard output.
///
/// - Returns: The exit status of the program: 1 if the function shows an error, otherwise `status`.
private func noteFailedOutput(_ status: Int32, _ console: Console) -> Int32 {
  guard status == 0, let failure = Console.failureText else { return status }
  console.note("error: standard output can't be written: \(failure)\n")
  return 1
}

private func started(_ arguments: [String], _ console: Console, _ environment: [String: String]) async -> Int32 {
  let rest = Array(arguments.dropFirst())
  switch arguments.first {
  case "check":
    return await parsed(CheckCommandOptions.self, rest, "check", console) { check($0, console) }
  case "fmt":
    return await parsed(FormatCommandOptions.self, rest, "fmt", console) { format($0, console) }
  case "serve":
    return await parsed(ServeCommandOptions.self, rest, "serve", console) { await serve($0, console, environment) }
  case "doctor":
    return await parsed(DoctorCommandOptions.self, rest, "doctor", console) { await doctor($0, console, environment) }
  case "demo":
    if console.showsUsage(demoUsage, for: rest) { return 0 }
    guard let rewritten = rewritten(rest, console, takesFile: false) else { return 2 }
    return await parsed(ProgramOptions.self, rewritten, "demo", console) { await demo($0, console, environment) }
  case "lsp": return languageServer(rest, console, environment)
  case "completions": return completions(rest, console, environment)
  case "man": return manual(rest, console)
  case "work":
    return await parsed(WorkCommandOptions.self, rest, "work", console) { await work($0, console, environment) }
  case "ctl": return control(rest, console, environment)
  case "journal": return await journal(rest, console)
  case "trust": return trust(rest, console, environment)
  case "help": return help(rest, console)
  case "--help" where !rest.isEmpty, "-h" where !rest.isEmpty, "--version" where !rest.isEmpty:
    let word = rest[0]
    let isCommand = arguments[0] != "--version" && SubcommandDeclaration.all.contains { $0.name == word }
    console.note(
      "error: \(arguments[0]) takes no arguments, but '\(Secrets.hidden(in: word))' follows\n  = "
        + (isCommand ? "retort \(word) --help" : "remove the argument") + "\n")
    return 2
  case "--help", "-h":
    _ = console.write(Array(Help.usage(columns: console.isTerminal ? console.columns() : nil).utf8))
    return 0
  case "--version":
    _ = console.write(Array(versionText.utf8))
    return 0
  default:
    guard let rewritten = rewritten(arguments, console) else { return 2 }
    return await parsed(ProgramOptions.self, rewritten, nil, console) { options in
      await run(options, ShellCommandLineWriter.command(arguments), console, environment)
    }
  }
}

/// Runs `retort help`, which shows the same text as the command `help` at the prompt.
private func help(_ words: [String], _ console: Console) -> Int32 {
  guard let text = Help.text(words, columns: console.isTerminal ? console.columns() : nil) else {
    let near =
      ForeignWords.topic(words.joined(separator: " "), among: Help.topics).map { ": did you mean \($0)?" } ?? ""
    let asked = Secrets.hidden(in: words.joined(separator: " "))
    console.note("error: there is no help for \(asked)\(near)\n  = retort help words lists the words\n")
    return 2
  }
  _ = console.write(Array(text.utf8))
  return 0
}

/// Rewrites the arguments for the option parser.
///
/// The function puts `--` before FILE, which is the first argument that is not an option. The arguments after FILE
/// belong to the script. The function also replaces `--yes=N` with `--yes-limit N`, and adds a topic to a `--trace`
/// without a topic.
///
/// The function shows an error message and returns nil in these cases:
///
/// - An option is unknown or in a wrong place, or the N in `--yes=N` is not a whole number.
/// - An argument after FILE begins with `-`, and no `--` comes before it.
/// - FILE does not exist, and the user probably meant another command line. The error proposes that command line.
///
/// - Parameters:
///   - arguments: The arguments of the program, or of `retort demo`.
///   - console: Shows the error messages.
///   - takesFile: Whether the command line can have a FILE.
/// - Returns: The new arguments; nil after an error message.
private func rewritten(_ arguments: [String], _ console: Console, takesFile: Bool = true) -> [String]? {
  var result: [String] = []
  var rest = arguments[...]
  while let argument = rest.first, argument.hasPrefix("-"), argument != "-", argument != "--" {
    rest = rest.dropFirst()
    let name = String(argument.prefix { $0 != "=" })
    if name == "--yes", argument != name {
      let limit = argument.dropFirst(6)
      guard limit.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), UInt32(limit) != nil else {
        console.note("error: --yes=N takes a whole number, not '\(limit)'\n  = --yes alone sets no limit\n")
        return nil
      }
      result += ["--yes-limit", String(limit)]
    } else if name == "--yes", let limit = rest.first, UInt32(limit) != nil, (try? TextFile.read(limit)) == nil {
      console.note("error: --yes takes its number after =\n  = --yes=\(limit)\n")
      return nil
    } else if name == "--trace" {
      result += ["--trace", argument == name ? Trace.TraceTopic.rpc.rawValue : String(argument.dropFirst(8))]
    } else if ProgramOptions.valued.contains(name) || ProgramOptions.flags.contains(argument) {
      result.append(argument)
      if name == argument, ProgramOptions.valued.contains(name), let value = rest.popFirst() { result.append(value) }
    } else if ["--help", "-h", "--version"].contains(argument) {
      console.note("error: \(argument) can't be combined with other options\n  = retort \(argument)\n")
      return nil
    } else {
      let near = MeantCommandLine.option(meantBy: name).map { ": did you mean \($0)?" } ?? ""
      console.note("error: there is no option \(argument)\(near)\n  = retort --help lists the options\n")
      return nil
    }
  }
  if takesFile, let error = MeantCommandLine(options: arguments[..<rest.startIndex], words: rest).error {
    console.note("error: \(error)\n")
    return nil
  }
  guard let words = scriptWords(rest, after: arguments[..<rest.startIndex], console) else { return nil }
  return result + (words.isEmpty ? [] : ["--"]) + words
}

/// Returns FILE and the arguments of the script, without a `--` between them.
///
/// If `options`, the options before these words, contain `-c`, there is no FILE. If an argument of the script begins
/// with `-`, a `--` must come before the argument. If the `--` is missing, the function shows an error and returns nil.
private func scriptWords(
  _ words: ArraySlice<String>, after options: ArraySlice<String>, _ console: Console
) -> [String]? {
  let mark = words.firstIndex(of: "--") ?? words.endIndex
  guard let place = words[..<mark].firstIndex(where: { $0.hasPrefix("-") && $0 != "-" }), let file = words.first else {
    return Array(words[..<mark] + words[mark...].dropFirst())
  }
  let option = words[place]
  let taken = ProgramOptions.valued.contains(option) ? words[place..<mark].prefix(2) : words[place...place]
  let hasFile = !options.contains("-c")
  let others = words[words.index(words.startIndex, offsetBy: hasFile ? 1 : 0)..<place] + words[taken.endIndex..<mark]
  let files = hasFile ? [file] : []
  func line(_ words: some Sequence<String>) -> String { ShellCommandLineWriter.command(Array(options) + words) }
  let (name, first) = hasFile ? ("file", "file") : ("argument", "first argument")
  let isOption = ProgramOptions.words.contains(String(option.prefix { $0 != "=" }))
  let asOption =
    isOption
    ? "\n  = for an option of retort, put the option before the \(first): \(line(taken + files + others))" : ""
  console.note(
    """
    error: \(option) stands after the \(name) \(file), where retort takes no options\(asOption)
      = for an argument of the script, put -- before the argument: \(line(files + ["--"] + others + taken))\n
    """)
  return nil
}

/// Returns an option that occurs twice but is allowed only once; nil if there is no such option.
private func repeatedOption(_ arguments: [String], _ word: String) -> String? {
  let line = SubcommandDeclaration.all.first { $0.name == word }
  let known = Set(line?.options.filter { $0.value != nil }.map(\.name) ?? []).union(["--trace", "--yes-limit", "-o"])
  var seen: Set<String> = []
  var rest = arguments[...]
  while let argument = rest.popFirst(), argument != "--" {
    let option = String(argument.prefix { $0 != "=" })
    guard known.contains(option) else { continue }
    if option == argument { rest = rest.dropFirst() }
    let name = option == "-o" ? "--output" : option == "--yes-limit" ? "--yes" : option
    if !seen.insert(name).inserted, !CommandLineCandidates.repeats.contains(name) { return name }
  }
  return nil
}

/// Parses options, and passes them to `body`.
///
/// - Returns: The exit status: 0 after `--help`, 2 for invalid options, otherwise the result of `body`.
private func parsed<Options: ParsableArguments>(
  _ type: Options.Type, _ arguments: [String], _ word: String?, _ console: Console, _ body: (Options) async -> Int32
) async -> Int32 {
  let name = "retort" + (word.map { " " + $0 } ?? "")
  do {
    let options = try Options.parse(arguments)
    if let option = repeatedOption(arguments, word ?? "") {
      console.note("error: \(option) is given twice: keep one of them\n  = \(name) --help lists its options\n")
      return 2
    }
    return await body(options)
  } catch {
    let text = Options.fullMessage(for: error)
    guard Options.exitCode(for: error) != .success else {
      let rest = text.drop { $0 != " " }.dropFirst().drop { $0 != " " }
      _ = console.write(Array("USAGE: \(name)\(rest)\n".utf8))
      return 0
    }
    let message = Secrets.hidden(in: Options.message(for: error))
      .replacing("Please provide one of", with: "Write one of")
    let option = text.split(separator: "\n").first { $0.hasPrefix("Help:  ") }.map { "  = \($0.dropFirst(7))\n" }
    console.note("error: \(message.prefix(1).lowercased())\(message.dropFirst())\n")
    console.note("\(option ?? "")  = \(name) --help lists its options\n")
    return 2
  }
}

private func run(
  _ options: ProgramOptions, _ command: String, _ console: Console, _ environment: [String: String]
) async -> Int32 {
  let file = options.script == nil ? options.rest.first : nil
  let arguments = options.script == nil ? Array(options.rest.dropFirst()) : options.rest
  if options.script == nil, file == nil, let reason = options.reason, reason.hasSuffix(".retort") {
    let line = "retort --reason \"...\" \(ShellWordQuoter.quoted(reason))"
    console.note("error: --reason needs a text before the file\n  = \(line)\n")
    return 2
  }
  let notices = ConnectionNotices(console)
  let isPrompt = options.script == nil && file == nil && console.isInteractive && console.isTerminal
  // A command line that reads the script from standard input needs the script again.
  let line = options.script == nil && FileDescriptor.isStandardInput(file ?? "-") ? "\(command) < SCRIPT" : command
  let session = makeSession(options, arguments, isPrompt ? nil : line, console, notices, environment)
  return await reported(options, session, console) {
    let status: Int32
    if let script = options.script {
      status = await batch(session) { SourceText(name: "-c", text: script) }
    } else if isPrompt {
      status = await Prompt(session, console, notices, environment, readsStartFiles: !options.isBare).run()
    } else {
      let path = file ?? "-"
      if FileDescriptor.isStandardInput(path) { session.recordInputRead() }
      status = await batch(session) { () throws(Fault) in
        SourceText(name: path == "-" ? "standard input" : path, text: try TextFile.read(path))
      }
    }
    if status != 2 { session.noteUnmatchedGuarded() }
    _ = session.keepLearned()
    await session.close()
    return noteFailedOutput(status, console)
  }
}

/// Creates the session of the prompt or of a script, with the options of the command line.
func makeSession(
  _ options: ProgramOptions, _ arguments: [String], _ command: String?, _ console: Console,
  _ notices: ConnectionNotices,
  _ environment: [String: String]
) -> Session {
  var own = options.session(arguments: arguments, environment: environment, console: console)
  own.command = command
  let script = options.script != nil ? "-c" : options.rest.first ?? "prompt"
  let output = ResultOutput(
    isTerminal: console.isTerminal, columns: console.columns, rows: console.rows,
    failure: { Console.failureText }, write: console.write)
  let topics = options.topics ?? []
  let trace = Trace(topics) { console.show(unbroken: "trace: \(TerminalSafeText.unbroken($0))") }
  let tell: @Sendable (String) -> Void = { trace("amqp \($0)") }
  let lateReplies = LateReplies(note: notices.show)
  let listener = Connection.EventObserver(
    notice: notices.show, frames: topics.contains(.amqp) ? tell : nil, stray: lateReplies.strayReplyHandler)
  let open: @Sendable (String) async throws(LinkError) -> any JSONRPC.ServiceLink = { uri async throws(LinkError) in
    if options.offline {
      return RequestPreviewLink(try offlineAddress(uri)) { request in
        console.write(json: .object(request))
      }
    }
    return try await openLink(
      uri, script: script, listener: listener, password: console.isInteractive ? notices.secret : nil)
  }
  var host = Session.SessionCallbacks(
    open: open, note: console.note, draw: console.draw,
    status: console.status.flatMap { _ in TerminalProperties.canMoveCursor(environment) ? notices.status : nil },
    ask: console.isInteractive ? notices.answer : nil, trace: topics.isEmpty ? nil : trace, lateReplies: lateReplies,
    help: Session.HelpPages(page: Help.text(_:columns:), topics: { Help.topics }),
    pager: options.script == nil && options.rest.isEmpty && !options.isUnpaged ? console.pager(environment) : nil,
    edit: notices.edit, schemas: SchemaStore(environment: environment))
  host.identity = identity
  host.columns = console.showsNotes ? console.noteColumns : nil
  host.pool = { request throws(ClientError) in try await openPool(request, environment) }
  host.control = { LazyControlServer.shared.open($0, environment) }
  return Session(options: own, output: output, host: host)
}

/// Returns the address that the script sees for a connection with the option `--offline`.
///
/// A broker's URI is returned without its password, and any other address unchanged. The function throws an error for
/// an invalid URI of a broker.
private func offlineAddress(_ uri: String) throws(LinkError) -> String {
  guard namesBroker(uri) else { return uri }
  do throws(AMQPClientError) { return "\(try AMQPURI(uri))" } catch { throw LinkError(.address, error.message) }
}

/// Returns the identity of the connection that a URI opens.
///
/// By comparing identities, `connect` finds out whether the connection is already open.
private func identity(_ uri: String) -> ConnectionIdentity {
  guard namesBroker(uri), let parsed = try? AMQPURI(uri) else { return ConnectionIdentity(address: uri) }
  let lacksPassword = parsed.lacksPassword || parsed.password == "***"
  let parameters = "\(parsed.heartbeat) \(parsed.timeout) \(parsed.frameMax) \(String(describing: parsed.tls))"
  return ConnectionIdentity(
    address: "\(parsed)", parameters: uri.contains("?") ? parameters : nil,
    password: lacksPassword ? nil : parsed.password)
}

/// Opens a connection to the service that a URI names: a broker, or the embedded service.
public func openLink(_ uri: String, script: String) async throws(LinkError) -> any JSONRPC.ServiceLink {
  try await openLink(uri, script: script, listener: Connection.EventObserver())
}

/// Opens a connection to the service that a URI names, and passes late replies to `lateReplies`.
///
/// A late reply arrives after its request has failed with a timeout.
func openLink(
  _ uri: String, script: String, _ lateReplies: LateReplies
) async throws(LinkError) -> any JSONRPC.ServiceLink {
  try await openLink(
    uri, script: script, listener: Connection.EventObserver(stray: lateReplies.strayReplyHandler))
}

private func openLink(
  _ uri: String, script: String, listener: Connection.EventObserver,
  password: (@Sendable (String) async -> String?)? = nil
) async throws(LinkError) -> any JSONRPC.ServiceLink {
  if uri.hasPrefix("embedded:") { return try EmbeddedLink(String(uri.dropFirst(9))) }
  if namesBroker(uri) {
    return try await BrokerLink.open(uri, name: connectionName(script), listener: listener, password: password)
  }
  throw LinkError(.address, "unknown scheme \(scheme(uri))")
}

private func scheme(_ uri: String) -> Substring {
  uri.drop(while: \.isWhitespace).prefix { $0 != ":" && $0 != "@" && $0 != "/" }
}

/// Whether a URI names a broker, even if the rest of the URI is invalid.
private func namesBroker(_ uri: String) -> Bool { ["amqp", "amqps"].contains(scheme(uri).lowercased()) }
