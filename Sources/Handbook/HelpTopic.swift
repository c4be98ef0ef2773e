/// A topic of `help` that is not a word of the language, with its page.
struct HelpTopic: Sendable {
  var name: String
  /// Other words for the topic.
  var aliases: [String] = []
  var text: String

  static let all = [
    HelpTopic(
      name: "values",
      aliases: [
        "null", "true", "false", "boolean", "number", "string", "duration", "list", "record", "range",
      ],
      text: """
        null, true, numbers, "text", durations such as 10s (units ms s m h d), [lists], {records}, 1..10, /patterns/;
        any JSON is a value.
        There are no implicit conversions: int("5"), string(5). Numbers keep all their digits.
        Integers of any size and decimals are added, subtracted, multiplied and compared exactly.
        """),
    HelpTopic(
      name: "times",
      text: """
        A time is an instant with nanoseconds. now() is the current time, ago(30d) the time 30 days ago. time(TEXT) reads
        RFC 3339, such as 2026-01-31T12:00:00+02:00; a date alone means midnight in UTC. time(TEXT, FORMAT) reads another
        format, such as "%d.%m.%Y". date(TIME) returns the day as text, and date(TIME, FORMAT) the time in a format with the
        letters %Y %m %d %H %M %S %z; both use UTC. A time is printed and sent as RFC 3339 in UTC. time - time is a duration,
        time + 1d a time. Services send times as text, so convert them: time(.inserted-at) < ago(30d).
        """),
    HelpTopic(
      name: "text",
      text: #"""
        x[0..9] is the first ten code points of a text, x[3] the fourth, x[-3..-1] the last three.
        "..." has the escapes \n \t \" \\ \u0041 of JSON; \(EXPRESSION) inserts a value. + joins two strings.
        Every operation that counts, cuts, compares or searches text uses Unicode code points, as in JSON: "\r\n" has two, and
        an é of one code point differs from an é of two. Text is ordered by code points.
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
        description. Completion sends nothing. It learns fields from replies, or from the tables of an embedded service. It
        stores them in ~/.local/state/retort/schema (RETORT_SCHEMA names another directory; an empty value means none).
        Values and ids are stored only with set learn-values: true.

        Four commands use what was learned: describe lists the known fields of a client's type, queues lists the known
        queues, template writes a create with every known field, and forget removes what was learned.
        """),
    HelpTopic(
      name: "fields", aliases: [".", "?.", "?[", "it", "element"],
      text: """
        x.name reads a field; a missing field is an error. x?.name is null if the field is missing; x ?? y is y if x is
        null. In a stage, .name is a field of the current element, and the word it means the element. x[0] is the first element,
        x[-1] the last, x[0..2] the first three. x[key] reads a field of a record, with a string or an integer as its
        name; x?[key] is null if the field is missing, and {[key]: 1} is a record with such a field. A name with other
        characters, such as a space, is written in brackets: x["a b"]. A pipeline inside a pipeline has its own
        elements; to read the outer element there, name that element first: ... | as post | .... A resource has .type
        .id .links .meta and its fields.
        """),
    HelpTopic(
      name: "operators",
      aliases: [
        "and", "or", "not", "in", "=~", "..", "??", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%",
      ],
      text: """
        + - * / %   == != < <= > >=   in   =~ (a pattern)   and or not   ??   .. and parentheses.
        Both operands must have the same type; and, or and not take booleans. / of integers is an integer if there is no remainder.
        x ?? y is y if x is null, 1..4 is the integers from 1 to 4, x in [1, 2] tests membership, "ab" =~ /^a/ tests a pattern.
        """),
    HelpTopic(
      name: "names", aliases: ["_", "args", "variables"],
      text: """
        let x = ... assigns a value to a name. A bare word is a name; text is in quotes. _ is the last value of the top
        level. args is the list of arguments after FILE, var("limit") reads --var limit=5, env("HOME") reads the
        environment. A name that is defined in a block is gone after the block. let with a name that is already visible
        assigns to it, and defines no new name. vars lists the names.
        """),
    HelpTopic(
      name: "blocks", aliases: ["do", "end", "else", "rescue"],
      text: """
        for, while, if, try, def and each have a block: do, statements, end. if ... do ... else ... end has two blocks;
        else if adds a condition. try do ... rescue NAME ... end runs the second block if the first one fails. break
        ends the innermost for or while, and continue starts the next iteration of that loop. In the block of each,
        break and continue can't reach a loop outside it.
        """),
    HelpTopic(
      name: "resources", aliases: ["resource", "page", "stream", "identifier"],
      text: """
        A resource has .type .id .links .meta, and its attributes and relationships as fields. If an attribute and a
        relationship have the same name, .attributes.NAME and .relationships.NAME distinguish them. A relationship that
        was not included is an identifier: .type and .id. A page is the result of index: a list with .items .meta .links
        and .pagination, which is null or has first, last, next, previous and total-size. A note is shown if a page that
        is printed or counted has a next page. A stream contains all pages and reads them when they are needed. A stream
        in a variable sends its requests again at each use.
        """),
    HelpTopic(
      name: "pipelines", aliases: ["|"],
      text: """
        HEAD | STAGE | STAGE: the stages process the head's elements, one page at a time, when they are needed. A
        pipeline runs completely and immediately if it changes data, writes a file or runs a block. A line that ends
        with | continues on the next line. The value of a statement at the top level is printed.
        """),
    HelpTopic(
      name: "errors", aliases: ["kinds"],
      text: """
        An error has .kind .message .errors .place .seed; try ... rescue e catches it, except refusals, limits and
        Ctrl-C. .seed is the kind's name in the Elixir library Calcinator. help KIND explains a kind and what to do.
        """),
    HelpTopic(
      name: "pools", aliases: ["pool", "RETORT_POOL_KEY", "RETORT_POOL_META", "systemd"],
      text: """
        workers: "NAME" lets a pool of workers send the changes of a sink or of destroy-all. A worker is a program, on any
        machine that reaches the broker:

          export RETORT_POOL_KEY="$(openssl rand -hex 32)"   # the same for all workers and programs
          retort work amqp://guest:guest@localhost/ --pool night --allow posts
          retort work --status amqp://guest:guest@localhost/ --pool night

        Requests and replies are signed with the secret. Requests with a wrong signature, or for a queue without
        --allow, are refused, counted and logged. Requests do not contain secret members of meta, such as a token:
        workers take them from RETORT_POOL_META, for example '{"token": "..."}'. SIGTERM ends a worker after its chunk
        of at most 200 changes. If a worker is lost, another one waits 12.5 s and the timeout of the changes, looks up
        the changes of its chunk, and sends those that it does not find and that can safely be sent again. A unit for
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
        The suffix of the file selects the format of read and write: .ndjson .json .csv .tsv .txt (lines); as: "csv"
        overrides it. "-" is standard input for read and standard output for write. A file that is not UTF-8, or a JSON
        object with a duplicate key, is an error; a byte order mark is ignored, also in a script. write replaces the
        file completely or not at all. read returns exactly the values that write wrote; write refuses values that can't
        be read back, such as a .txt line with a line end. Files are read when their records are needed, in constant
        memory.

        The first line of csv and tsv names the columns. Cells are strings: null is written as "", and a list as JSON. A
        cell with the separator, a quote or a line end is written in quotes, with each quote doubled. Empty lines are
        skipped. Lines can end in LF or CRLF; a file in which all lines end in CR is accepted too. separator: ";" or "|" reads csv
        with another separator.
        """),
    HelpTopic(
      name: "addresses",
      aliases: [
        "amqp", "amqps", "embedded", "RETORT_URL", "heartbeat", "connection_timeout", "frame_max", "cacertfile",
        "certfile", "keyfile", "verify", "server_name_indication",
      ],
      text: """
        amqp://USER:PASSWORD@HOST:5672/VHOST is a broker. embedded:blog (a sample) and embedded:FILE.sqlite (your
        database) are services inside the program, without a broker. connect without a URI uses RETORT_URL. In the
        user and the password write / as %2F, @ as %40, ? as %3F, # as %23, % as %25 and a space as %20. Without a path,
        or with the path /, the vhost is /. Connections to one URI share a socket. connect with the URI and name of an
        open connection returns that connection. In such a URI the password can be left out or be ***.

        Parameters follow a ? and are separated by &: heartbeat=30 (seconds between heartbeats; 0 for none), connection_timeout=5000 (milliseconds to
        connect and log in), frame_max=131072 (the largest frame, in bytes).

        amqps:// (port 5671) verifies the broker's certificate and the name in it. It has these parameters; the files are in PEM:
        cacertfile= (trusted authorities that replace the system's), certfile= and keyfile= (your certificate and its
        unencrypted key), verify=verify_none (no verification), server_name_indication= (the name in the certificate, if
        it is not the host).
        """),
    HelpTopic(
      name: "losses", aliases: ["lost", "blocked", "reconnect", "silence"],
      text: """
        After a loss the connection is opened again automatically, with growing pauses; notes report the loss and the
        new connection. Reads in flight are sent again within their timeout. A change in flight ends as unknown; a
        change that was not yet sent is sent. A broker that is low on memory or disk space accepts no messages. Notes
        report when this begins and when it ends. Waiting requests are sent afterwards, unless their timeout has
        expired. If no reply arrives, the error describes the queue and its consumers, and says whether a change can
        still be carried out.

        The broker confirms each change. If it refuses a change, because the queue is full or the user may not publish,
        the change fails immediately and was not carried out. A change without a reply is unknown, even if the broker
        confirmed the change. If the service's reply or the broker's refusal arrives later, a note reports the outcome.

        A broker redelivers a request if the service that received it died before it acknowledged the request. retort
        serve stores the replies to its last 10,000 changes in its database, in the table retort_answers, and makes no
        change twice. Other services may carry out a create twice and reply once. After a series of creates during which
        the service died, count the created resources; a note reports each queue that lost its consumer during the
        creates of a statement. A service that does not acknowledge requests, such as carrot_rpc, gets no redelivery: if
        it dies, the request is lost.
        """),
    HelpTopic(
      name: "program",
      aliases: ["status"],
      text: """
        Program options come before FILE; the arguments after FILE are args. An argument that begins with - needs -- before
        it, and arguments that the script does not read are an error. Exit status: 0 done, 1 failed, 2 wrong usage or
        script, 3 assert, 4 no connection or route, 5 some elements of a bulk change failed, 6 refused, 130 interrupted,
        143 terminated. If standard output is closed early, the status is 1 if the rest of the script changes data,
        writes or asserts, and otherwise 0. Ctrl-C, SIGTERM and SIGHUP stop the run: reads end immediately, no more
        changes are sent, and changes in flight wait for their replies until their timeout. A second signal stops
        immediately: changes in flight are unknown. At the prompt a third signal ends the program if a statement has not
        stopped.

        On a terminal, control characters, direction marks and invisible characters of data are shown as escapes: ESC as
        \\u{1b}, in JSON as \\u001b. A pipe or a file gets these characters unchanged. At a terminal, an empty result
        prints 0 rows.
        """),
  ]
}
