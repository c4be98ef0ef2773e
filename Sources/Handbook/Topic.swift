/// A matter that has no word of its own in the language, and its page in `help`.
struct Topic: Sendable {
  var name: String
  /// Further words that lead to it.
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
        Nothing converts by itself: int("5"), string(5). Numbers keep their digits, however many they are.
        Whole numbers of any size and decimals are added, subtracted, multiplied and compared exactly.
        """),
    Topic(
      name: "times",
      text: """
        A time is an instant, kept to the nanosecond. now() is this one, ago(30d) one before it, time(TEXT) reads RFC 3339
        (2026-01-31T12:00:00+02:00; a bare date is its midnight in UTC) and time(TEXT, "%d.%m.%Y") other text; date(TIME) and
        date(TIME, "%d.%m.%Y") write the day, or what the letters %Y %m %d %H %M %S %z say, in UTC. A time prints and is sent as
        RFC 3339 in UTC. time - time is a duration, time + 1d a time. What a service sends is text: time(.inserted-at) < ago(30d).
        """),
    Topic(
      name: "text",
      text: #"""
        x[0..9] is the first ten code points of a text, x[3] the fourth, x[-3..-1] the last three.
        "..." with \n \t \" \\ \u0041 as in JSON; \(EXPRESSION) puts a value in. + joins two strings.
        A text is a sequence of Unicode code points in all that counts, cuts, compares or searches, as in JSON: "\r\n" is
        two, and an é of one code point is not the é of two. Order goes by code point.
        """#),
    Topic(
      name: "patterns", aliases: ["pattern"],
      text: #"""
        /.../ with the flags i (letter case), m (^ and $ at each line), s (. takes a newline too) and x (spaces and # comments
        are left out). The syntax is that of Perl, as PCRE2 has it: classes, groups, lookaround, \p{L}, (?<name>...).
        A pattern matches by code point; \d \w \s \b are ASCII, and i folds letter by letter. text =~ /a/ and
        matches(text, /a/) search anywhere: ^ and $ hold it to the ends. capture gives the groups of the first match; in the
        last argument of replace $1 to $9 are groups and $$ is a dollar. split takes a pattern too. A pattern that takes too
        many steps on a text, as (a+)+$ may, is an error of kind limit.
        """#),
    Topic(
      name: "completion", aliases: ["Tab", "learning"],
      text: """
        Tab offers what can stand at the cursor: words, options that are not given and their values, variables, fields of what
        flows there, keys of filter:, fields: and records, paths of include:, names for sort:, values of fields that have few,
        ids seen lately, queues, addresses and files. A second Tab lists them, up to 30 with a note. It sends nothing: fields
        are learned from replies, and kept for the next session in ~/.local/state/retort/schema (RETORT_SCHEMA names another
        directory, empty for none), values and ids only with set learn-values: true. describe shows what is known of a
        client's type, queues the queues, template a create with every field, and forget removes it all.
        """),
    Topic(
      name: "fields", aliases: [".", "?.", "?[", "it", "element"],
      text: """
        x.name reads a field and is an error where there is none; x?.name gives null; x ?? y gives y for null.
        In a stage .name is a field of the element that flows, and it is the element. x[0] is the first, x[-1] the
        last, x[0..2] the first three. x[key] reads a record by text or an integer, x?[key] gives null where there is
        none, and {[key]: 1} makes one. A pipeline in a pipeline has elements of its own: | as a names the outer one. A resource has .type .id .links .meta and its fields.
        """),
    Topic(
      name: "operators",
      aliases: [
        "and", "or", "not", "in", "=~", "..", "??", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%",
      ],
      text: """
        + - * / %   == != < <= > >=   in   =~ (a pattern)   and or not   ??   .. and parentheses.
        Both sides must be of one type; and, or and not take booleans. / of whole numbers that leaves no rest is whole.
        x ?? y gives y where x is null, 1..4 is the numbers from 1 to 4, x in [1, 2] looks a value up, "ab" =~ /^a/ a pattern.
        """),
    Topic(
      name: "names", aliases: ["_", "args", "variables"],
      text: """
        let x = ... gives a value a name; a bare word is a name, text is quoted. _ is the last value of the top level. args
        is the list of what stands after FILE, var("limit") reads --var limit=5, env("HOME") the environment. A name made
        in a block ends with it; let of a name that is there gives that another value. vars lists them.
        """),
    Topic(
      name: "blocks", aliases: ["do", "end", "else", "rescue"],
      text: """
        for, while, if, try, def and each have a block: do, statements, end. if ... do ... else ... end has two, and else if
        goes on; try do ... rescue NAME ... end runs the second where the first fails. break leaves the nearest for or
        while, continue goes on with its next element; neither leaves each.
        """),
    Topic(
      name: "resources", aliases: ["resource", "page", "stream", "identifier"],
      text: """
        A resource has .type .id .links .meta, and its attributes and relationships as fields; .attributes and
        .relationships say which is meant. A relationship that was not included is an identifier: .type and .id.
        A page is what index gives: a list, with .items .meta .links and .pagination, which is null or has first last next
        previous and total-size. Printing or counting one that has a next one adds a note.
        A stream has all pages and reads them as they are needed; kept in a variable it is asked anew at each use.
        """),
    Topic(
      name: "pipelines", aliases: ["|"],
      text: """
        HEAD | STAGE | STAGE: the head's elements flow through the stages, a page at a time, as they are asked for.
        A pipeline that changes data, writes a file or runs a block runs to its end where it stands. A line that
        ends with | goes on in the next. What a statement at the top level gives is printed.
        """),
    Topic(
      name: "errors", aliases: ["kinds"],
      text: """
        An error has .kind .message .errors .place .seed; try ... rescue e catches it, except refusals, limits and
        Ctrl-C. .seed is the word that the Elixir library has for it. help KIND says what to do about one of a kind.
        """),
    Topic(
      name: "bulk",
      text: """
        Consent: destroy-all, a destroy sink, and a destroy in a loop ask at a terminal; the number that is typed is the
        limit, and Ctrl-C or another answer means no. Elsewhere they need confirm: true or --yes. connect guard:
        "confirm" asks whatever a script says, guard: "read-only" takes no change.
        Before: dry-run: true and --dry-run show changes and send none. max: N refuses to begin with more. backup:
        "b.ndjson" keeps each resource as it was; help backup says how to put it back.
        During: in-flight: N at once, rate: N a second, throttle: {depth: 50, p95: 200ms} waits while the queue is deep or
        the service slow. The first failure stops a sink, and what is in flight is counted; on-error: "continue" continues,
        halt: 10 or halt: "3%" stops at so many failures, retry: N repeats what failed in passing and may be repeated. What
        is being streamed can't be changed: put | collect before the change.
        After: what is unknown is looked up (verify: false does not). failed: "bad.ndjson" has each element that failed, was
        refused or is unknown, with its error and, as source, the element at the pipeline's head: read "bad.ndjson" | map
        .source | ... runs them again. --summary json writes the counts for a program.
        journal: "x.journal" records each change before it leaves, so that the same statement after a stop does the rest
        and does nothing twice; create needs key: for it. What was in flight is looked up, and is unknown if it is not
        found: settle: 60s says how long the service may hold a request, unknown: "retry" or "skip" what to do with it.
        retort journal x.journal shows it, and settles what a person knows.
        """),
    Topic(
      name: "files",
      text: """
        read and write go by the suffix: .ndjson .json .csv .tsv .txt (lines); as: "csv" says otherwise. "-" is
        standard input, and of write standard output. A file that is not UTF-8, or has a key twice in an object of JSON, is
        an error; a byte order mark is passed over, also before a script. write makes the whole file or none. What it
        makes, read gives back, or write refuses it: a line of .txt is a string without a line's end. Files are read as
        they are needed, so that their size does not matter.

        The first line of csv and tsv names the columns. Cells are strings: null is written as "", a list as JSON. A cell
        that holds the separator, a quote or a line's end stands in quotes, with each quote doubled. Empty lines are passed
        over. Lines end in LF or CRLF, or all of them in CR.
        """),
    Topic(
      name: "addresses",
      aliases: [
        "amqp", "amqps", "embedded", "RETORT_URL", "heartbeat", "connection_timeout", "frame_max", "cacertfile",
        "certfile", "keyfile", "verify", "server_name_indication",
      ],
      text: """
        amqp://USER:PASSWORD@HOST:5672/VHOST, embedded:blog (a sample), or embedded:FILE.sqlite (a database of yours):
        the same service inside the program, no broker needed. connect without one takes RETORT_URL. In user and
        password / is written %2F, @ %40, ? %3F, # %23, % %25 and a space %20. No path, or /, is the vhost /. Links of one
        URI share a socket.

        After ?, joined with &: heartbeat=30 (seconds between signs of life; 0 for none), connection_timeout=5000
        (milliseconds to connect and log in), frame_max=131072 (the largest frame, in bytes).

        amqps:// (port 5671) checks the broker's certificate and its name. Further after ?, files in PEM: cacertfile= (who
        is trusted, instead of the system's authorities), certfile= and keyfile= (your own certificate and its key, which
        is not encrypted), verify=verify_none (no check), server_name_indication= where the name is not the host's.
        """),
    Topic(
      name: "losses", aliases: ["lost", "blocked", "reconnect", "silence"],
      text: """
        A connection that is lost is opened again by itself, with growing pauses; a note says that it is lost, and one that it
        is back. Reads in flight are sent again within their time; a change in flight ends as unknown, one that had not
        left is sent. A broker that is short of memory or disk takes no messages: a note says so, and another that it takes
        some again; what is asked meanwhile waits, and what was not sent when its time is up never is. Where no reply
        comes, the error says what the queue holds, who takes from it, and whether a change may still be carried out.

        The broker confirms each change. One that it refuses, since the queue is full or the user may not publish, fails
        at once and was not carried out. One without a reply is unknown, whether it was confirmed or not: a note tells
        what became of it where its reply, or the broker's refusal, comes late.

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
        Program options come before FILE; what comes after it is args. A word there that begins with - needs -- before
        it, and arguments that the script does not read are an error. Exit status: 0 done, 1 failed, 2 wrong usage or
        script, 3 assert, 4 no connection or route, 5 some elements of a bulk change failed, 6 refused, 130 interrupted,
        143 terminated. Where standard output is closed early it is 1 if what was left changes data, writes or asserts,
        else 0. Ctrl-C, SIGTERM and SIGHUP stop what runs: reads end at once, no change is sent any more, and
        those in flight wait for their replies as long as their time allows. The second one leaves at once: what is in
        flight is unknown (at the prompt the third ends the program, should a statement not listen).

        A terminal gets control characters, marks of direction and invisible characters of data as escapes: ESC as \\u{1b},
        in JSON as \\u001b. A pipe or a file gets them as they are. An empty result at a terminal says 0 rows.
        """),
  ]
}
