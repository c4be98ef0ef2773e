/// A topic of the language that is not one of its words, with its page in `help`.
struct Topic: Sendable {
  var name: String
  /// Other words for it.
  var aliases: [String] = []
  var text: String

  static let all = [
    Topic(
      name: "values",
      aliases: [
        "null", "true", "false", "boolean", "number", "string", "duration", "list", "record", "range",
      ],
      text: """
        null, true, numbers, "text", 10s (ms s m h d), [lists], {records}, 1..10, /patterns/; any JSON is a value.
        There are no implicit conversions: int("5"), string(5). Numbers keep all their digits.
        Integers of any size and decimals are added, subtracted, multiplied and compared exactly.
        """),
    Topic(
      name: "times",
      text: """
        A time is an instant with nanoseconds. now() is the current time, ago(30d) an earlier one. time(TEXT) reads RFC 3339
        (2026-01-31T12:00:00+02:00; a bare date means midnight in UTC), time(TEXT, "%d.%m.%Y") reads another form. date(TIME)
        writes the day, date(TIME, "%d.%m.%Y") any form of the letters %Y %m %d %H %M %S %z, both in UTC. A time is printed and
        sent as RFC 3339 in UTC. time - time is a duration, time + 1d a time. Services send times as text, so convert them:
        time(.inserted-at) < ago(30d).
        """),
    Topic(
      name: "text",
      text: #"""
        x[0..9] is the first ten code points of a text, x[3] the fourth, x[-3..-1] the last three.
        "..." has the escapes \n \t \" \\ \u0041 of JSON; \(EXPRESSION) inserts a value. + joins two strings.
        Every operation that counts, cuts, compares or searches text uses Unicode code points, as in JSON: "\r\n" has two, and
        an é of one code point differs from an é of two. Text is ordered by code points.
        """#),
    Topic(
      name: "patterns", aliases: ["pattern"],
      text: #"""
        /.../ with the flags i (ignore case), m (^ and $ match at each line), s (. matches a newline too) and x (spaces and #
        comments are ignored). The syntax is PCRE2's, as in Perl: classes, groups, lookaround, \p{L}, (?<name>...).
        A pattern matches by code point; \d \w \s \b are ASCII, and i folds letter by letter. text =~ /a/ and
        matches(text, /a/) search the whole text; anchor with ^ and $. capture returns the groups of the first match; in the
        last argument of replace $1 to $9 are groups and $$ is a dollar. split takes a pattern too. A pattern that takes too
        many steps on a text, such as (a+)+$, raises an error of kind limit.
        """#),
    Topic(
      name: "completion", aliases: ["Tab", "learning"],
      text: """
        Tab offers what can stand at the cursor: words, options that are not given and their values, variables, fields of what
        flows there, keys of filter:, fields: and records, paths of include:, names for sort:, values of fields that have few,
        ids seen lately, queues, addresses, files, columns of a file that read names, keys after row["; where a text is wanted
        it opens the quotes. A second Tab lists them, up to 30 with a note. It sends nothing: fields are learned from replies,
        those of an embedded service from its tables, and kept for the next session in ~/.local/state/retort/schema (RETORT_SCHEMA names another
        directory, empty for none), values and ids only with set learn-values: true. describe shows what is known of a
        client's type, queues the queues, template a create with every field, and forget removes it all.
        """),
    Topic(
      name: "fields", aliases: [".", "?.", "?[", "it", "element"],
      text: """
        x.name reads a field; a missing field is an error. x?.name is null if the field is missing; x ?? y is y if x is null.
        In a stage, .name is a field of the current element, and it is the element. x[0] is the first element, x[-1] the last,
        x[0..2] the first three. x[key] reads a record's field by text or an integer, x?[key] is null if it is missing, and
        {[key]: 1} makes one. Other names go in brackets: x["a b"]. A pipeline inside a pipeline has its own elements: | as a
        names the outer one. A resource has .type .id .links .meta and its fields.
        """),
    Topic(
      name: "operators",
      aliases: [
        "and", "or", "not", "in", "=~", "..", "??", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%",
      ],
      text: """
        + - * / %   == != < <= > >=   in   =~ (a pattern)   and or not   ??   .. and parentheses.
        Both operands must have one type; and, or and not take booleans. / of integers is an integer if there is no remainder.
        x ?? y is y if x is null, 1..4 is the integers from 1 to 4, x in [1, 2] tests membership, "ab" =~ /^a/ a pattern.
        """),
    Topic(
      name: "names", aliases: ["_", "args", "variables"],
      text: """
        let x = ... names a value; a bare word is a name, text is in quotes. _ is the last value of the top level. args is the
        list of arguments after FILE, var("limit") reads --var limit=5, env("HOME") the environment. A name from a block ends
        with the block; let with a visible name assigns to it. vars lists the names.
        """),
    Topic(
      name: "blocks", aliases: ["do", "end", "else", "rescue"],
      text: """
        for, while, if, try, def and each have a block: do, statements, end. if ... do ... else ... end has two, and else if
        chains; try do ... rescue NAME ... end runs the second block if the first fails. break leaves the nearest for or while,
        continue starts its next element; neither works across each.
        """),
    Topic(
      name: "resources", aliases: ["resource", "page", "stream", "identifier"],
      text: """
        A resource has .type .id .links .meta, and its attributes and relationships as fields; .attributes and .relationships
        tell two fields of one name apart. A relationship that was not included is an identifier: .type and .id.
        A page is the result of index: a list, with .items .meta .links and .pagination, which is null or has first last next
        previous and total-size. Printing or counting a page with a next page adds a note.
        A stream has all pages and reads them as they are needed; in a variable it sends its requests again at each use.
        """),
    Topic(
      name: "pipelines", aliases: ["|"],
      text: """
        HEAD | STAGE | STAGE: the head's elements flow through the stages, a page at a time, as they are needed. A pipeline
        that changes data, writes a file or runs a block runs to its end immediately. A line that ends with | continues on the
        next line. The value of a statement at the top level is printed.
        """),
    Topic(
      name: "errors", aliases: ["kinds"],
      text: """
        An error has .kind .message .errors .place .seed; try ... rescue e catches it, except refusals, limits and Ctrl-C.
        .seed is the Elixir library's name for the kind. help KIND explains a kind and what to do.
        """),
    Topic(
      name: "pools", aliases: ["pool", "RETORT_POOL_KEY", "RETORT_POOL_META", "systemd"],
      text: """
        workers: "NAME" lets a pool of workers send the changes of a sink or of destroy-all. A worker is a program, on any
        machine that reaches the broker:

          export RETORT_POOL_KEY="$(openssl rand -hex 32)"   # the same for all workers and for who asks them
          retort work amqp://guest:guest@localhost/ --pool night --allow posts
          retort work --status amqp://guest:guest@localhost/ --pool night

        Requests and replies are signed with the secret; what is not, or is for a queue without --allow, is refused, counted and
        logged. Secret members of meta, such as a token, are not in the requests: workers take them from RETORT_POOL_META, as
        '{"token": "..."}'. SIGTERM ends a worker after its chunk of at most 200 changes. If a worker is lost, another one looks
        up the changes of its chunk, and sends what it does not find and may be repeated. A unit for systemd:

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
    Topic(
      name: "files",
      text: """
        The suffix chooses the format of read and write: .ndjson .json .csv .tsv .txt (lines); as: "csv" overrides it. "-" is
        standard input for read and standard output for write. A file that is not UTF-8, or a JSON object with a key twice, is
        an error; a byte order mark is ignored, also in a script. write replaces the file completely or not at all. read returns
        exactly what write wrote; write refuses values that can't be read back, such as a .txt line with a line end. Files are
        read in constant memory, as they are needed.

        The first line of csv and tsv names the columns. Cells are strings: null is written as "", a list as JSON. A cell with
        the separator, a quote or a line end is in quotes, with each quote doubled. Empty lines are skipped. Lines end in LF or
        CRLF, or all of them in CR.
        """),
    Topic(
      name: "addresses",
      aliases: [
        "amqp", "amqps", "embedded", "RETORT_URL", "heartbeat", "connection_timeout", "frame_max", "cacertfile",
        "certfile", "keyfile", "verify", "server_name_indication",
      ],
      text: """
        amqp://USER:PASSWORD@HOST:5672/VHOST is a broker. embedded:blog (a sample) and embedded:FILE.sqlite (your database) are
        a service inside the program, without a broker. connect without an address uses RETORT_URL. In user and password write
        / as %2F, @ as %40, ? as %3F, # as %23, % as %25 and a space as %20. No path, or /, is the vhost /. Connections to one
        URI share a socket. connect with the URI and name of an open connection returns that one; a URI without its password,
        or with *** for it, means the open connection of its user.

        After ?, separated by &: heartbeat=30 (seconds between heartbeats; 0 for none), connection_timeout=5000 (milliseconds to
        connect and log in), frame_max=131072 (the largest frame, in bytes).

        amqps:// (port 5671) verifies the broker's certificate and its name. It has these parameters, with files in PEM:
        cacertfile= (trusted authorities, instead of the system's), certfile= and keyfile= (your certificate and its key, which
        is not encrypted), verify=verify_none (no verification), server_name_indication= if the certificate's name is not the
        host.
        """),
    Topic(
      name: "losses", aliases: ["lost", "blocked", "reconnect", "silence"],
      text: """
        A lost connection reconnects automatically, with growing pauses; notes report the loss and the return. Reads in flight
        are sent again within their timeout. A change in flight ends as unknown; a change that was not sent yet is sent.
        A broker that is low on memory or disk space accepts no messages; notes report when that begins and ends. Waiting
        requests are sent afterwards, unless their timeout expired. If no reply comes, the error describes the queue, its
        consumers, and whether a change can still be carried out.

        The broker confirms each change. A change that it refuses, since the queue is full or the user may not publish, fails
        immediately and was not carried out. A change without a reply is unknown, whether it was confirmed or not; if its reply
        or the broker's refusal arrives later, a note reports the outcome.

        A broker delivers a request again when the service that took it died before it acknowledged it. retort serve keeps
        the answers to its last 10,000 changes in its database, in the table retort_answers, and makes none of them twice.
        Other services may: a create is then carried out twice and answered once. Count what a run of creates made where
        its service died meanwhile; a note says where the queue was without a consumer during the creates of a statement. A
        service that does not acknowledge, as carrot_rpc, loses the request instead.
        """),
    Topic(
      name: "program",
      aliases: ["status"],
      text: """
        Program options come before FILE; arguments after it are args. An argument that begins with - needs -- before it, and
        arguments that the script does not read are an error. Exit status: 0 done, 1 failed, 2 wrong usage or script, 3 assert,
        4 no connection or route, 5 some elements of a bulk change failed, 6 refused, 130 interrupted, 143 terminated. If
        standard output is closed early, it is 1 if the rest of the script changes data, writes or asserts, else 0.
        Ctrl-C, SIGTERM and SIGHUP stop the run: reads end immediately, no more changes are sent, and changes in flight wait for
        their replies until their timeout. A second signal stops immediately: changes in flight are unknown. At the prompt a
        third one ends the program, if a statement does not stop.

        On a terminal, control characters, direction marks and invisible characters of data are shown as escapes: ESC as
        \\u{1b}, in JSON as \\u001b. A pipe or a file gets them unchanged. At a terminal, an empty result prints 0 rows.
        """),
  ]
}
