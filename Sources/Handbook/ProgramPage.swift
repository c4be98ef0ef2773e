import Evaluation

/// A command line of the program or an option of it, with its page in `help`.
struct ProgramPage: Sendable {
  var name: String
  var aliases: [String] = []
  /// The syntax: `--var NAME=VALUE`.
  var form: String
  /// The summary, in a line.
  var summary: String
  /// The text after the summary.
  var note: String
  /// An example command line.
  var example: String

  /// The text of the page.
  var text: String { "\(summary)\n\(note)\n\n    \(example)" }

  /// The command lines, then the options.
  static let all = starts + options

  static let starts = [
    ProgramPage(
      name: "prompt", aliases: ["retort"], form: "retort [OPTIONS]", summary: "The prompt.",
      note: """
        With history, and completion by Tab (help completion). Ctrl-C clears the line or stops the statement. Ctrl-D leaves;
        in an open block it drops the block. An unfinished statement continues in the next line, whose prompt names what is
        open. Pasted text is read as a file is. Unknown names are marked in red while you type; RETORT_COLORS=light is for
        light terminals. After a command's name its arguments are shown in grey; F1 or Alt-H shows the help of the word at
        the cursor. If standard input is not a terminal, its statements run as a batch.
        """, example: "retort --timeout 30s"),
    ProgramPage(
      name: "edit", form: "edit, Ctrl-X Ctrl-E",
      summary: "At the prompt, opens a statement in VISUAL, EDITOR or vi, and runs the edited text.",
      note: """
        edit opens the last statement, Ctrl-X Ctrl-E (with the keys of vi also v) the one that is being typed. An empty file
        runs nothing, and neither does an editor that fails.
        """, example: "EDITOR=nano retort"),
    ProgramPage(
      name: "file", form: "retort [OPTIONS] FILE [ARG ...]",
      summary: "Runs a file of statements; - is standard input.",
      note: """
        The whole file is checked before any of it runs; the first failure ends the run. The arguments after FILE are args. An
        executable file that begins with #!/usr/bin/env retort runs by its name.
        """, example: "retort --yes=500 migrate.retort people.csv"),
    ProgramPage(
      name: "-c", form: "retort [OPTIONS] -c 'STATEMENTS'", summary: "Runs these statements.",
      note: """
        Single quotes protect the statements from the shell; separate two with ; or a new line. Several -c are the lines of one
        script.
        """,
      example: #"retort -c 'connect; count (client queue: "posts")'"#),
    ProgramPage(
      name: "check", form: "retort check FILE ...", summary: "Parses and checks; opens no connection.",
      note: """
        Shows every error, and lists the statements that change or destroy, and each var(...). The status is 2 if there is an
        error. --output json is for editors.
        """, example: "retort check migrate.retort"),
    ProgramPage(
      name: "fmt", form: "retort fmt [--check] FILE ...", summary: "Formats files in the canonical layout.",
      note: """
        Comments and meaning stay the same. --check changes nothing, lists the files that differ, and ends with status 1 if
        there are any.
        """, example: "retort fmt --check migrate.retort"),
    ProgramPage(
      name: "serve", form: "retort serve DB [--url URI]",
      summary: "Serves a SQLite database, or the sample blog, on a broker.",
      note: """
        --queue TYPE=NAME names a queue. For tests of clients, --latency, --jitter, --workers and --rate limit the speed,
        --fault KIND=SHARE injects faults (drop lose duplicate late wrong-id malformed empty rpc-error no-consumer round),
        --pages and --flavour imitate other servers, and --log FILE logs each request. help latency explains one of them.
        """, example: "retort serve blog --latency 20ms --fault drop=1%"),
    ProgramPage(
      name: "demo", form: "retort demo",
      summary: "The prompt on the sample blog, with clients ready and a tour of five steps.",
      note: """
        The sample is inside the program, so that no broker is needed and changes are not kept. The tour continues
        when a statement has done its step: find, look, publish, save, run. Neither rc.retort nor the history is used.
        """, example: "retort demo"),
    ProgramPage(
      name: "doctor", form: "retort doctor [URI] [-o json]",
      summary: "Examines the way to a service, step by step, and says what to do about trouble.",
      note: """
        The files that the prompt reads, the address, its name, TCP, TLS (chain, days left), login, vhost, a channel, the
        queues that are known and their consumers, and one call, each with its time. URI is an address or a profile of
        rc.retort, by default RETORT_URL. --queue NAME looks at a queue, --timeout 30s lets the call wait longer, -o json
        writes the steps as one JSON object. The status is 0, or that of the first step that failed.
        """, example: "retort doctor amqp://guest:guest@localhost/ --queue posts"),
    ProgramPage(
      name: "lsp", form: "retort lsp", summary: "Serves an editor on standard input and output.",
      note: """
        It speaks the language server protocol: the findings of check while a .retort file is typed, completion, help for
        the word at the cursor, the canonical layout, the definition of a name also in files of source, and an outline of
        the defs and of the statements that change or destroy. It opens no connection. help editor shows how editors start it.
        """, example: "retort lsp"),
    ProgramPage(
      name: "completions", form: "retort completions bash|zsh|fish",
      summary: "Writes the completion script of a shell.",
      note: """
        It completes the command lines, their options and values, files, words of help, and the profiles of rc.retort. The
        script asks the program, so that it need not be written again for a new version.
        """, example: "retort completions bash > ~/.local/share/bash-completion/completions/retort"),
    ProgramPage(
      name: "man", form: "retort man [PAGE]", summary: "Writes a page of the manual for man.",
      note: """
        Without PAGE it is retort(1), the program; bulk is retort-bulk(7), and so on for each article of help guide.
        """,
      example: "retort man bulk > ~/.local/share/man/man7/retort-bulk.7"),
    ProgramPage(
      name: "work", form: "retort work URI --pool NAME",
      summary: "Works for a pool, whose workers send the changes of others: workers: \"NAME\".",
      note: """
        It needs the pool's secret in RETORT_POOL_KEY, or --insecure. --in-flight N limits its changes in flight (64), --allow
        QUEUE, which can be repeated, the queues that it changes. SIGTERM ends it after its chunk. --status shows the pool's
        workers, the chunks that wait and are not acknowledged, and the rate. help pools explains more.
        """, example: "retort work amqp://guest:guest@localhost/ --pool night --allow posts"),
    ProgramPage(
      name: "journal file", aliases: ["journal"], form: "retort journal FILE [settle ID done|again] [broker NAME]",
      summary: "Shows a journal, or settles an unknown change.",
      note: """
        Shows its statement, the numbers of changes that are done, to send again and unknown, the unknown changes, and the
        command that resumes it. settle ID done records that a change was carried out, settle ID again that it was not.
        broker NAME records the broker that it belongs to: its cluster's name and the vhost, as a refusal shows them.
        """, example: "retort journal posts.journal settle 4711 done"),
    ProgramPage(
      name: "ctl", form: "retort ctl [RUN] [status|pause|resume|stop|rate=N|rate=off]",
      summary: "Shows the runs of other terminals that change data, or holds their changes.",
      note: """
        Without a word it shows the progress of each run of the same user, by its process id, from the run's first change
        on. pause holds every change, of a sink, a loop or a single verb, until resume; those in flight end. rate=N sends at
        most N a second besides the statement's own limits; stop acts as Ctrl-C.
        """, example: "retort ctl 4711 rate=50"),
    ProgramPage(
      name: "trust", form: "retort trust [FILE ...]",
      summary: "Lets the prompt run a directory's .retortrc, as long as its text stays the same.",
      note: "At the prompt, trust does it for ./.retortrc and runs it. What is trusted is kept in the state directory.",
      example: "retort trust .retortrc"),
    ProgramPage(
      name: "help", aliases: ["--help"], form: "retort help [WORD], --help",
      summary: "Explains the language, or a word of it, as help does at the prompt.",
      note: "--help lists the command lines of the program and its options.", example: "retort help stream"),
  ]

  static let options = [
    option(
      "var", "NAME=VALUE", "A value for var(\"NAME\").",
      note: "Can be repeated. The value is a string; int(var(\"limit\")) is a number.",
      example: "retort --var limit=5 report.retort"),
    option(
      "yes", "[=N]", "Confirms bulk destruction; =N limits how many the whole run destroys.",
      note: "It confirms every destroy-all, | destroy and destroy in a loop.",
      example: "retort --yes=500 clean-up.retort"),
    option(
      "output", "FORMAT", "The format of results: \(Format.list).",
      note: """
        Without it, a table at a terminal and a line of JSON each elsewhere; few rows that are too wide for a table are
        cards, with a line for each field. set output: does it in a session.
        """,
      example: "retort --output csv report.retort > report.csv"),
    option(
      "timeout", "DURATION", "How long a request waits, if neither the call nor the client sets it: 10s, 500ms, never.",
      note: "Without it 5s. set timeout: changes it in a session.", example: "retort --timeout 30s migrate.retort"),
    option(
      "trace", "[=TOPICS]", "Shows traffic by topic: rpc (the default), api, amqp, errors.",
      note: """
        On standard error. Separate topics with commas: rpc shows each request and reply, api a line for each call, amqp the
        broker's frames, errors only failed calls. Passwords and tokens are shown as ***.
        """, example: "retort --trace=api,errors migrate.retort"),
    option(
      "dry-run", "", "Sends reads, but only shows changes.",
      note: """
        On standard error: each single change as its exact request; of a bulk change the first request, the ids of four more,
        and the number of all. A created resource has the id dry-run-1. No script can turn it off.
        """, example: "retort --dry-run migrate.retort"),
    option(
      "guarded", "CONNECTION", "Allows --yes=N to destroy on a guarded connection, given by name or address.",
      note: "For batches, on connections of connect guard: \"confirm\". At a terminal, retort asks instead.",
      example: "retort --guarded production --yes=500 clean-up.retort"),
    option(
      "workers", "NAME", "The pool of workers for sinks and destroy-all that have no workers:.",
      note: "help pools explains pools of workers.", example: "retort --workers night migrate.retort"),
    option(
      "reason", "TEXT", "The reason for the run.", note: "It is written to the header of journals.",
      example: "retort --reason OPS-123 migrate.retort"),
    option(
      "summary", "FORM", "The format of summaries on standard error: text or json.",
      note: """
        json is one line for each statement that changes many resources: counts by outcome, milliseconds, rate, percentiles of
        reply times, and each kind of failure with its count and an example.
        """, example: "retort --summary json migrate.retort 2> report.ndjson"),
    option(
      "report", "FILE", "Writes what each statement did to a file, .json or JUnit's .xml.",
      note: """
        When the run ends: each statement with its time, its error, the counts, times and failures of its changes, and each
        assertion; these are the test cases of JUnit's form. A statement that continued after failed changes has the error
        partial, in JUnit's form a failure. A file that can't be written is refused before the first statement.
        """, example: "retort --report result.xml migrate.retort"),
    option(
      "quiet", "", "Hides the progress of long statements.",
      note: """
        Without it, a statement that changes or reads for over a second shows its progress on standard error: at a terminal on
        one line, elsewhere as a note every ten seconds.
        """, example: "retort --quiet migrate.retort"),
    option(
      "offline", "", "Prints the requests instead of sending them.",
      note: """
        Each request is a line of JSON. Pages are empty, and a created resource has the id offline-1.
        """, example: "retort --offline migrate.retort"),
    option(
      "allow-sh", "", "Allows the stage sh to run programs.", note: "Without it | sh is refused.",
      example: "retort --allow-sh report.retort"),
    option(
      "no-pager", "", "Shows results that are taller than the screen without a pager.",
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
    option(
      "version", "", "Prints the version.",
      note: "With the commit, and the versions of Swift and of the libraries that the program runs with.",
      example: "retort --version"),
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
