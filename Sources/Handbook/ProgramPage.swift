import Evaluation

/// A way to start the program or an option of it, and its page in `help`.
struct ProgramPage: Sendable {
  var name: String
  var aliases: [String] = []
  /// How it is written: `--var NAME=VALUE`.
  var form: String
  /// What it does, in a line.
  var summary: String
  /// What there is to say beyond that.
  var note: String
  /// A command line with it.
  var example: String

  /// All there is to say of it.
  var text: String { "\(summary)\n\(note)\n\n    \(example)" }

  /// The ways to start it, then the options.
  static let all = starts + options

  private static let starts = [
    ProgramPage(
      name: "prompt", aliases: ["retort"], form: "retort [OPTIONS]", summary: "The prompt.",
      note: """
        With history, and completion by Tab (help completion). Ctrl-C clears the line or stops the statement, Ctrl-D leaves; in a block that
        is open it drops the block. A line that is not finished goes on in the next, whose prompt names what is open. What
        is pasted is read as a file is. Names that nothing has are marked in red while they are typed; RETORT_COLORS=light
        is for light terminals. Where standard input is no terminal, its statements are run as a batch.
        """, example: "retort --timeout 30s"),
    ProgramPage(
      name: "edit", form: "edit, Ctrl-X Ctrl-E",
      summary: "At the prompt, opens a statement in VISUAL, EDITOR or vi, and runs what it was made.",
      note: """
        edit opens the last statement, Ctrl-X Ctrl-E (with the keys of vi also v) the one that is being typed. An empty file
        runs nothing, and neither does an editor that fails.
        """, example: "EDITOR=nano retort"),
    ProgramPage(
      name: "file", form: "retort [OPTIONS] FILE [ARG ...]",
      summary: "Runs a file of statements; - is standard input.",
      note: """
        All of it is checked before any of it runs; the first failure ends it. What comes after FILE is args. A file that
        begins with #!/usr/bin/env retort runs by its own name.
        """, example: "retort --yes=500 migrate.retort people.csv"),
    ProgramPage(
      name: "-c", form: "retort [OPTIONS] -c 'STATEMENTS'", summary: "Runs these statements.",
      note: """
        Single quotes keep the shell from reading them; ; or a new line stands between two. Several -c are the lines of
        one script.
        """,
      example: #"retort -c 'connect; count (client queue: "posts")'"#),
    ProgramPage(
      name: "check", form: "retort check FILE ...", summary: "Parses and checks; opens no connection.",
      note: """
        Says every error, and lists the statements that change or destroy, and each var(...). Status 2 where anything is
        wrong. --output json is for editors.
        """, example: "retort check migrate.retort"),
    ProgramPage(
      name: "fmt", form: "retort fmt [--check] FILE ...", summary: "Gives files the one layout.",
      note: """
        Comments and meaning stay as they were. --check changes nothing, names the files that differ, and ends with
        status 1 if there are any.
        """, example: "retort fmt --check migrate.retort"),
    ProgramPage(
      name: "serve", form: "retort serve DB [--url URI]",
      summary: "A SQLite database, or the sample blog, as a service on a broker.",
      note: """
        --queue TYPE=NAME names a queue. To test clients against: --latency, --jitter, --workers and --rate make it slow,
        --fault KIND=SHARE lets requests go wrong (drop lose duplicate late wrong-id malformed empty rpc-error
        no-consumer round), --pages and --flavour answer as other servers do, --log FILE tells of each request.
        help latency explains one of them.
        """, example: "retort serve blog --url amqp://guest:guest@localhost/ --latency 20ms --fault drop=1%"),
    ProgramPage(
      name: "journal file", aliases: ["journal"], form: "retort journal FILE [settle ID done|again]",
      summary: "Shows a journal, or records what became of a change that is unknown.",
      note: """
        The statement it belongs to, how many changes are done, to send again and unknown, which are unknown, and the
        command that resumes it. settle ID done says that a change was carried out, settle ID again that it was not.
        """, example: "retort journal posts.journal settle 4711 done"),
    ProgramPage(
      name: "ctl", form: "retort ctl [RUN] [status|pause|resume|stop|rate=N|rate=off]",
      summary: "Looks at the bulk changes of other terminals, or holds them.",
      note: """
        Without a word it shows how far each run of the same user is, by its process id. pause lets what is in flight end and
        sends no more until resume; rate=N sends at most N a second besides the statement's own limits; stop is Ctrl-C.
        """, example: "retort ctl 4711 rate=50"),
    ProgramPage(
      name: "trust", form: "retort trust [FILE ...]",
      summary: "Lets the prompt run a directory's .retortrc, as long as its text stays the same.",
      note: "At the prompt, trust does it for ./.retortrc and runs it. What is trusted is kept in the state directory.",
      example: "retort trust .retortrc"),
    ProgramPage(
      name: "help", aliases: ["--help"], form: "retort help [WORD], --help",
      summary: "Explains the language, or a word of it, as help does at the prompt.",
      note: "--help lists the ways to start the program, and its options.", example: "retort help stream"),
  ]

  private static let options = [
    option(
      "var", "NAME=VALUE", "A value for var(\"NAME\").",
      note: "May stand several times. The value is a string; int(var(\"limit\")) makes it a number.",
      example: "retort --var limit=5 report.retort"),
    option(
      "yes", "[=N]", "Confirms bulk destruction; =N limits how many the whole run destroys.",
      note: "Stands for the question that destroy-all, | destroy and a destroy in a loop ask.",
      example: "retort --yes=500 clean-up.retort"),
    option(
      "output", "FORMAT", "How results are written: \(Format.list).",
      note: """
        Without it, a table at a terminal and a line of JSON each elsewhere; few rows that are too wide for a table are
        cards, with a line for each field. set output: does it in a session.
        """,
      example: "retort --output csv report.retort > report.csv"),
    option(
      "timeout", "DURATION", "How long a request waits, where neither call nor client says: 10s, 500ms, never.",
      note: "5s without it. set timeout: does it in a session.", example: "retort --timeout 30s migrate.retort"),
    option(
      "trace", "[=TOPICS]", "Shows what goes and comes: rpc (where none is named), api, amqp, errors.",
      note: """
        On standard error. Topics are joined with commas: rpc is each request and reply, api a line a call, amqp what the
        broker gets and sends, errors only what failed. Passwords and tokens are shown as ***.
        """, example: "retort --trace=api,errors migrate.retort"),
    option(
      "dry-run", "", "Sends reads, and shows changes without sending them.",
      note: """
        On standard error: each single change as its exact request, of a bulk change the first so, four more by their ids,
        and how many would be sent. What is created comes back with the id dry-run-1. No script can turn it off.
        """, example: "retort --dry-run migrate.retort"),
    option(
      "guarded", "CONNECTION", "Lets --yes=N destroy on a guarded connection, named by its name or address.",
      note: "For batches, on connections of connect guard: \"confirm\". At a terminal a person is asked instead.",
      example: "retort --guarded production --yes=500 clean-up.retort"),
    option(
      "reason", "TEXT", "Why the run is made.", note: "It stands in the header of journals.",
      example: "retort --reason OPS-123 migrate.retort"),
    option(
      "summary", "FORM", "How changes are summed up on standard error: text or json.",
      note: """
        json is one line for each statement that changes many: counts by outcome, milliseconds, rate, percentiles of the
        replies, and each kind of failure with how often it came and one example.
        """, example: "retort --summary json migrate.retort 2> report.ndjson"),
    option(
      "report", "FILE", "Writes what each statement did to a file, .json or JUnit's .xml.",
      note: """
        When the run ends: each statement with its time, its error, the counts, times and failures of its changes, and each
        assertion; statements and assertions are the test cases of JUnit's form.
        """, example: "retort --report result.xml migrate.retort"),
    option(
      "quiet", "", "Shows no progress of long statements.",
      note: """
        Without it a change of many resources that takes over a second shows on standard error how far it is: at a terminal
        on one line, elsewhere with a note each ten seconds.
        """, example: "retort --quiet migrate.retort"),
    option(
      "offline", "", "Prints the requests that would be sent, and sends nothing.",
      note: """
        A line of JSON each. Pages are empty, and what is created comes back with the id offline-1.
        """, example: "retort --offline migrate.retort"),
    option(
      "allow-sh", "", "Lets the stage sh run programs.", note: "Without it | sh is refused.",
      example: "retort --allow-sh report.retort"),
    option(
      "no-pager", "", "Shows results that are taller than the screen all at once.",
      note: """
        The prompt shows them, and help, with RETORT_PAGER, PAGER or less, the first screen as soon as it is there. An empty
        RETORT_PAGER does as --no-pager.
        """, example: "retort --no-pager"),
    option(
      "no-rc", "", "Starts the prompt without rc.retort and .retortrc.",
      note: """
        Else the prompt first runs ~/.config/retort/rc.retort (or retort/rc.retort in XDG_CONFIG_HOME), then ./.retortrc if
        it is trusted. A profile is a def there: def prod() do connect "amqps://me@broker/" name: "prod" env: "production" end.
        """, example: "retort --no-rc"),
    option(
      "color", "WHEN", "Colours of errors and of what is typed: auto, always or never.",
      note: "auto, which holds without it, colours at a terminal, unless NO_COLOR is set or TERM is dumb.",
      example: "retort --color never report.retort"),
    option("version", "", "Says which retort it is.", note: "On standard output.", example: "retort --version"),
  ]

  static func option(
    _ name: String, _ value: String, _ summary: String, note: String, example: String
  ) -> ProgramPage {
    let separator = value.isEmpty || value.hasPrefix("[") ? "" : " "
    return ProgramPage(
      name: name, aliases: ["--" + name], form: "--\(name)\(separator)\(value)", summary: summary, note: note,
      example: example)
  }
}
