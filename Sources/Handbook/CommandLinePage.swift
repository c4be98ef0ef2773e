import Evaluation

/// A command line or an option of the program, with its page in `help`.
struct CommandLinePage: Sendable {
  var name: String
  var aliases: [String] = []
  /// The syntax, such as `--var NAME=VALUE`.
  var form: String
  /// The summary, in one line.
  var summary: String
  /// The text that follows the summary.
  var note: String
  /// A command line that serves as an example.
  var example: String

  /// The text of the page.
  var text: String { "\(summary)\n\(note)\n\n    \(example)" }

  /// The pages of all command lines, followed by the pages of all options.
  static let all = starts + options

  static let starts = [
    CommandLinePage(
      name: "prompt", aliases: ["retort"], form: "retort [OPTIONS]", summary: "Opens the prompt.",
      note: """
        The prompt has history, completion with Tab, and help for the word at the cursor with F1 or Alt-H. If standard input
        is not a terminal, the statements in it run as a script.
        """, example: "retort --timeout 30s"),
    CommandLinePage(
      name: "edit", form: "edit, Ctrl-X Ctrl-E",
      summary:
        "At the prompt, opens a statement in the editor of VISUAL or EDITOR, or in vi, and runs the edited text.",
      note: """
        edit opens the last statement; Ctrl-X Ctrl-E (in vi mode also v) opens the statement that is being typed. If you
        empty the file, or if the editor fails, nothing runs.
        """, example: "EDITOR=nano retort"),
    CommandLinePage(
      name: "file", form: "retort [OPTIONS] FILE [ARG ...]",
      summary: "Runs a file of statements; - is standard input.",
      note: """
        The whole file is checked before its first statement runs. The first failure ends the run. The arguments after FILE
        are the list args. An option of retort that takes one value can't be given twice. A file whose first line is
        #!/usr/bin/env retort can be started as a program, if it is executable.
        """, example: "retort --yes=500 migrate.retort people.csv"),
    CommandLinePage(
      name: "-c", form: "retort [OPTIONS] -c 'STATEMENTS'", summary: "Runs these statements.",
      note: """
        Single quotes protect the statements from the shell; separate statements with ; or a newline. If -c is given several
        times, the statements are the lines of one script.
        """,
      example: #"retort -c 'connect; count (client queue: "posts")'"#),
    CommandLinePage(
      name: "check", form: "retort check FILE ...", summary: "Checks files without running them; opens no connection.",
      note: """
        Shows every error, and lists each var(...) and each statement that changes or destroys data. The exit status is 2 if
        there is an error. --output json writes the findings as JSON, for editors.
        """, example: "retort check migrate.retort"),
    CommandLinePage(
      name: "fmt", form: "retort fmt [--check] FILE ...", summary: "Formats files in the canonical layout.",
      note: """
        The comments and the meaning stay the same. With --check no file is changed: the files that formatting would change are
        listed, and the exit status is 1 if there are any.
        """, example: "retort fmt --check migrate.retort"),
    CommandLinePage(
      name: "serve", form: "retort serve DB [--url URI]",
      summary: "Serves a SQLite database, or the sample blog, on a broker.",
      note: """
        Each table is a type with its own queue; --queue TYPE=NAME gives the queue of a type another name. Some options
        help to test clients: --latency, --jitter, --workers and --rate limit the speed, --fault injects faults, --pages
        and --flavour imitate other servers, and --log FILE logs each request. help serve lists all options; help NAME,
        such as help fault, explains an option.
        """, example: "retort serve blog --latency 20ms --fault drop=1%"),
    CommandLinePage(
      name: "demo", form: "retort demo",
      summary: "Opens a prompt with clients of the sample blog and a tour of five steps.",
      note: """
        The sample runs inside the program, so no broker is needed and changes are not saved. The steps are find, look,
        publish, save and run. When a statement has completed a step, the next step is shown. Neither rc.retort nor the
        history is used.
        """, example: "retort demo"),
    CommandLinePage(
      name: "doctor", form: "retort doctor [URI] [-o json]",
      summary: "Examines the connection to a service, step by step, and explains how to fix problems.",
      note: """
        URI is the URI of the connection, or the name of a profile in rc.retort; without URI, retort doctor uses RETORT_URL.
        The steps are: the files that the prompt reads, the URI, the lookup of its host, TCP, TLS (the chain of
        certificates and the days left), the login, the vhost, a channel, the known queues and their consumers, and one
        request. Each step shows its duration. --queue NAME examines one more queue, --timeout 30s waits longer for the
        reply, -o json writes the steps as one JSON object. The exit status is that of the first failed step, otherwise 0.
        """, example: "retort doctor amqp://guest:guest@localhost/ --queue posts"),
    CommandLinePage(
      name: "lsp", form: "retort lsp", summary: "Runs a language server for editors, on standard input and output.",
      note: """
        An editor gets the findings of retort check while you type, completion, help for the word at the cursor, the
        canonical layout, the definitions of names, and an outline of the defs and of the statements that change or destroy
        data. The server opens no connection. help editor explains how editors start the server.
        """, example: "retort lsp"),
    CommandLinePage(
      name: "completions", form: "retort completions bash|zsh|fish",
      summary: "Writes the completion script of a shell.",
      note: """
        With this script, Tab in the shell completes the options of retort and their values, files, words of help, and the
        profiles of rc.retort. The script asks the installed program for completions, so it needs no update.
        """, example: "retort completions bash > ~/.local/share/bash-completion/completions/retort"),
    CommandLinePage(
      name: "man", form: "retort man [PAGE]", summary: "Writes a page of the manual for man.",
      note: """
        Without PAGE, retort man writes retort(1), the page of the program. retort man bulk writes retort-bulk(7); each article
        that help guide lists has such a page.
        """,
      example: "retort man bulk > ~/.local/share/man/man7/retort-bulk.7"),
    CommandLinePage(
      name: "work", form: "retort work URI --pool NAME",
      summary: "Starts a worker, which sends the changes of statements that have workers: \"NAME\".",
      note: """
        The workers with one NAME are a pool. A worker needs the secret of its pool in RETORT_POOL_KEY, or --insecure. It gets
        the changes in chunks, and has at most --in-flight N changes in flight (default: 64). With --allow QUEUE, it
        changes only this queue; the option can be repeated. SIGTERM ends the worker after its current chunk. --status
        starts no worker: it shows the workers of the pool, their rates, and the chunks that wait or are not acknowledged.
        help pools explains more.
        """, example: "retort work amqp://guest:guest@localhost/ --pool night --allow posts"),
    CommandLinePage(
      name: "journal file", aliases: ["journal"], form: "retort journal FILE [settle ID done|again] [broker NAME]",
      summary: "Shows a journal, or records the outcome of an unknown change.",
      note: """
        A journal is the file that the option journal: of a statement names. retort journal FILE shows the statement,
        the numbers of changes that are done, that will be sent again and that are unknown, then each unknown change,
        and the command that resumes the statement. settle ID done records that an unknown change was carried out.
        settle ID again records that it was not carried out, so the next run sends it. broker NAME records that the
        journal belongs to the broker NAME. If a statement refuses a journal of another broker, its error shows the
        NAME.
        """, example: "retort journal posts.journal settle 4711 done"),
    CommandLinePage(
      name: "ctl", form: "retort ctl [RUN] [status|pause|resume|stop|rate=N|rate=off]",
      summary: "Shows or controls the other running retort programs that change data.",
      note: """
        RUN is the process id of such a program. Without arguments, retort ctl shows the RUN and the progress of each of
        your programs that has sent a change. pause holds back all changes until resume; changes in flight continue.
        rate=N limits the changes to N per second, in addition to the limits of the statement; rate=off removes this
        limit. stop has the effect of Ctrl-C. RUN can be left out if only one program changes data.
        """, example: "retort ctl 4711 rate=50"),
    CommandLinePage(
      name: "trust", form: "retort trust [FILE ...]",
      summary: "Allows the prompt to run the file .retortrc of a directory, until the text of this file changes.",
      note: """
        Without FILE, the file is ./.retortrc. The statement trust at the prompt does the same, and runs the file. The list of
        trusted files is in ~/.local/state/retort.
        """,
      example: "retort trust .retortrc"),
    CommandLinePage(
      name: "help", aliases: ["--help"], form: "retort help [WORD], --help",
      summary: "Explains the language or one of its words, as help does at the prompt.",
      note: "--help lists the ways to start the program, and its options.", example: "retort help stream"),
  ]

  static let options = [
    option(
      "var", "NAME=VALUE", "Gives a value to var(\"NAME\").",
      note: "The option can be repeated. The value is a string; int(var(\"limit\")) is a number.",
      example: "retort --var limit=5 report.retort"),
    option(
      "yes", "[=N]", "Confirms every bulk destruction; with =N, the run destroys at most N resources.",
      note: "Bulk destructions are destroy-all, | destroy, and a destroy in a loop or inside another stage.",
      example: "retort --yes=500 clean-up.retort"),
    option(
      "output", "FORMAT", "The format of results: \(ResultFormat.list).",
      note: """
        By default results are tables at a terminal, and otherwise lines of JSON. At a terminal, a few rows that are too wide
        for a table are shown as cards: one line for each field. set output: changes the format in a session.
        """,
      example: "retort --output csv report.retort > report.csv"),
    option(
      "timeout", "DURATION", "How long to wait for a reply: 10s, 500ms, never.",
      note: "The default is 5s. set timeout:, and timeout: of a client or a command, override this option.",
      example: "retort --timeout 30s migrate.retort"),
    option(
      "trace", "[=TOPICS]",
      "Shows the requests and replies, in the detail that TOPICS selects: rpc, api, amqp, errors.",
      note: """
        rpc, the default, shows the JSON of each request and reply. api shows one line for each request. amqp shows the
        frames between the program and the broker. errors shows only failed requests. Separate several topics with
        commas. The trace goes to standard error. Passwords and tokens are shown as ***.
        """, example: "retort --trace=api,errors migrate.retort"),
    option(
      "dry-run", "", "Sends reads, but only shows changes.",
      note: """
        For a single change, standard error shows the exact request. For a bulk change, it shows the first request, the
        ids of four more, and the total number. A created resource has the id dry-run-1. In a summary, the changes that
        would be sent count as ok. After the first change that is not sent, assertions are shown and not checked. write
        and sh work as usual. A script can't turn the dry run off.
        """, example: "retort --dry-run migrate.retort"),
    option(
      "guarded", "CONNECTION", "Allows --yes=N on a connection with guard: \"confirm\"; CONNECTION is its name or URI.",
      note: """
        Without a terminal, retort destroys resources on such a connection only with this option and --yes=N; at a
        terminal retort asks instead. The option can be repeated. At the end, a note names each CONNECTION that the run
        did not open.
        """,
      example: "retort --guarded production --yes=500 clean-up.retort"),
    option(
      "workers", "NAME", "The pool of workers for the bulk changes of statements that do not have the option workers:.",
      note: "help pools explains pools of workers.", example: "retort --workers night migrate.retort"),
    option(
      "reason", "TEXT", "The reason for the run.",
      note: "The text is written to the header of each journal, and to the file of --report.",
      example: "retort --reason OPS-123 migrate.retort"),
    option(
      "summary", "FORM", "The format of summaries on standard error: text or json.",
      note: """
        With json, each statement that changes many resources writes one line: the counts of the outcomes, the
        milliseconds, the rate, percentiles of the reply times, and each kind of failure with its count and an example.
        For commands in loops, and for the stage each with a journal, the line has only the counts.
        """, example: "retort --summary json migrate.retort 2> report.ndjson"),
    option(
      "report", "FILE", "Writes the results of all statements to one file: .json, or .xml for JUnit.",
      note: """
        The file is written at the end of the run. It has each assertion, and each statement with its time, its error, and the
        counts, times and failures of its changes. In the JUnit format, statements and assertions are test cases. A
        statement that continued although changes failed, were refused or are unknown has an error of the kind
        "partial"; JUnit shows it as a failure, not as an error. The file is opened before the first statement; if that
        fails, no statement runs.
        """, example: "retort --report result.xml migrate.retort"),
    option(
      "quiet", "", "Hides the progress of long statements.",
      note: """
        By default, a statement that takes more than a second shows its progress on standard error: at a terminal on one line,
        otherwise as a note every ten seconds.
        """, example: "retort --quiet migrate.retort"),
    option(
      "offline", "", "Prints the requests instead of sending them.",
      note: """
        Each request is a line of JSON. As there are no replies, pages are empty, and a created resource has the id offline-1.
        Results that depend on such a page or resource are not printed.
        """, example: "retort --offline migrate.retort"),
    option(
      "allow-sh", "", "Allows the stage sh to run programs.", note: "By default | sh is refused.",
      example: "retort --allow-sh report.retort"),
    option(
      "no-pager", "", "Shows results without a pager, even if they are taller than the screen.",
      note: """
        By default the prompt shows such results, and help, with the pager that RETORT_PAGER or PAGER names, or with less. An
        empty RETORT_PAGER has the same effect as --no-pager.
        """, example: "retort --no-pager"),
    option(
      "no-rc", "", "Starts the prompt without rc.retort and .retortrc.",
      note: """
        By default the prompt first runs ~/.config/retort/rc.retort (or retort/rc.retort in XDG_CONFIG_HOME), then
        ./.retortrc, if retort trust has accepted its text. A profile is a def in rc.retort that connects: def prod() do
        connect "amqps://me@broker/" name: "prod" env: "production" end.
        """, example: "retort --no-rc"),
    option(
      "color", "WHEN", "Colours of errors and of the typed line: auto, always or never.",
      note: "auto, the default, uses colours at a terminal unless NO_COLOR is set or TERM is dumb.",
      example: "retort --color never report.retort"),
    option(
      "version", "", "Prints the version.",
      note: "The output also has the commit, and the versions of Swift and of the libraries of the program.",
      example: "retort --version"),
  ]

  static func option(
    _ name: String, _ value: String, _ summary: String, note: String, example: String
  ) -> CommandLinePage {
    let separator = value.isEmpty || value.hasPrefix("[") ? "" : " "
    return CommandLinePage(
      name: name, aliases: ["--" + name], form: "--\(name)\(separator)\(value)", summary: summary, note: note,
      example: example)
  }
}
