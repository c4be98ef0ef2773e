/// A topic of `help` that is not a word of the language, with its page.
struct HelpTopic: Sendable {
  var name: String
  /// Other words that show the same topic.
  var aliases: [String] = []
  var text: String

  static let all = [
    HelpTopic(
      name: "values",
      aliases: [
        "null", "true", "false", "boolean", "number", "string", "duration", "list", "record", "range",
      ],
      text: """
        Values are null, true, false, numbers, "text", durations such as 10s (units ms s m h d), [lists], {records}, ranges
        such as 1..10, and /patterns/. Any JSON is a value.
        There are no implicit conversions: write int("5") or string(5). Numbers keep all their digits.
        Integers of any size and decimals are added, subtracted, multiplied and compared exactly.
        """),
    HelpTopic(
      name: "times",
      text: """
        A time is an instant with nanoseconds. now() is the current time, and ago(30d) is the time 30 days ago. time(TEXT)
        reads RFC 3339, such as 2026-01-31T12:00:00+02:00; a date alone means midnight in UTC. time(TEXT, FORMAT) reads
        another format, such as "%d.%m.%Y". date(TIME) returns the day as text, and date(TIME, FORMAT) returns the time in
        this format; both use UTC. The letters of a format are %Y %m %d %H %M %S %z. A time is printed and sent as RFC 3339
        in UTC. A time minus a time is a duration, and a time plus or minus a duration is a time. Services send times as
        text, so convert them: time(.inserted-at) < ago(30d).
        """),
    HelpTopic(
      name: "text",
      text: #"""
        Text is written in double quotes, with the escapes \n \t \" \\ \u0041 of JSON; \(EXPRESSION) inserts a value. + joins
        two strings. In a text x, x[0..9] is the first ten code points, x[3] is the fourth, x[-3..-1] is the last three.
        Every operation that counts, cuts, compares or searches text uses Unicode code points: "\r\n" has two code points,
        and an é of one code point differs from an é of two. Text is sorted by code points.
        """#),
    HelpTopic(
      name: "patterns", aliases: ["pattern"],
      text: #"""
        /.../ is a pattern with the flags i (ignore case), m (^ and $ match at each line), s (. matches a newline too)
        and x (spaces and # comments are ignored). The syntax is that of PCRE2 and Perl: classes, groups, lookaround,
        \p{L}, (?<name>...). A pattern matches by code point; \d \w \s \b are ASCII, and i ignores case letter by letter
        (ß does not match SS). text =~ /a/ and matches(text, /a/) search the whole text; ^ and $ anchor a pattern. capture
        returns the groups of the first match. In the last argument of replace, $1 to $9 insert groups and $$ inserts $.
        split takes a pattern too. A pattern that takes too many steps on a text, such as (a+)+$, raises an error of
        kind limit.
        """#),
    HelpTopic(
      name: "completion", aliases: ["Tab", "learning"],
      text: """
        Tab completes the text at the cursor: words, options and their values, variables, fields of the elements, keys
        of filter:, fields: and records, paths of include:, names for sort:, values of fields that have few values, ids
        from recent replies, queues, addresses, files, columns of the file after read, and keys after row[". Where text
        is needed, Tab inserts the quotes. A second Tab lists the candidates; if there are at most 30, each has a
        description. Completion sends no request. It learns the fields of a type from replies, or from the tables of an
        embedded service, and stores them in ~/.local/state/retort/schema. RETORT_SCHEMA names another directory; if
        RETORT_SCHEMA is empty, nothing is stored. Values and ids are stored only after set learn-values: true.

        Four commands use what retort has learned: describe lists the fields of a client's type, queues lists the queues
        that clients have used, template writes a create statement with the fields, and forget removes what was learned.
        """),
    HelpTopic(
      name: "fields", aliases: [".", "?.", "?[", "it", "element"],
      text: """
        x.name reads a field; a missing field is an error. x?.name is null if the field is missing; x ?? y is y if x is
        null. In a stage, `it` is the current element, and .name is a field of this element. In a list x, x[0] is the first
        element, x[-1] is the last, and x[0..2] is the first three. In a record x, x[key] reads the field whose name is
        the value of key, a string or an integer; x?[key] is null if the field is missing. {[key]: 1} is a record with one
        field, whose name is the value of key. A name with a space or a special character is written in brackets: x["a b"].
        A pipeline inside a pipeline has its own elements; to read the outer element there, give the outer element a name
        first (help as). The fields of a resource are .type .id .links .meta, and its attributes and relationships.
        """),
    HelpTopic(
      name: "operators",
      aliases: [
        "and", "or", "not", "in", "=~", "..", "??", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%",
      ],
      text: """
        The operators are + - * / %   == != < <= > >=   in   =~   and or not   ??   .. and parentheses.
        Both operands must have the same type. The logical operators (and, or, not) take booleans. 6 / 2 is the integer 3,
        and 7 / 2 is 3.5.
        x ?? y is y if x is null, 1..4 is the integers from 1 to 4, x in [1, 2] tests whether the list contains x, and
        "ab" =~ /^a/ tests whether the text matches the pattern.
        """),
    HelpTopic(
      name: "names", aliases: ["_", "args", "variables"],
      text: """
        let x = ... assigns a value to the name x. A word without quotes is a name; text is in quotes. A name that is
        defined in a block is gone after the block. If the name is already visible, let assigns to this name and defines no
        new one. vars lists the names. _ is the value of the last statement at the top level, outside all blocks. args is
        the list of the arguments after the script's file name. var("limit") reads the option --var limit=5, and
        env("HOME") reads an environment variable.
        """),
    HelpTopic(
      name: "blocks", aliases: ["do", "end", "else", "rescue"],
      text: """
        for, while, watch, if, try, def and each have a block: do, statements, end. if ... do ... else ... end has two blocks;
        else if adds a condition. try do ... rescue NAME ... end runs the second block if the first block fails.
        break ends the innermost for, while or watch, and continue starts the next iteration of that loop. break and
        continue can't leave the block of each.
        """),
    HelpTopic(
      name: "resources", aliases: ["resource", "page", "stream", "identifier"],
      text: """
        A resource has .type .id .links .meta, and its attributes and relationships as fields. If an attribute and a
        relationship have the same name, write .attributes.NAME or .relationships.NAME. A relationship that was not
        included has only .type and .id: it is an identifier. index returns a page: a list with .items .meta .links and
        .pagination, which is null or has first, last, next, previous and total-size. If you print or count a page that has
        a next page, a note says so. stream returns the resources of all pages, and reads a page when it is needed. A
        stream in a variable sends its requests again at each use.
        """),
    HelpTopic(
      name: "pipelines", aliases: ["|"],
      text: """
        A pipeline is HEAD | STAGE | STAGE: the head is a value or a command, and the stages process its elements in turn.
        By default, elements are read one page at a time, when they are needed. A pipeline that changes data, writes a file
        or runs a block runs immediately, to its end. A line that ends with | continues on the next line. At the top level,
        outside all blocks, the value of a pipeline is printed.
        """),
    HelpTopic(
      name: "errors", aliases: ["kinds"],
      text: """
        An error ends the statement, unless try ... rescue e ... end catches it; the kinds refused, limit and interrupted
        can't be caught. e.kind is the kind of the error, such as not-found, and e.message is its text. e.errors are
        the service's error objects, and e.place is FILE:LINE:COLUMN. e.seed is the kind's name in the Elixir library
        Calcinator. For example, help not-found explains the kind not-found, and what to do.
        """),
    HelpTopic(
      name: "pools", aliases: ["pool", "RETORT_POOL_KEY", "RETORT_POOL_META", "systemd"],
      text: """
        A pool is a group of worker programs, on any machines that reach the broker. A statement with the option
        workers: "NAME" gives its changes to the workers of the pool NAME. In the example, the first line makes a
        secret, the second line starts a worker of the pool night, and the third line shows the workers of the pool:

          export RETORT_POOL_KEY="$(openssl rand -hex 32)"   # the same for all workers and programs
          retort work amqp://guest:guest@localhost/ --pool night --allow posts
          retort work --status amqp://guest:guest@localhost/ --pool night

        A worker gets its changes in chunks of at most 200. Chunks and replies are signed with the secret. A worker
        refuses a chunk if its signature is wrong, or if no --allow names its queue; the worker logs and counts the
        refused chunks. Chunks do not contain secret members of meta, such as a token: workers take these members from
        RETORT_POOL_META, for example '{"token": "..."}'. SIGTERM ends a worker after its current chunk. If a worker is
        lost, another worker gets its chunk. This worker waits 12.5 s plus the timeout of the changes, looks up the
        changes, and sends each change that it does not find and that can safely be sent again. This is a unit for
        systemd:

          [Unit]
          Description=retort worker of the pool night
          After=network-online.target

          [Service]
          EnvironmentFile=/etc/retort/night.env
          ExecStart=/usr/local/bin/retort work --pool night --allow posts
          Restart=always
          RestartSec=5
          TimeoutStopSec=90
          DynamicUser=yes
          NoNewPrivileges=yes

          [Install]
          WantedBy=multi-user.target

        /etc/retort/night.env, readable by root alone, sets RETORT_URL, RETORT_POOL_KEY and RETORT_POOL_META.
        """),
    HelpTopic(
      name: "files",
      text: """
        The suffix of the file selects the format of read and write: .ndjson, .json, .csv, .tsv or .txt (lines of text).
        The option as: "csv" selects the format csv for any suffix. "-" is standard input for read and standard output
        for write. A file that is not UTF-8, or a JSON object with a duplicate key, is an error; a byte order mark is
        ignored, also in a script. write replaces the file completely or not at all. read returns exactly the values
        that write wrote; write refuses values that can't be read back, for example a string with a line end in a .txt
        file. A file is read in parts, when its records are needed, so a large file needs little memory.

        The first line of csv and tsv names the columns. Cells are strings: null is written as "", and a list as JSON. A
        cell that contains the separator, a quote or a line end is written in quotes, with each quote doubled. Empty
        lines are skipped. Lines can end in LF or CRLF; a file in which all lines end in CR is accepted too. With
        separator: ";" or separator: "|", read accepts a csv file whose cells are separated by this character.
        """),
    HelpTopic(
      name: "addresses",
      aliases: [
        "amqp", "amqps", "embedded", "RETORT_URL", "heartbeat", "connection_timeout", "frame_max", "cacertfile",
        "certfile", "keyfile", "verify", "server_name_indication",
      ],
      text: """
        The address of a connection is a URI. amqp://USER:PASSWORD@HOST:5672/VHOST is a broker. embedded:blog (a sample)
        and embedded:FILE.sqlite (your database) are services inside the program, without a broker. connect without a URI
        uses RETORT_URL. In the user and the password write / as %2F, @ as %40, ? as %3F, # as %23, % as %25 and a space as
        %20. Without a path, or with the path /, the vhost is /. Connections with the same URI share a socket. connect with
        the URI and name of an open connection returns that connection; the password can then be left out or be ***.

        Parameters follow a ? and are separated by &. heartbeat=30 is the interval of heartbeats in seconds (0: no
        heartbeats). connection_timeout=5000 is the maximum time to connect and log in, in milliseconds.
        frame_max=131072 is the size of the largest frame in bytes.

        amqps:// uses TLS (port 5671), and verifies the broker's certificate and the name in it. TLS has more
        parameters; their files are in the format PEM. cacertfile=FILE contains the trusted authorities, in place of the
        system's. certfile=FILE and keyfile=FILE are your certificate and its unencrypted key. verify=verify_none turns
        verification off. server_name_indication=NAME is the name in the broker's certificate, if this name is not the
        host of the URI.
        """),
    HelpTopic(
      name: "losses", aliases: ["lost", "blocked", "reconnect", "silence"],
      text: """
        When a connection is lost, retort opens it again, with growing pauses between the attempts. Notes report the
        loss and the new connection. Reads that were in flight are sent again, until their timeout expires. A change
        that was in flight ends as unknown: it may have been carried out. A change that was not yet sent is sent on the
        new connection. A broker that is low on memory or disk space accepts no messages; notes report when this state
        begins and ends. Requests then wait until the broker accepts messages again, at most until their timeout. If no
        reply arrives, the error describes the queue and its consumers, and says whether a change can still be carried
        out.

        The broker confirms each change. If it refuses a change, because the queue is full or the user may not publish,
        the change fails immediately and was not carried out. A change without a reply is unknown, even if the broker
        confirmed the change. If the service's reply or the broker's refusal arrives later, a note reports the outcome.

        If a service dies before it acknowledges a request, the broker delivers the request again. retort serve makes no
        change twice: it stores the replies to its last 10,000 changes in its database, in the table retort_answers.
        Other services may carry out a create twice and reply once. If a queue lost its consumer while a statement
        created resources, a note names the queue; in this case, count the created resources. If a service does not
        acknowledge requests, as with carrot_rpc, the broker delivers each request only once: if this service dies, the
        request is lost.
        """),
    HelpTopic(
      name: "program",
      aliases: ["status"],
      text: """
        Program options come before FILE. The arguments after FILE are the list args; write -- before an argument that begins
        with -. Arguments for a script that does not read args are an error.

        The exit status is 0 if everything succeeded, 1 if a statement failed, 2 for wrong usage or errors of the check,
        3 for a false assert, 4 for no connection or no queue, 5 if some changes of a bulk change failed or are unknown,
        6 if a guard, a limit or a missing confirmation refused a statement, 129 after SIGHUP, 130 after Ctrl-C, and 143
        after SIGTERM. If standard output is closed early, the rest of the script is skipped; the status is then 1 if
        the rest contains a statement that changes data, writes or asserts, otherwise 0.

        Ctrl-C, SIGTERM and SIGHUP stop the run: reads end immediately, no more changes are sent, and the program waits for
        the replies to changes in flight, at most for their timeout. A second signal ends this wait: changes in flight are
        then unknown. At the prompt, a third signal ends the program if a statement has not stopped.

        At a terminal, control characters, direction marks and invisible characters in data are shown as escapes: ESC as
        \\u{1b}, in JSON as \\u001b. A pipe or a file gets these characters unchanged. At a terminal, the line 0 rows
        means that the result is empty.
        """),
  ]
}
