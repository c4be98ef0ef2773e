import Foundation
import RetortShell
import Testing

/// Tests of the whole program: its command-line arguments, its output and its exit status.
@Suite struct ProgramTests {
  private static let blog = "connect \"embedded:blog\"; let posts = client queue: \"posts\"; "

  @Test(arguments: [
    (["--frobnicate"], "there is no option --frobnicate"),
    (["--outptu", "json"], "did you mean --output?"), (["--versoin"], "did you mean --version?"),
    (["-n", "x"], "did you mean --dry-run?"), (["-y", "x"], "did you mean --yes?"), (["-e", "1"], "did you mean -c?"),
    (["--json", "x"], "did you mean --output json?"), (["--force", "x"], "did you mean --yes?"),
    (["version"], "did you mean retort --version?"), (["lint", "x"], "did you mean retort check x?"),
    (["run", #filePath, "a b"], "did you mean retort \(#filePath) 'a b'?"),
    (["run"], "did you mean retort FILE?"), (["run", "none.retort"], "did you mean retort none.retort?"),
    (["--dry-run", "run", "x"], "did you mean retort --dry-run x?"),
    (["run", "--yes", "x"], "did you mean retort --yes x?"), (["exec", "-c", "1"], "quiet -c 1?"),
    (
      ["--no-pager", "help", "count"],
      "error: a command comes before its options, but --no-pager stands before the command help\n  = retort help count\n"
    ),
    (["--quiet", "check", "x"], "\n  = retort check x\n"), (["--quiet", "lint", "x"], "did you mean retort check x?"),
    (["--trace", "--color", "never", "--quiet", "demo"], "\n  = retort demo --trace --color never\n"),
    (["--timeout", "9s", "doctor", "amqp://h/"], "\n  = retort doctor --timeout 9s amqp://h/\n"),
    (["--quiet", "--help"], "error: --help can't be combined with other options\n  = retort --help\n"),
    (["--yes", "5", "x.retort"], "error: --yes takes its number after =\n  = --yes=5\n"),
    (["--reason", "x.retort"], "error: --reason needs a text before the file\n  = retort --reason \"...\" x.retort\n"),
    (["--output", "xml", "-c", "1"], "xml"),
    (["--var", "novalue", "-c", "1"], "--var takes NAME=VALUE"),
    (["no-such-file.retort"], "no-such-file.retort"),
    (["help", "wher"], "did you mean where?"),
    (["check"], "error: missing expected argument '<FILE> ...'\n  = retort check --help lists"),
    (["fmt", "--no", "x"], "error: unknown option '--no'\n  = retort fmt --help lists"),
    (["--yes=abc", "-c", "1"], "error: --yes=N takes a whole number, not 'abc'"),
    (["--yes=-1", "-c", "1"], "not '-1'"),
    (["--timeout", "-5s", "-c", "1"], "error: --timeout takes a duration over 0 such as 10s, not '-5s'"),
    (["--timeout=-5s", "-c", "1"], "not '-5s'"), (["--timeout", "0s", "-c", "1"], "a duration over 0"),
    (["--version", "extra"], "error: --version takes no arguments, but 'extra' follows\n  = remove the argument\n"),
    (["--help", "serve"], "error: --help takes no arguments, but 'serve' follows\n  = retort serve --help\n"),
    (
      ["serve", "blog", "--rate", "-1"],
      "error: the value '-1' is invalid for '--rate <N>': write a whole number of at most 4294967295\n"
    ),
    (["serve", "blog", "--rate", "+5"], "invalid for '--rate <N>': write a whole number"),
    (["serve", "blog", "--workers", "+5"], "write a whole number of at most 65535"),
    (["serve", "blog", "--seed", "+5"], "write a whole number"), (["serve", "blog", "--seed", "5x"], "a whole number"),
    (["work", "amqp://h/", "--pool", "p", "--in-flight", "+5"], "write a whole number"),
    (["work", "amqp://h/", "--pool", "a b"], "'a b' is not a valid name of a pool"),
    (["--workers", "a b", "s.retort"], "'a b' is not a valid name of a pool"),
    (["work", "amqp://h/", "--pool", "p", "--allow", ""], "takes the name of a queue"),
    (["amqp://me:SEKRET@127.0.0.1:1/"], "can't read amqp://me:***@127.0.0.1:1/"),
    (["help", "amqp://me:SEKRET@127.0.0.1:1/"], "no help for amqp://me:***@127.0.0.1:1/"),
    (["ctl", "amqp://me:SEKRET@127.0.0.1:1/"], "amqp://me:***@127.0.0.1:1/"),
    (["journal", "amqp://me:SEKRET@127.0.0.1:1/"], "amqp://me:***@127.0.0.1:1/"),
    (["--timeout", "amqp://me:SEKRET@127.0.0.1:1/", "-c", "1"], "amqp://me:***@127.0.0.1:1/"),
    (["--var", "amqp://me:SEKRET@127.0.0.1:1/", "-c", "1"], "amqp://me:***@127.0.0.1:1/"),
    (["check", "amqp://me:SEKRET@127.0.0.1:1/"], "amqp://me:***@127.0.0.1:1/"),
    (
      ["serve", "blog", "--url", "amqp://127.0.0.1:1/", "--queue", "tags=q", "--queue", "posts=q"],
      "error: --queue puts posts and tags on the queue q: a queue can have only one type"
    ),
    (
      ["serve", "blog", "--url", "amqp://127.0.0.1:1/", "--queue", "tags=posts"],
      "error: --queue puts posts and tags on the queue posts: a queue can have only one type"
    ),
    (
      ["serve", "blog", "--url", "amqp://127.0.0.1:1/", "--queue", "tags=a", "--queue", "tags=b"],
      "error: --queue names two queues for tags: keep one of them"
    ),
    (["serve", "blog", "--latency", "-1s"], "write a duration such as 20ms"),
    (["serve", "blog"], "serve needs a broker: --url"),
    (
      ["x.retort", "a", "--offline"],
      """
      error: --offline stands after the file x.retort, where retort takes no options
        = for an option of retort, put the option before the file: retort --offline x.retort a
        = for an argument of the script, put -- before the argument: retort x.retort -- a --offline

      """
    ),
    (
      ["-c", "print args", "a", "--b"],
      " --quiet -c 'print args' -- a --b\n"
    ),
    (["-c", "print args", "a", "--b"], "error: --b stands after the argument a, where retort takes no options\n"),
    (
      ["x.retort", "--var", "cap=a b", "c"],
      "retort --var 'cap=a b' x.retort c\n  = for an argument of the script, put -- before the argument: "
        + "retort x.retort -- c --var 'cap=a b'\n"
    ),
    (
      ["x.retort", "-x"],
      "where retort takes no options\n  = for an argument of the script, put -- before the argument: "
        + "retort x.retort -- -x\n"
    ),
    (["-c", "print 1", "a"], "error: the script -c does not read args, but got the argument \"a\""),
  ]) func wrongUsageIsStatus2(_ arguments: [String], _ part: String) async {
    let ran = await Ran.retort(arguments)
    #expect(ran.status == 2)
    #expect(ran.notes.contains(part), Comment(rawValue: ran.notes))
    #expect(ran.output.isEmpty)
  }

  /// The text of `--help` contains the default of each option that has one.
  @Test(arguments: [
    (["check", "--help"], ["--output": "text"]), (["doctor", "--help"], ["--output": "text", "--timeout": "5s"]),
    (["work", "--help"], ["--in-flight": "64"]),
    (["serve", "--help"], ["--workers": "1", "--late": "10s", "--away": "1s", "--seed": "0", "--pages": "number"]),
    (["help", "serve"], ["--workers": "1", "--late": "10s", "--away": "1s", "--seed": "0", "--pages": "number"]),
    (["--help"], ["--timeout": "5s", "--trace": "rpc", "--summary": "text", "--color": "auto"]),
  ]) func theHelpNamesDefaults(_ arguments: [String], _ defaults: [String: String]) async throws {
    let text = await Ran.retort(arguments).output.split(separator: "\n").map { $0.drop { $0 == " " } }
    for (option, value) in defaults {
      let start = try #require(
        text.firstIndex { $0.hasPrefix(option + " ") || $0.hasPrefix(option + "[") || $0.contains(", \(option) ") },
        Comment(rawValue: option))
      let entry = text[start...].prefix(1) + text[start...].dropFirst().prefix { !$0.hasPrefix("-") }
      let note = entry.joined(separator: " ")
      #expect(note.contains("default: \(value))") || note.contains("default is \(value)."), Comment(rawValue: note))
    }
  }

  @Test(arguments: ["check", "fmt", "serve", "work"]) func everyWordShowsItsSyntax(_ word: String) async {
    let ran = await Ran.retort(word, "--help")
    #expect(ran.status == 0)
    #expect(ran.output.hasPrefix("USAGE: retort \(word) ["))
    #expect(ran.notes.isEmpty)
  }

  @Test(arguments: ["completions", "ctl", "demo", "journal", "lsp", "man", "trust"], ["--help", "-h"])
  func everyWordWithoutAParserShowsItsSyntax(_ word: String, _ option: String) async {
    let ran = await Ran.retort(word, option)
    #expect(ran.status == 0 && ran.notes.isEmpty, Comment(rawValue: ran.notes))
    #expect(ran.output.hasPrefix("USAGE: retort \(word) ") && ran.output.hasSuffix("\n"), Comment(rawValue: ran.output))
  }

  @Test func theSyntaxOfDemoHasItsOptions() async {
    let ran = await Ran.retort("demo", "--help")
    for option in ["--timeout DURATION", "--trace", "--color WHEN", "--no-pager"] {
      #expect(ran.output.contains(" [\(option)"), Comment(rawValue: ran.output))
    }
  }

  @Test func everyOptionOfServeHasAPage() async {
    let names = await Ran.retort("serve", "--help").output.matches(of: #/  --([a-z]+) </#).map(\.output.1)
    #expect(names.count >= 13)
    let list = await Ran.retort("help", "serve").output
    for name in names {
      let page = await Ran.retort("help", "--\(name)")
      #expect(page.output.contains("    retort serve "), "\(name)")
      #expect(await Ran.retort("help", String(name)).output.contains(page.output))
      #expect(list.contains("\n--\(name) "))
    }
  }

  @Test func optionsReachTheScript() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).retort")
    try "#!/usr/bin/env retort\nprint args\nprint var(\"limit\")\n[1, 2]\n"
      .write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let ran = await Ran.retort("--var", "limit=5", "--output", "json", file.path, "--", "--yes", "b")
    #expect(ran == Ran(status: 0, output: "[\"--yes\",\"b\"]\n5\n[1,2]\n", notes: ""))
  }

  /// If standard output is redirected to a file, `write "/dev/stdout"` appends to the file and does not replace it.
  @Test func redirectedStandardOutputIsAppendedTo() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let program = Process()
    program.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "retort")
    program.arguments = ["-c", "print 1; [\"2\"] | write \"/dev/stdout\" as: \"txt\"; print 3"]
    program.standardOutput = try FileHandle(forWritingTo: file)
    try program.run()
    program.waitUntilExit()
    #expect(program.terminationStatus == 0)
    #expect(try String(contentsOf: file, encoding: .utf8) == "1\n2\n3\n")
  }

  /// An argument that is not valid UTF-8 is an error, because the program would use another text.
  @Test(arguments: ["-c $'print \"M\\xfc\"'", "--var x=$'\\xff' -c 'print 1'"])
  func anArgumentOutsideUTF8IsRefused(_ arguments: String) async throws {
    let ran = try await RunningProgram(shell: "retort \(arguments)").ended()
    #expect(ran.status == 2 && ran.output.isEmpty)
    #expect(ran.notes.hasPrefix("error: the argument 2 is not valid UTF-8\n"), Comment(rawValue: ran.notes))
  }

  @Test func aScriptMayBeginWithTheMarkOfUTF8() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).retort")
    try "\u{FEFF}print 1\nassert 1 == 2".write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let ran = await Ran.retort(file.path)
    #expect(ran.output == "1\n")
    #expect(ran.notes.contains(":2:8\n"))
    #expect(await Ran.retort("check", file.path).status == 0)
  }

  @Test func severalTextsAreOneScript() async {
    let ran = await Ran.retort("-c", "let a = 1", "-c", "print a", "-c", "-1")
    #expect(ran == Ran(status: 0, output: "1\n-1\n", notes: ""))
    let wrong = await Ran.retort("-c", "print 1", "-c", "print b")
    #expect(wrong.status == 2)
    #expect(wrong.output.isEmpty)
    #expect(wrong.notes.contains("--> -c:2:7"))
  }

  /// A signal ends a batch run that waits for the answer to a question, like a typed Ctrl-C.
  @Test(arguments: [SIGINT, SIGTERM]) func aSignalAtTheQuestionEndsABatch(_ number: Int32) async {
    await #expect(processExitsWith: .success) { [number] in
      let console = Console(
        write: { _ in true }, note: { _ in }, isInteractive: true,
        answer: { _ in
          kill(getpid(), number)
          let (never, end) = AsyncStream.makeStream(of: Void.self)
          defer { end.finish() }
          for await _ in never {}
          return nil
        })
      let statements = ProgramTests.blog + "destroy-all posts filter: {state: \"spam\"}"
      #expect(await run(arguments: ["-c", statements], console: console, environment: [:]) == 128 + number)
    }
  }
}
