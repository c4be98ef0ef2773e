import Evaluation

/// A command line or an option of the program, with its page in `help`.
struct ProgramPage: Sendable {
  var name: String
  var aliases: [String] = []
  /// The syntax: `--var NAME=VALUE`.
  var form: String
  /// The summary, in one line.
  var summary: String
  /// The text after the summary.
  var note: String
  /// An example command line.
  var example: String

  /// The text of the page.
  var text: String { "\(summary)\n\(note)\n\n    \(example)" }

  /// The pages of the command lines, then those of the options.
  static let all = starts + options

  static let starts = [
    ProgramPage(
      name: "prompt", aliases: ["retort"], form: "retort [OPTIONS]", summary: "Opens the prompt.",
      note: """
        The prompt has history, completion with Tab, and help for the word at the cursor with F1 or Alt-H. If standard input is
        not a terminal, its statements run as a batch.
        """, example: "retort --timeout 30s"),
    ProgramPage(
      name: "edit", form: "edit, Ctrl-X Ctrl-E",
      summary: "At the prompt, opens a statement in VISUAL, EDITOR or vi, and runs the edited text.",
      note: """
        edit opens the last statement; Ctrl-X Ctrl-E (in vi mode also v) opens the statement that is being typed. An
        empty file runs nothing. If the editor fails, nothing runs either.
        """, example: "EDITOR=nano retort"),
    ProgramPage(
      name: "file", form: "retort [OPTIONS] FILE [ARG ...]",
      summary: "Runs a file of statements; - is standard input.",
      note: """
        The whole file is checked before its first statement runs, including the literal values of options; the first
        failure ends the run. An option of retort that takes one value can't be given twice. The arguments after
        FILE are args. An executable file that begins with #!/usr/bin/env retort is a program.
        """, example: "retort --yes=500 migrate.retort people.csv"),
    ProgramPage(
      name: "-c", form: "retort [OPTIONS] -c 'STATEMENTS'", summary: "Runs these statements.",
      note: """
        Single quotes protect the statements from the shell; separate statements with ; or a newline. Several -c are the
        lines of one script.
        """,
      example: #"retort -c 'connect; count (client queue: "posts")'"#),
    ProgramPage(
      name: "check", form: "retort check FILE ...", summary: "Parses and checks files; opens no connection.",
      note: """
        Shows every error, and lists each var(...) and each statement that changes or destroys data. The status is 2 if
        there is an error. --output json is for editors.
        """, example: "retort check migrate.retort"),
    ProgramPage(
      name: "fmt", form: "retort fmt [--check] FILE ...", summary: "Formats files in the canonical layout.",
      note: """
        Comments and meaning do not change. --check changes no file; it lists the files that formatting would change,
        and exits with status 1 if there are any.
        """, example: "retort fmt --check migrate.retort"),
    ProgramPage(
      name: "serve", form: "retort serve DB [--url URI]",
      summary: "Serves a SQLite database, or the sample blog, on a broker.",
      note: """
        --queue TYPE=NAME sets the queue of a type. For tests of clients, --latency, --jitter, --workers and --rate
        limit the speed, --fault KIND=SHARE injects faults (drop lose duplicate late wrong-id malformed empty rpc-error
        no-consumer round), --pages and --flavour imitate other servers, and --log FILE logs each request. help latency
        explains --latency; each option has such a page.
        """, example: "retort serve blog --latency 20ms --fault drop=1%"),
    ProgramPage(
      name: "demo", form: "retort demo",
      summary: "Opens a prompt with clients of the sample blog and a tour of five steps.",
      note: """
        The sample runs inside the program, so no broker is needed and changes are not saved. The tour continues when a
        statement has completed its step: find, look, publish, save, run. Neither rc.retort nor the history is used.
        """, example: "retort demo"),
    ProgramPage(
      name: "doctor", form: "retort doctor [URI] [-o json]",
      summary: "Examines the connection to a service, step by step, and explains how to fix problems.",
      note: """
        The steps are: the files that the prompt reads, the address, the lookup of its host, TCP, TLS (chain, days
        left), login, vhost, a channel, the known queues and their consumers, and one call. Each step shows its duration. URI
        is an address or a profile of rc.retort, by default RETORT_URL. --queue NAME examines a queue, --timeout 30s
        lets the call wait longer, -o json writes the steps as one JSON object. The status is 0, or the status of the
        first failed step.
        """, example: "retort doctor amqp://guest:guest@localhost/ --queue posts"),
    ProgramPage(
      name: "lsp", form: "retort lsp", summary: "Serves an editor on standard input and output.",
      note: """
        By the language server protocol an editor gets the findings of check while a .retort file is typed, completion,
        help for the word at the cursor, the canonical layout, definitions of names, also in included files, and an
        outline of the defs and of the statements that change or destroy data. The server opens no connection. help
        editor explains how editors start the server.
        """, example: "retort lsp"),
    ProgramPage(
      name: "completions", form: "retort completions bash|zsh|fish",
      summary: "Writes the completion script of a shell.",
      note: """
        The script completes the command lines of retort, their options and values, files, words of help, and the
        profiles of rc.retort. It asks the program for completions, so it works with new versions of retort too.
        """, example: "retort completions bash > ~/.local/share/bash-completion/completions/retort"),
    ProgramPage(
      name: "man", form: "retort man [PAGE]", summary: "Writes a page of the manual for man.",
      note: """
        Without PAGE, the page is retort(1), which describes the program. The page bulk is retort-bulk(7), and each article
        of help guide has such a page.
        """,
      example: "retort man bulk > ~/.local/share/man/man7/retort-bulk.7"),
    ProgramPage(
      name: "work", form: "retort work URI --pool NAME",
      summary: "Carries out changes of other runs, whose statements name the worker's pool with workers: \"NAME\".",
      note: """
        The worker needs the pool's secret in RETORT_POOL_KEY, or --insecure. --in-flight N limits the changes in flight
        (default: 64). --allow QUEUE limits the queues that the worker changes, and can be repeated. SIGTERM ends the
        worker after its chunk. --status shows the pool's workers, the chunks that wait, the chunks that are not
        acknowledged, and the rate. help pools explains more.
        """, example: "retort work amqp://guest:guest@localhost/ --pool night --allow posts"),
    ProgramPage(
      name: "journal file", aliases: ["journal"], form: "retort journal FILE [settle ID done|again] [broker NAME]",
      summary: "Shows a journal, or settles an unknown change.",
      note: """
        Shows the statement; how many of its changes are done, will be sent again, or are unknown; each unknown change;
        and the command that resumes the statement. settle ID done records that the change was carried out. settle ID
        again records that the change was not carried out; the next run sends it. broker NAME records the broker that
        the journal belongs to: its cluster name and vhost, in the form that the error shows.
        """, example: "retort journal posts.journal settle 4711 done"),
    ProgramPage(
      name: "ctl", form: "retort ctl [RUN] [status|pause|resume|stop|rate=N|rate=off]",
      summary: "Shows or controls the runs of other terminals that change data.",
      note: """
        Without a command, ctl shows the progress of each run of the same user, with its process id; a run is visible from
        its first change on. pause holds back every change, of a sink, a loop or a single verb, until resume; changes in
        flight continue. rate=N sends at most N changes a second, in addition to the statement's own limits; rate=off
        removes this limit. stop has the effect of Ctrl-C. Without RUN, a command controls the only run in which a
        statement changes data.
        """, example: "retort ctl 4711 rate=50"),
    ProgramPage(
      name: "trust", form: "retort trust [FILE ...]",
      summary: "Allows the prompt to run a directory's .retortrc, as long as the text of this file stays the same.",
      note: "At the prompt, trust does this for ./.retortrc and runs it. The state directory lists the trusted files.",
      example: "retort trust .retortrc"),
    ProgramPage(
      name: "help", aliases: ["--help"], form: "retort help [WORD], --help",
      summary: "Explains the language or one of its words, like help at the prompt.",
      note: "--help lists the ways to start the program, and its options.", example: "retort help stream"),
  ]

  static let options = [
    option(
      "var", "NAME=VALUE", "Gives a value to var(\"NAME\").",
      note: "The option can be repeated. The value is a string; int(var(\"limit\")) is a number.",
      example: "retort --var limit=5 report.retort"),
    option(
      "yes", "[=N]", "Confirms bulk destruction; =N limits how many resources the whole run destroys.",
      note: "--yes confirms every destroy-all, | destroy and destroy in a loop.",
      example: "retort --yes=500 clean-up.retort"),
    option(
      "output", "FORMAT", "The format of results: \(ResultFormat.list).",
      note: """
        The default is a table at a terminal, and otherwise one line of JSON for each result. At a terminal, a few rows
        that are too wide for a table are cards: one line for each field. set output: changes the format in a session.
        """,
      example: "retort --output csv report.retort > report.csv"),
    option(
      "timeout", "DURATION", "How long to wait for a reply, unless the call or the client sets it: 10s, 500ms, never.",
      note: "The default is 5s. set timeout: changes it in a session.", example: "retort --timeout 30s migrate.retort"),
    option(
      "trace", "[=TOPICS]", "Shows traffic by topic: rpc (the default), api, amqp, errors.",
      note: """
        The trace goes to standard error. Separate topics with commas: rpc shows each request and reply, api one line
        for each call, amqp the broker's frames, errors only failed calls. Passwords and tokens are shown as ***.
        """, example: "retort --trace=api,errors migrate.retort"),
    option(
      "dry-run", "", "Sends reads, but only shows changes.",
      note: """
        Standard error shows the exact request of each single change. Of a bulk change it shows the first request, the
        ids of four more, and the total number. A created resource has the id dry-run-1, and a summary's ok counts the
        changes that would be sent. Assertions after the first such change are shown and not checked. write and sh work as
        usual. A script can't turn the dry run off.
        """, example: "retort --dry-run migrate.retort"),
    option(
      "guarded", "CONNECTION", "Allows --yes=N to destroy on a guarded connection, given by name or address.",
      note: """
        A batch needs this for connections with guard: "confirm"; at a terminal, retort asks instead. The option can be
        repeated. At the end, a note names each value that matches no connection of the run.
        """,
      example: "retort --guarded production --yes=500 clean-up.retort"),
    option(
      "workers", "NAME", "The pool of workers for bulk changes that name no pool.",
      note: "help pools explains pools of workers.", example: "retort --workers night migrate.retort"),
    option(
      "reason", "TEXT", "The reason for the run.", note: "It is written to the headers of journals.",
      example: "retort --reason OPS-123 migrate.retort"),
    option(
      "summary", "FORM", "The format of summaries on standard error: text or json.",
      note: """
        json writes one line for each statement that changes many resources: counts by outcome, milliseconds, rate,
        percentiles of reply times, and each kind of failure with its count and an example. For the commands in loops and
        the iterations of an each with a journal, it writes the counts.
        """, example: "retort --summary json migrate.retort 2> report.ndjson"),
    option(
      "report", "FILE", "Writes the results of all statements to one file: .json, or .xml for JUnit.",
      note: """
        At the end of the run the file gets each statement with its time, its error, and the counts, times and failures
        of its changes, and each assertion. In the JUnit format, statements and assertions are test cases. A statement
        that continued after failed changes has the error partial, which is a failure in JUnit. A file that can't be written is an
        error before the first statement.
        """, example: "retort --report result.xml migrate.retort"),
    option(
      "quiet", "", "Hides the progress of long statements.",
      note: """
        By default, a statement that changes or reads for more than a second shows its progress on standard error: at a
        terminal on one line, otherwise as a note every ten seconds.
        """, example: "retort --quiet migrate.retort"),
    option(
      "offline", "", "Prints the requests instead of sending them.",
      note: """
        Each request is a line of JSON. Pages are empty, and a created resource has the id offline-1.
        Results that depend on such a page or resource are not printed.
        """, example: "retort --offline migrate.retort"),
    option(
      "allow-sh", "", "Allows the stage sh to run programs.", note: "By default | sh is refused.",
      example: "retort --allow-sh report.retort"),
    option(
      "no-pager", "", "Shows results without a pager, even if they are taller than the screen.",
      note: """
        By default the prompt shows such results, and help, with RETORT_PAGER, PAGER or less. The first screen appears
        as soon as it is complete. An empty RETORT_PAGER has the same effect as --no-pager.
        """, example: "retort --no-pager"),
    option(
      "no-rc", "", "Starts the prompt without rc.retort and .retortrc.",
      note: """
        By default the prompt first runs ~/.config/retort/rc.retort (or retort/rc.retort in XDG_CONFIG_HOME), then
        ./.retortrc if it is trusted. A profile is a def in rc.retort: def prod() do connect "amqps://me@broker/" name:
        "prod" env: "production" end.
        """, example: "retort --no-rc"),
    option(
      "color", "WHEN", "Colours of errors and of the typed line: auto, always or never.",
      note: "auto, the default, uses colours at a terminal unless NO_COLOR is set or TERM is dumb.",
      example: "retort --color never report.retort"),
    option(
      "version", "", "Prints the version.",
      note: "The output includes the commit, and the versions of Swift and of the libraries that the program uses.",
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
