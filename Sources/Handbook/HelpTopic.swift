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
        These are the kinds of values:

          null                no value
          true, false         booleans
          42, 1.10            numbers
          "text"              texts, also called strings
          10s                 durations, in the units ms, s, m, h and d
          [1, 2]              lists
          {a: 1}              records
          1..10               ranges
          /^a/                patterns

        Times, resources, pages and streams are values too. You can write any JSON text as a value.

        Operators, conditions and options never convert a value to another type implicitly. To convert text to an \
        integer, use the function int, as in int("5"). To convert a value to text, use the function string, as in \
        string(5). Where a text is made from values, they are converted like this: in \\(EXPRESSION) inside a text, in \
        `print`, in the function `join`, and in the cells of a file.

        Numbers keep all their digits. Sums, differences, products and comparisons are exact, for decimals and for \
        integers of any size.
        """),
    HelpTopic(
      name: "times",
      text: """
        A time is a point in time, exact to the nanosecond.

          now()                    the current time
          ago(30d)                 the time 30 days ago
          time(TEXT)               the time in a text of the format RFC 3339
          time("2026-01-31")       midnight of this day in UTC
          time(TEXT, "%d.%m.%Y")   the time in a text of another format
          date(TIME)               the day as text, in UTC
          date(TIME, "%d.%m.%Y")   the time as text in another format, in UTC

        An example of the format RFC 3339 is "2026-01-31T12:00:00+02:00". A text without an offset, such as \
        "2026-01-31T12:00:00", is a time in UTC. In a format, %Y is the year, %m the month, %d the day, %H the hour, \
        %M the minute, %S the second, %z the offset from UTC, and %% a percent sign.

        A time is printed and sent in the format RFC 3339, in UTC. The difference of two times is a duration. A time \
        plus or minus a duration is a time. Services send times as text. Before you compare such a text with a time, \
        convert the text: time(.inserted-at) < ago(30d).
        """),
    HelpTopic(
      name: "text",
      text: #"""
        Text stands in double quotes. The escapes are those of JSON, such as \n \t \" \\ \u0041. In a text, \#
        \(EXPRESSION) inserts the value of the expression. The operator + joins two texts.

          x[0..9]     the first ten code points of the text x
          x[3]        the fourth code point
          x[-3..-1]   the last three code points

        Every operation that counts, cuts, compares or searches text uses Unicode code points. So "\r\n" has two code \#
        points. The letter é can have two forms: one code point, or the letter e and an accent. These two forms are not \#
        equal. Text is sorted by code points.
        """#),
    HelpTopic(
      name: "patterns", aliases: ["pattern"],
      text: #"""
        A pattern is a regular expression between slashes. Letters can follow the second slash, as in /^post/i:

          i   the case of letters is ignored
          m   ^ and $ match at the beginning and end of each line
          s   the dot matches a newline too
          x   spaces and # comments in the pattern are ignored

        The syntax is that of PCRE2 and Perl: classes, groups, lookaround, \p{L}, (?<name>...). A pattern matches \#
        code points. \d \w \s \b match only ASCII characters. Also with the letter i, one letter never matches two \#
        letters, so ß does not match SS.

        The expressions text =~ /a/ and matches(text, /a/) search the whole text for a match. Without the letter m, ^ \#
        matches only at the beginning of the text, and $ matches only at the end. The function `capture` returns the \#
        groups of the first match. In the last argument of the function `replace`, $1 to $9 mean the groups, and $$ \#
        means the character $. The function `split` accepts a pattern too. For some texts, a pattern such as (a+)+$ \#
        needs too many steps. The search then ends with an error of the kind limit.
        """#),
    HelpTopic(
      name: "completion", aliases: ["Tab", "learning"],
      text: """
        Tab completes words of the language, options and their values, variables, queues, addresses and files. In a \
        stage, Tab also completes the fields of the element. In the options filter: and fields:, Tab completes the \
        keys of the record. In the options include: and sort:, Tab completes the names of relationships and fields. \
        Tab also completes a key in brackets after a record, as in row["email"].

        Tab completes ids from recent replies. If a field has only a few different values, Tab completes these values. \
        In a pipeline that begins with read "FILE", Tab completes the columns of the file. Where text is needed, Tab \
        inserts the quotes. A second Tab lists the candidates. If there are at most 30 candidates, most of them have a \
        description.

        Completion sends no request. retort learns the fields of a type from replies, or from the tables of an \
        embedded service. retort stores the fields in the directory ~/.local/state/retort/schema, or in the directory \
        that RETORT_SCHEMA names. If RETORT_SCHEMA is empty, nothing is stored. After the statement set learn-values: \
        true, retort also stores values and ids.

        Four commands use what retort has learned:

          describe   lists the fields of a client's type
          queues     lists the queues that clients have used
          template   writes a create statement with the fields of a type
          forget     deletes what was learned
        """),
    history, environment,
    HelpTopic(
      name: "fields", aliases: [".", "?.", "?[", "it", "element"],
      text: """
        A missing field or element is an error. With a question mark, a missing field is null:

          x.name       the field "name" of x
          x?.name      the field "name" of x, or null if the field is missing
          x ?? y       x, or y if x is null
          it           in a stage, the current element
          .name        in a stage, the field "name" of the element
          x[0]         the first element of the list x
          x[-1]        the last element of the list x
          x[0..2]      the first three elements of the list x
          x["a b"]     a field whose name has a space or a special character
          x[key]       the field of the record x whose name is the value of key
          x?[key]      this field, or null if the field is missing
          {[key]: 1}   a record with one field, whose name is the value of key

        A pipeline inside another pipeline has its own elements. To use an element of the outer pipeline inside the \
        inner pipeline, first name this element. For example, | as post gives it the name post (see help as).

        The fields of a resource are .type .id .links .meta, its attributes and its relationships.
        """),
    HelpTopic(
      name: "operators",
      aliases: [
        "and", "or", "not", "in", "=~", "..", "??", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%",
      ],
      text: """
        The operators are:

          + - * / %       arithmetic; 7 / 2 is 3.5, and 6 / 2 is the integer 3
          == != < <=      comparison; > and >= too
          and or not      logic
          x ?? y          x, or y if x is null
          1..4            the range of the integers from 1 to 4
          x in [1, 2]     whether the list contains x
          "ab" =~ /^a/    whether the text matches the pattern
          "a" + "b"       "ab"; + also joins two lists or two records

        Parentheses group expressions, as in 2 * (1 + 2).

        The operands of an arithmetic operator or a comparison must have the same type. There are three exceptions. \
        You can add a duration to a time, or subtract it from a time. You can multiply or divide a duration by a \
        number. You can compare any value with null by == and !=. The logical operators (and, or, not) take booleans.

        Two resources are equal if they have the same type and id, also if their other fields differ. This applies to \
        ==, !=, in, `unique` and `group`, and to resources in lists and records. To compare the contents of a and b, \
        write json(a) == json(b). For two lists, write (diff a b key: .id) == [], or print the differences with \
        diff a b key: .id.
        """),
    HelpTopic(
      name: "names", aliases: ["_", "args", "variables"],
      text: """
        A word without quotes is a name, and text is in quotes:

          let x = 5       assigns the value 5 to the name x
          _               the last value of a statement outside all blocks
          args            the list of the arguments after the script's file name
          var("limit")    the value of the program option --var limit=5
          env("HOME")     the value of the environment variable HOME

        A name that is defined in a block does not exist after the block. If a name already exists, the statement \
        `let` gives it a new value, and defines no new name. The command `vars` lists the names.
        """),
    HelpTopic(
      name: "blocks", aliases: ["do", "end", "else", "rescue"],
      text: """
        A block is the word `do`, then statements, then the word `end`. The following statements, and the stage \
        `each`, have blocks:

          if X do ... else if Y do ... else ... end
          for x in LIST do ... end
          while CONDITION do ... end
          watch 2s do ... end
          try do ... rescue e ... end
          def NAME(a) do ... end
          LIST | each do ... end

        If the first block of `try` fails, the second block runs, and e is the error. The statement `break` ends the \
        innermost loop, which is a `for`, `while` or `watch`. The statement `continue` starts the next iteration of \
        this loop. In the block of the stage `each`, `break` and `continue` work only in a loop inside this block.
        """),
    HelpTopic(
      name: "resources", aliases: ["resource", "page", "stream", "identifier"],
      text: """
        A resource has the fields .type .id .links .meta, and a field for each attribute and each relationship. If an \
        attribute and a relationship have the same name, write .attributes.NAME or .relationships.NAME. With the \
        option include: "author", the field .author is the whole resource of the author. A relationship that is not \
        included has only .type and .id. Such a value is called an identifier. A record with the fields type and \
        attributes, or type and relationships, is a resource too, whether a script contains the record or a file does. \
        The operator == compares only the type \
        and the id of two resources. To compare their contents, see help operators.

        The command `index` returns a page. A page is a list with the fields .items .meta .links and .pagination. The \
        field .pagination is null, or has the fields first, last, next, previous and total-size. When you print or \
        count a page, a note tells you if there is a next page.

        The command `stream` returns the resources of all pages. It reads a page only when the page is needed. If a \
        variable contains a stream, each use of the variable sends the requests again.
        """),
    HelpTopic(
      name: "pipelines", aliases: ["|"],
      text: """
        A pipeline has the form HEAD | STAGE | STAGE. The head is a value or a command. The first stage processes the \
        elements of the head. Each later stage processes the results of the previous stage. By default, a pipeline \
        reads its elements page by page, when the elements are needed. A pipeline that changes data, writes a file or \
        has a block runs immediately, and processes all elements. If a line ends with |, the pipeline continues on the \
        next line. Outside all blocks, the value of a pipeline is printed.
        """),
    HelpTopic(
      name: "errors", aliases: ["kinds", "partial", "unfinished"],
      text: """
        An error ends the statement. The statement try do ... rescue e ... end catches errors. It does not catch \
        errors of the kinds refused, limit and interrupted. The error e has these fields:

          e.kind      the kind of the error, such as not-found (see help not-found)
          e.message   the text of the error
          e.errors    the list of the service's error objects
          e.place     the place of the error: FILE:LINE:COLUMN
          e.seed      the name of this kind of error in the Elixir library Calcinator

        In the file of --report, an error can also have the kind partial or unfinished (see help --report).
        """),
    pools,
    HelpTopic(
      name: "files",
      text: """
        The command `read` and the stage `write` take the format of a file from its suffix: .ndjson, .json, .csv, .tsv \
        or .txt. A .txt file contains lines of text. The option as: "csv" selects the format csv for a file with any \
        suffix. The file name "-" means standard input for `read`, and standard output for `write`. A file that is not \
        UTF-8 is an error, and so is a JSON object with a duplicate key. At the beginning of a file or a script, a \
        byte order mark is ignored.

        The stage `write` replaces the file completely or not at all. From a .json or .ndjson file, the command `read` \
        returns the values that were written, but times and durations become strings. From a .csv or .tsv file, the \
        command returns each cell as a string. Some values can't be stored in a format, for example a string with a \
        line end in a .txt file. The stage `write` refuses such a value. If an element is a resource, the stage writes \
        only the types and ids of its related resources, even with the option include:.

        The command `read` reads a file in parts, when the records are needed. So a large file needs little memory. \
        But a .json file is read as a whole, and has at most 256 MiB. For more data, use .ndjson. In the other \
        formats, a line or a row has at most 256 MiB. If another program shortens a file while it is read, the read \
        ends with an error. Standard input and other pipes can be read only once. To use their records several times, \
        write let rows = read "-" as: "csv" | collect.

        The first line of a .csv or .tsv file names the columns. All cells are strings. The value null is written as \
        an empty cell, and a list is written as JSON. An empty list is written as an empty cell, and related resources \
        are written as their ids with spaces between them, such as 1 1001 2001. If a cell contains the separator, a quote or a line end, the \
        cell is written in quotes. Each quote in such a cell is doubled.

        Empty lines are skipped, except in .txt files. Lines can end in LF or CRLF. In a .csv or .tsv file, all lines \
        can also end in CR. If the separator of a csv file is not the comma, use the option separator:, as in separator: \
        ";".
        """),
    HelpTopic(
      name: "addresses",
      aliases: [
        "amqp", "amqps", "embedded", "RETORT_URL", "heartbeat", "connection_timeout", "frame_max", "cacertfile",
        "certfile", "keyfile", "verify", "server_name_indication",
      ],
      text: """
        The address of a connection is a URI:

          amqp://USER:PASSWORD@HOST:5672/VHOST    a broker
          amqps://USER:PASSWORD@HOST:5671/VHOST   a broker over TLS
          embedded:blog                           a sample service in the program
          embedded:FILE.sqlite                    your database as a service

        Without a URI, the command `connect` uses the URI in RETORT_URL. Embedded services need no broker. If the URI \
        has no user, retort logs in as guest with the password guest. If the URI has no path, or the path /, the vhost \
        is /. In the user and the password, write / as %2F, @ as %40, ? as %3F, # as %23, % as %25 and a space as %20.

        When retort opens a database file, it sets the WAL mode of SQLite, and creates missing indexes for references \
        to other tables. It does this also with guard: "read-only", --dry-run and retort doctor. To keep a file \
        unchanged, use a copy.

        Connections with the same URI share a socket. If a connection with the same URI and name is open, `connect` \
        returns this connection. You can then write the URI without the password, or with *** as the password.

        Parameters follow a ? and are separated by &, as in amqp://localhost/?heartbeat=30&frame_max=131072:

          heartbeat=30              the seconds between heartbeats; 0 turns them off
          connection_timeout=5000   the maximum time to connect and log in, in ms
          frame_max=131072          the maximum size of a frame, in bytes

        With amqps://, retort verifies the certificate of the broker, and that it is a certificate for HOST. A URI \
        with amqps:// has five more parameters. The files have the format PEM:

          cacertfile=FILE               authorities to trust, not those of the system
          certfile=FILE                 your certificate
          keyfile=FILE                  the key of your certificate, no password
          verify=verify_none            accepts any certificate
          server_name_indication=NAME   the name in the certificate, if it is not HOST
        """),
    HelpTopic(
      name: "losses", aliases: ["lost", "blocked", "reconnect", "silence"],
      text: """
        When a connection is lost, retort tries to open the connection again. The pauses between the attempts grow. \
        Notes report the loss and the new connection. Reads that were in flight are sent again, until their timeout \
        expires. The outcome of a change that was in flight is unknown, because the service may have carried out the \
        change. A change that was not yet sent is sent on the new connection.

        A broker that is low on memory or disk space accepts no messages. Notes report when this state begins and \
        ends. Requests wait for the end of this state, but at most until their timeout expires. If no reply arrives, \
        the error describes the queue and its consumers. If the request is a change, the error also says whether the \
        service can still carry out the change.

        The broker confirms each change that it accepts. The broker can also refuse a change, for example because the \
        queue is full, or because the user may not publish. A refused change fails immediately. With the option \
        retry:, retort sends a refused destroy or update again. It does not send a refused create again, because the \
        broker may have stored the message nevertheless. The outcome of a change without a reply is unknown, even if \
        the broker confirmed the change. If the service's reply or the broker's refusal arrives later, a note reports \
        the outcome.

        If a service dies before it acknowledges a request, the broker delivers the request again. Some services then \
        carry out a create twice, and send only one reply. If a queue lost its consumer while a statement created \
        resources, a note names the queue. In this case, count the created resources, because some may exist twice. \
        The program retort serve carries out no change twice. For this, it stores the replies to the last 10,000 \
        changes in the table retort_answers of its database.

        Some services do not acknowledge requests, for example services that use the library carrot_rpc. The broker \
        delivers each request to such a service only once. If such a service dies, the request is lost.
        """),
    HelpTopic(
      name: "program",
      aliases: ["status"],
      text: """
        Program options come before FILE. The script gets the arguments after FILE in the variable `args`, a list of \
        strings. If an argument begins with -, write -- before the argument. If the script does not use this variable, \
        any argument after FILE is an error.

        The exit status is:

          0     everything succeeded
          1     a statement failed
          2     wrong usage, or an error that was found before the script ran
          3     the condition of an assert was false
          4     no connection, no queue of this name, or the broker refused access
          5     in a bulk change, some changes failed, were refused or are unknown
          6     a statement was refused: a guard, a limit, no confirmation
          129   SIGHUP ended the run
          130   Ctrl-C ended the run
          143   SIGTERM ended the run

        If standard output is closed early, as in retort FILE | head, retort skips the rest of the script. The exit \
        status is 1 if a skipped statement changes data, writes a file or is an assertion. Otherwise the exit status \
        is 0. The same applies to the rest of a statement that the closed output interrupts (see help closed).

        Ctrl-C, SIGTERM and SIGHUP stop the run. Reads end immediately, and no more changes are sent. The program \
        waits for the replies to the changes in flight, but at most until their timeout expires. A second signal ends \
        this wait, and a script then ends within two seconds. In this case, retort does not know whether the service \
        carried out the changes in flight, and counts them as unknown. At the prompt, a third signal ends the program \
        if the statement still does not stop. If the same signal arrives twice within 100 ms, it counts once.

        At a terminal, control characters, direction marks and invisible characters in data are shown as escapes. For \
        example, ESC is shown as \\u{1b}, and in JSON as \\u001b. A pipe or a file gets these characters unchanged. At a \
        terminal, the line "0 rows" means that the result is empty.
        """),
  ]
}
