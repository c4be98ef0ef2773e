import Evaluation

/// A command line or an option of the program, with its page in `help`.
struct CommandLineOrOptionPage: Sendable {
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
  var text: String { ([summary, note].filter { !$0.isEmpty } + ["    " + example]).joined(separator: "\n\n") }

  /// The pages of all command lines, followed by the pages of all options.
  static let all = starts + options

  static let starts = [
    CommandLineOrOptionPage(
      name: "prompt", aliases: ["retort"], form: "retort [OPTIONS]", summary: "Opens the prompt.",
      note: """
        The prompt has a history, and completion with Tab. The keys F1 and Alt-H show help for the word at the cursor. \
        If standard input is not a terminal, retort runs the text from standard input as a script.
        """, example: "retort --timeout 30s"),
    CommandLineOrOptionPage(
      name: "edit", form: "edit, Ctrl-X Ctrl-E",
      summary: "Opens a statement of the prompt in your editor, and runs the edited text.",
      note: """
        The editor is the program that VISUAL or EDITOR names. If neither is set, the editor is vi. The command `edit` \
        opens the last statement. The keys Ctrl-X Ctrl-E open the statement that you are typing. In vi mode, the key v \
        does the same. Nothing runs if you delete the whole text, or if the editor fails.
        """, example: "EDITOR=nano retort"),
    CommandLineOrOptionPage(
      name: "file", form: "retort [OPTIONS] FILE [ARG ...]",
      summary: "Runs a file of statements. FILE can be - for standard input.",
      note: """
        The whole file is checked before its first statement runs. The first failure ends the run. The script gets the \
        arguments after FILE in the variable `args`, a list of strings. An option with one value, such as --output, \
        can be given only once. To start a file as a program, make it executable, and write #!/usr/bin/env retort in \
        its first line.
        """, example: "retort --yes=500 migrate.retort people.csv"),
    CommandLineOrOptionPage(
      name: "-c", form: "retort [OPTIONS] -c 'STATEMENTS'", summary: "Runs these statements.",
      note: """
        Single quotes protect the statements from the shell. Separate the statements with ; or a newline. If you give -c \
        several times, all their statements form one script.
        """,
      example: #"retort -c 'connect; count (client queue: "posts")'"#),
    CommandLineOrOptionPage(
      name: "check", form: "retort check FILE ...", summary: "Checks files. Runs no statement and opens no connection.",
      note: """
        The check shows every error, but ends after 100 errors. It also lists each use of the function var, and each statement that changes or \
        destroys data. If there is an error, the exit status is 2. With --output json, retort check writes its \
        findings as JSON, for editors.
        """, example: "retort check migrate.retort"),
    CommandLineOrOptionPage(
      name: "fmt", form: "retort fmt [--check] FILE ...", summary: "Formats files in the canonical layout.",
      note: """
        The comments and the meaning stay the same. With --check, retort fmt changes no file. Instead, it lists the \
        files that formatting would change. If there are such files, the exit status is 1. FILE can be - for standard \
        input; the result is then on standard output.
        """, example: "retort fmt --check migrate.retort"),
    CommandLineOrOptionPage(
      name: "serve", form: "retort serve DB [--url URI]",
      summary: "Serves a SQLite database, or the sample blog, on a broker.",
      note: """
        Each table of the database is a JSON:API type, and has its own queue. Some of the options are:

          --queue TYPE=NAME     gives the queue of a type another name
          --latency, --jitter   delay each reply
          --workers, --rate     limit the speed
          --fault KIND=SHARE    injects faults
          --pages, --flavour    imitate other servers
          --log FILE            logs each request

        The command help serve lists all options. The command help fault explains the option --fault. After \
        SIGTERM or Ctrl-C, the service completes the requests in progress, and then ends. A second signal ends it \
        immediately.
        """, example: "retort serve blog --latency 20ms --fault drop=1%"),
    CommandLineOrOptionPage(
      name: "demo", form: "retort demo",
      summary: "Opens a prompt with clients of the sample blog, and shows a tour of five steps.",
      note: """
        The sample runs inside the program, so no broker is needed and changes are not saved. The steps are find, \
        look, publish, save and run. When a statement completes a step, retort shows the next step. The demo does not \
        use rc.retort or the history. It takes the options --timeout, --trace, --no-pager, --color and --report.
        """, example: "retort demo"),
    CommandLineOrOptionPage(
      name: "doctor", form: "retort doctor [URI] [-o json]",
      summary: "Examines the connection to a service, step by step, and explains how to fix problems.",
      note: """
        URI is the URI of the connection, or the name of a profile. A profile is a def in the file rc.retort that opens \
        a connection (see help no-rc). Without URI, retort doctor uses RETORT_URL. The steps examine:

          the files that the prompt reads
          the URI, the lookup of the host, and TCP
          TLS: the chain of certificates, and the days until they expire
          the login, the vhost and a channel
          the known queues and their consumers, with one request at the end

        The steps after the check of the URI show their durations. The option --queue NAME examines one more queue. \
        With --timeout 30s, the last step waits up to 30 s for the reply. The option -o json writes the steps as one \
        JSON object. The exit status is the status of the first failed step. If no step failed, the exit status is 0.
        """, example: "retort doctor amqp://guest:guest@localhost/ --queue posts"),
    CommandLineOrOptionPage(
      name: "lsp", form: "retort lsp", summary: "Runs a language server for editors, on standard input and output.",
      note: """
        With this server, an editor shows the findings of retort check, and completes words. It can also show help for \
        a word, format the file, and go to the definition of a name. The outline of a file shows the defs, and the \
        statements that change or destroy data. The server opens no connection. The option --stdio, which some editors \
        add, has no effect. To set up an editor, see help editor.
        """, example: "retort lsp"),
    CommandLineOrOptionPage(
      name: "completions", form: "retort completions bash|zsh|fish",
      summary: "Writes the completion script of a shell.",
      note: """
        With this script, Tab in the shell completes the options of retort and their values. Tab also completes files, \
        the words after retort help, and profiles (see help no-rc). The script asks the installed program for \
        completions. So it needs no update when you update the program.
        """, example: "retort completions bash > ~/.local/share/bash-completion/completions/retort"),
    CommandLineOrOptionPage(
      name: "man", form: "retort man [PAGE]", summary: "Writes a manual page for the program man.",
      note: """
        Without PAGE, the command writes retort(1), the page of the program. With PAGE, it writes the page of an \
        article. For example, `retort man bulk` writes retort-bulk(7), the page of the article bulk-changes. The \
        command `help guide` lists all articles.
        """,
      example: "retort man bulk > ~/.local/share/man/man7/retort-bulk.7"),
    CommandLineOrOptionPage(
      name: "work", form: "retort work URI --pool NAME",
      summary: """
        Starts a worker. If a statement has the option workers: "NAME", the worker sends the changes of this \
        statement.
        """,
      note: """
        All workers with the same NAME are a pool. A worker needs the secret of its pool in RETORT_POOL_KEY. The \
        worker gets the changes in chunks. After SIGTERM, it completes its current chunk, and then ends. A second \
        SIGTERM gives the chunk to another worker, which looks up its changes. Other options \
        are:

          --in-flight N   the maximum number of changes in flight (default: 64)
          --allow QUEUE   sends only changes for this queue; you can repeat the option
          --insecure      starts the worker without the secret
          --status        starts no worker; shows the workers and the chunks

        A worker that does not answer --status within two seconds is shown too. Its process can be suspended. To learn more about pools, see help pools.
        """, example: "retort work amqp://guest:guest@localhost/ --pool night --allow posts"),
    CommandLineOrOptionPage(
      name: "journal file", aliases: ["journal"], form: "retort journal FILE [settle ID done|again] [broker NAME]",
      summary: "Shows a journal, or records the outcome of an unknown change.",
      note: """
        The file is the journal of a statement with the option journal:. The command shows the statement, and the \
        number of changes with each outcome: carried out (done), not carried out, and unknown. Elements that no run \
        has reached are not in the journal. Then the command shows each unknown change, and the command line that \
        resumes the statement. If a run has the journal open, the last line says so, because the counts can change.

        These words after FILE record a fact in the journal:

          settle ID done    the change ID was carried out
          settle ID again   the change ID was not carried out; the next run sends it
          broker NAME       the broker of the journal has the new name NAME

        ID is the id of the resource. For a create or an iteration, ID is the key. ID can also be the whole text of \
        the unknown change, such as 'link posts 10 tags tags/4'.

        After settle ID again, the change must be carried out. A run whose input does not contain the change names \
        it, and does not complete the journal. If the change is not necessary, use settle ID done.

        The journal contains the name of the broker. A statement refuses the journal if the broker of the statement \
        has another name. If only the name has changed, record the new name with broker NAME. The error of the refused \
        statement shows the new name.
        """, example: "retort journal posts.journal settle 4711 done"),
    CommandLineOrOptionPage(
      name: "ctl", form: "retort ctl [RUN] [status|pause|resume|stop|rate=N|rate=off]",
      summary: "Shows or controls the other running retort programs that change data.",
      note: """
        RUN is the process id of such a program. If only one program changes data, you can omit RUN. Without \
        arguments, retort ctl lists your programs that have sent a change, each with its RUN and its progress. The \
        words after RUN are:

          status     shows the progress
          pause      holds back all changes until resume; changes in flight continue
          resume     ends the pause
          rate=N     sends at most N changes per second
          rate=off   removes the limit of rate=N
          stop       has the effect of Ctrl-C

        The limits of the statement, such as the option rate:, apply too.
        """, example: "retort ctl 4711 rate=50"),
    CommandLineOrOptionPage(
      name: "trust", form: "retort trust [FILE ...]",
      summary:
        "Allows the prompt to run the file .retortrc of a directory. If the text of the file changes, trust it again.",
      note: """
        Without FILE, the file is ./.retortrc. At the prompt, the statement `trust` does the same. It also runs the \
        file. The list of trusted files is in ~/.local/state/retort.
        """,
      example: "retort trust .retortrc"),
    CommandLineOrOptionPage(
      name: "help", aliases: ["--help"], form: "retort help [WORD], --help",
      summary: """
        Explains WORD: a word of the language, an option or a topic. The statement help at the prompt does the same.
        """,
      note: "retort --help lists the ways to start the program, and its options.", example: "retort help stream"),
  ]

  static let options = [
    option(
      "var", "NAME=VALUE", "Sets the value that var(\"NAME\") returns in a script.",
      note: """
        The option can be repeated. The value is a string. To convert it to an integer, write int(var("limit")). If \
        the script reads no variable NAME, the option is an error.
        """,
      example: "retort --var limit=5 report.retort"),
    option(
      "yes", "[=N]", "Confirms every bulk destruction. With =N, the run destroys at most N resources.",
      note: """
        A bulk destruction is a statement that can destroy many resources. The command `destroy-all` and the stage \
        `destroy` are always bulk destructions. The command `destroy` is a bulk destruction in a loop and in the block \
        of a stage. If a loop or a stage calls a command that was defined with `def`, a `destroy` in this command is a \
        bulk destruction too. On a connection with guard: "confirm", --yes=N needs the option --guarded too.
        """,
      example: "retort --yes=500 clean-up.retort"),
    option(
      "output", "FORMAT", "The format of results: \(ResultFormat.list).",
      note: """
        By default, results at a terminal are tables. Elsewhere, results are lines of JSON. If a few rows are too wide \
        for a table, retort shows them as cards. A card has one line for each field. To change \
        the format for all later statements, write set output: "csv".
        """,
      example: "retort --output csv report.retort > report.csv"),
    option(
      "timeout", "DURATION", "How long retort waits for a reply: 10s, 500ms, never (default: 5s).",
      note: """
        A timeout in a script takes precedence. A script sets a timeout by the option timeout: of a command, stage or \
        client, or by the statement set timeout: 10s.
        """,
      example: "retort --timeout 30s migrate.retort"),
    option(
      "trace", "[=TOPICS]",
      "Shows the requests and replies. TOPICS selects the details: rpc, api, amqp, errors (default: rpc).",
      note: """
        TOPICS is one of these words, or several with commas between them:

          rpc      the JSON of each request and reply
          api      one line for each request
          amqp     the frames between the program and the broker
          errors   only failed requests

        The trace is written to standard error. Passwords and tokens are shown as ***.
        """, example: "retort --trace=api,errors migrate.retort"),
    option(
      "dry-run", "", "Shows changes instead of sending them. Requests that only read are sent.",
      note: """
        For a single change, standard error shows the exact request. For a bulk change, it shows the first request, \
        the ids of four more changes, and the total number of changes. A created resource has the id dry-run-1, and \
        a request that names this id is not sent either. In a \
        summary, the changes that would be sent count as ok. After the first change, retort shows assertions and does \
        not check them. Such an assertion could test a change that was not sent. The stages `write` and `sh` work as \
        usual. A script can't turn the dry run off.
        """, example: "retort --dry-run migrate.retort"),
    option(
      "guarded", "CONNECTION", "Allows --yes=N on a connection with the option `guard: \"confirm\"`.",
      note: """
        CONNECTION is the name or the URI of the connection. With this option and --yes=N, retort does not ask before \
        a bulk destruction on the connection. Without a terminal, a bulk destruction needs both options. At a \
        terminal, retort asks if one of them is missing. The option can be repeated. If the run did not open \
        CONNECTION, a note at the end says so.
        """,
      example: "retort --guarded production --yes=500 clean-up.retort"),
    option(
      "workers", "NAME",
      "The pool of workers for all stages and commands that support the option workers:.",
      note: "The option workers: of a statement can name another pool. To learn more about pools, see help pools.",
      example: "retort --workers night migrate.retort"),
    option(
      "reason", "TEXT", "The reason for the run.",
      note: "The reason is written to the header of each journal, and to the file of --report.",
      example: "retort --reason OPS-123 migrate.retort"),
    option(
      "summary", "FORM", "The format of summaries on standard error: text or json (default: text).",
      note: """
        With json, each statement that changes many resources writes one line of JSON. The line has the counts of the \
        outcomes, the duration in milliseconds, the rate, and percentiles of the reply times. For each kind of \
        failure, it also has the count and an example. If the statement ended early, not-sent is the number of elements \
        that it did not reach, or null if this number is unknown. For commands in loops, and for the stage `each` with \
        a journal, the line has only the counts of the outcomes.
        """, example: "retort --summary json migrate.retort 2> report.ndjson"),
    option(
      "report", "FILE", "Writes the results of all statements to one file: .json, or .xml for JUnit.",
      note: """
        The file is written at the end of the run. It has each assertion, and each statement with its time and its \
        error. For a statement with changes, the file also has the counts, times and failures of the changes. In the \
        JUnit format, each statement and each assertion is a test case.

        A statement can continue although some of its changes failed, were refused or have an unknown outcome. The \
        error of such a statement has the kind "partial". In the JUnit format, such a statement is a failure, and not \
        an error.

        An error that is found before the first statement runs has the kind "syntax". The file is opened before the \
        first statement. If the file can't be opened, no statement runs. Until the run ends, the file has one error of \
        the kind "unfinished", and the status null. If the run is killed, the file stays like this.
        """, example: "retort --report result.xml migrate.retort"),
    option(
      "quiet", "", "Hides the progress of long statements.",
      note: """
        By default, a statement that takes more than a second shows its progress on standard error. At a terminal, the \
        progress is one line that changes. Elsewhere, the progress is a note every ten seconds.
        """, example: "retort --quiet migrate.retort"),
    option(
      "offline", "", "Prints the requests instead of sending them.",
      note: """
        Each request is a line of JSON. There are no replies, so pages are empty, counts are 0, and a created resource \
        has the id offline-1. A statement that sends a request prints the request and no result. To see such a \
        result, use print. Assertions are checked, so an assertion about a reply can end the run with the exit status 3. No file is \
        written.
        """, example: "retort --offline migrate.retort"),
    option(
      "allow-sh", "", "Allows the stage `sh` to run programs.", note: "By default, retort refuses the stage `sh`.",
      example: "retort --allow-sh report.retort"),
    option(
      "no-pager", "", "Shows results without a pager, even if they are taller than the screen.",
      note: """
        By default, the prompt shows such results, and long pages of help, in a pager. A pager is a program that shows \
        a text page by page. The variable RETORT_PAGER names the pager. If RETORT_PAGER is not set, PAGER names the \
        pager. If neither is set, the pager is the program less. An empty RETORT_PAGER has the same effect as \
        --no-pager.
        """, example: "retort --no-pager"),
    option(
      "no-rc", "", "Starts the prompt without rc.retort and .retortrc.",
      note: """
        By default, the prompt first runs the file ~/.config/retort/rc.retort. If XDG_CONFIG_HOME names another \
        directory than ~/.config, the file is retort/rc.retort in that directory. Then the prompt runs ./.retortrc, if \
        you trust this file (see help trust).

        A def in rc.retort that opens a connection is called a profile:

          def prod() do connect "amqps://me@broker/" env: "production" end

        At the prompt, the word prod then opens this connection.
        """, example: "retort --no-rc"),
    option(
      "color", "WHEN", "Whether errors and the typed line have colours: auto, always or never (default: auto).",
      note: """
        With auto, there are colours at a terminal, but not if NO_COLOR has a value, or if TERM is dumb, unknown or \
        not set.
        """,
      example: "retort --color never report.retort"),
    option(
      "version", "", "Prints the version.",
      note: "The output also has the commit, and the versions of Swift and of the libraries of the program.",
      example: "retort --version"),
  ]

  static func option(
    _ name: String, _ value: String, _ summary: String, note: String, example: String
  ) -> CommandLineOrOptionPage {
    let separator = value.isEmpty || value.hasPrefix("[") ? "" : " "
    return CommandLineOrOptionPage(
      name: name, aliases: ["--" + name], form: "--\(name)\(separator)\(value)", summary: summary, note: note,
      example: example)
  }
}
