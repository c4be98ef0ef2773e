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
        Values are null, true, false, numbers, "text", durations such as 10s, [lists], {records}, ranges such as 1..10, \
        and /patterns/. Any JSON text is a value. Times, resources, pages and streams are values too. The units of a \
        duration are ms, s, m, h and d.

        retort never converts a value to another type implicitly. int("5") converts text to an integer, and string(5) \
        converts a number to text.

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
          date(TIME, "%d.%m.%Y")   the time as text of another format, in UTC

        An example of the format RFC 3339 is "2026-01-31T12:00:00+02:00". \
        In a format, the letters mean %Y year, %m month, %d day, %H hour, %M minute, %S second, %z offset from UTC.

        A time is printed and sent in the format RFC 3339, in UTC. A time minus a time is a duration. A time plus a \
        duration is a time, and a time minus a duration is a time. Services send times as text. Before you compare this \
        text with a time, convert the text: time(.inserted-at) < ago(30d).
        """),
    HelpTopic(
      name: "text",
      text: #"""
        Text stands in double quotes. The escapes are those of JSON, such as \n \t \" \\ \u0041. \(EXPRESSION) inserts a \#
        value. The operator + joins two texts.

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
          m   ^ and $ match at each line
          s   the dot matches a newline too
          x   spaces and # comments in the pattern are ignored

        The syntax is that of PCRE2 and Perl: classes, groups, lookaround, \p{L}, (?<name>...). A pattern matches code \#
        points. \d \w \s \b match only ASCII characters. With the letter i, letters are compared one by one, so ß does \#
        not match SS.

        The expressions text =~ /a/ and matches(text, /a/) search the whole text for a match. Without the letter m, ^ \#
        matches only at the beginning of the text, and $ matches only at the end. The function `capture` returns the \#
        groups of the first match. In the last argument of the function `replace`, $1 to $9 insert groups, and $$ inserts \#
        the character $. The function `split` accepts a pattern too. A pattern that takes too many steps on a text, such \#
        as (a+)+$, raises an error of the kind limit.
        """#),
    HelpTopic(
      name: "completion", aliases: ["Tab", "learning"],
      text: """
        Tab completes the word at the cursor: a word of the language, an option or its value, a variable, a field of the \
        element, a queue, an address or a file. In filter: and fields:, Tab completes the keys of the record. In \
        include: and sort:, Tab completes the names. Tab also completes a key in brackets after a record, as in \
        row["email"].

        Tab completes ids from recent replies. If a field has few values, Tab completes these values. In the stages \
        after read "FILE", Tab completes the columns of the file. Where text is needed, Tab inserts the quotes. A second \
        Tab lists the candidates. If there are at most 30 candidates, each candidate has a description.

        Completion sends no request. retort learns the fields of a type from replies, or from the tables of an embedded \
        service. retort stores the fields in the directory ~/.local/state/retort/schema, or in the directory that \
        RETORT_SCHEMA names. If RETORT_SCHEMA is empty, nothing is stored. Values and ids are stored only after the \
        statement set learn-values: true.

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
        A missing field or element is an error, except after a question mark:

          x.name       the field "name" of x
          x?.name      the field "name" of x, or null if the field is missing
          x ?? y       x, or y if x is null
          it           in a stage, the current element
          .name        in a stage, the field "name" of the element
          x[0]         the first element of the list x
          x[-1]        the last element of the list x
          x[0..2]      the first three elements of the list x
          x["a b"]     a field whose name has a space or a special character
          x[key]       the field of the record x that the value of key names
          x?[key]      this field, or null if the field is missing
          {[key]: 1}   a record with one field, whose name is the value of key

        A pipeline inside a pipeline has its own elements. To read the outer element in the inner pipeline, first name \
        the outer element with the stage `as`, for example | as post (see help as). The fields of a resource are .type .id \
        .links .meta, its attributes and its relationships.
        """),
    HelpTopic(
      name: "operators",
      aliases: [
        "and", "or", "not", "in", "=~", "..", "??", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%",
      ],
      text: """
        The operators are + - * / % == != < <= > >= in =~ and or not ?? .. and parentheses. Examples are:

          7 / 2           3.5, and 6 / 2 is the integer 3
          x ?? y          x, or y if x is null
          1..4            the range of the integers from 1 to 4
          x in [1, 2]     whether the list contains x
          "ab" =~ /^a/    whether the text matches the pattern
          "a" + "b"       "ab"; + also joins two lists or two records

        The operands of an arithmetic operator or a comparison must have the same type. There are three exceptions. A \
        duration can be added to a time or subtracted from a time. A duration can be multiplied or divided by a number. \
        The operators == and != compare any value with null. The logical operators (and, or, not) take booleans.
        """),
    HelpTopic(
      name: "names", aliases: ["_", "args", "variables"],
      text: """
        A word without quotes is a name, and text is in quotes:

          let x = 5       assigns the value 5 to the name x
          _               the value of the last statement outside all blocks
          args            the list of the arguments after the script's file name
          var("limit")    the value of the program option --var limit=5
          env("HOME")     the value of the environment variable HOME

        A name that is defined in a block does not exist after the block. If a name is already visible, the statement \
        `let` assigns to this name and defines no new name. The command `vars` lists the names.
        """),
    HelpTopic(
      name: "blocks", aliases: ["do", "end", "else", "rescue"],
      text: """
        A block is the word `do`, then statements, then the word `end`. These statements, and the stage `each`, have blocks:

          if X do ... else if Y do ... else ... end
          for x in LIST do ... end
          while CONDITION do ... end
          watch 2s do ... end
          try do ... rescue e ... end
          def NAME(a) do ... end
          LIST | each do ... end

        If the first block of `try` fails, the second block runs, and e is the error. The statement `break` ends the \
        innermost loop: a `for`, `while` or `watch`. The statement `continue` starts the next iteration of this loop. In \
        the block of the stage `each`, `break` and `continue` work only in a loop inside this block.
        """),
    HelpTopic(
      name: "resources", aliases: ["resource", "page", "stream", "identifier"],
      text: """
        A resource has the fields .type .id .links .meta, and a field for each attribute and each relationship. If an \
        attribute and a relationship have the same name, write .attributes.NAME or .relationships.NAME. With \
        include: "author", the field .author is the author's whole resource. A relationship that is not included has \
        only .type and .id, and is called an identifier.

        The command `index` returns a page. A page is a list with the fields .items .meta .links and .pagination. The \
        field .pagination is null, or has the fields first, last, next, previous and total-size. If you print or count a \
        page that has a next page, a note says so. The command `stream` returns the resources of all pages, and reads each \
        page only when the page is needed. If a variable contains a stream, each use of the variable sends the requests \
        again.
        """),
    HelpTopic(
      name: "pipelines", aliases: ["|"],
      text: """
        A pipeline has the form HEAD | STAGE | STAGE. The head is a value or a command. The first stage processes the \
        elements of the head, and each later stage processes the results of the stage before. By default, a pipeline \
        reads its elements one page at a time, when the elements are needed. A pipeline that changes data, writes a file \
        or has a block runs immediately and to its end. If a line ends with |, the pipeline continues on the next line. \
        At the top level, outside all blocks, the value of a pipeline is printed.
        """),
    HelpTopic(
      name: "errors", aliases: ["kinds"],
      text: """
        An error ends the statement. The statement try do ... rescue e ... end catches an error, unless its kind is \
        refused, limit or interrupted. The error e has these fields:

          e.kind      the kind of the error, such as not-found (see help not-found)
          e.message   the text of the error
          e.errors    the list of the service's error objects
          e.place     the place of the error: FILE:LINE:COLUMN
          e.seed      the name of the kind in the Elixir library Calcinator
        """),
    HelpTopic(
      name: "pools", aliases: ["pool", "RETORT_POOL_KEY", "RETORT_POOL_META", "systemd"],
      text: """
        A pool is a group of worker programs. The workers can run on any machine that reaches the broker. A statement \
        with the option workers: "NAME" gives its changes to the workers of the pool NAME. These lines make a secret, \
        start a worker of the pool night, and show the workers of the pool:

          export RETORT_POOL_KEY="$(openssl rand -hex 32)"   # the same everywhere
          retort work amqp://guest:guest@localhost/ --pool night --allow posts
          retort work --status amqp://guest:guest@localhost/ --pool night

        A worker gets its changes in chunks of at most 200 changes, and replies after the last change of a chunk. If \
        the service does not reply to a change, the worker waits until the timeout of the change; a short timeout: \
        makes this wait shorter. After retort ctl pause, the workers complete the chunks that they have. Chunks and \
        replies are signed with the secret. A worker refuses a chunk with a wrong signature. A worker with the option \
        --allow posts also refuses chunks for other queues, so all workers of a pool need the same options --allow. \
        The worker logs and counts the refused chunks. Chunks do not contain secret members of meta, such as a token. \
        Workers take these members from RETORT_POOL_META, for example '{"token": "..."}'. After SIGTERM, a worker \
        completes its current chunk, and then ends.

        If a worker is lost, another worker gets the chunk of the lost worker. The new worker waits for 12.5 s plus \
        the timeout of the changes. With the option settle: 60s, this wait is 60 s longer. Then the new worker looks \
        up the changes. If the lookup does not find a change, and a repetition is harmless, the worker sends the \
        change again. If a pool has no worker for 50 s plus the timeout of the changes, or if the broker can't be \
        reached for this time, the statement ends, and no worker carries out its chunks later. If a change may still \
        be sent by a worker after its reply was lost, the statement waits up to 50 s plus the timeout before it looks \
        the change up and reports it. After a second Ctrl-C, it does not wait: check the changes only after this time.

        If the program that runs the statement is lost, the workers complete its chunks, or the chunks expire after 50 \
        s. A later run with the same journal waits until then, and looks up the changes.

        The next lines are a unit for systemd:

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

        The file /etc/retort/night.env sets RETORT_URL, RETORT_POOL_KEY and RETORT_POOL_META. Only root should be able \
        to read this file.
        """),
    HelpTopic(
      name: "files",
      text: """
        The suffix of a file selects its format for read and write: .ndjson, .json, .csv, .tsv or .txt. A .txt file \
        contains lines of text. The option as: "csv" selects the format csv for any suffix. The file name "-" means \
        standard input for read, and standard output for write. If a file is not UTF-8, or if a JSON object has a \
        duplicate key, read fails. A byte order mark is ignored, also in a script.

        The stage `write` replaces the file completely or not at all. The command `read` returns exactly the values that \
        write wrote. From csv and tsv, read returns the same cells, as strings. write refuses a value that read can't \
        return, for example a string with a line end in a .txt file. A file is read in parts, when its records are \
        needed, so a large file needs little memory.

        The first line of csv and tsv names the columns. All cells are strings. null is written as an empty cell, and a \
        list is written as JSON. If a cell contains the separator, a quote or a line end, the cell is written in quotes. \
        Each quote in such a cell is doubled. Empty lines are skipped. Lines can end in LF or CRLF. read also accepts a \
        file in which all lines end in CR. If a csv file has a separator other than the comma, give read the option \
        separator:, such as separator: ";".
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

        connect without a URI uses the URI in RETORT_URL. Embedded services need no broker. If the URI has no path, or \
        the path /, the vhost is /. In the user and the password, write / as %2F, @ as %40, ? as %3F, # as %23, % as %25 \
        and a space as %20.

        Connections with the same URI share a socket. If a connection with the same URI and name is open, connect \
        returns this connection. You can then write the URI without the password, or with *** as the password.

        Parameters follow a ? and are separated by &, as in amqp://localhost/?heartbeat=30&frame_max=131072:

          heartbeat=30              the seconds between heartbeats; 0 means none
          connection_timeout=5000   the milliseconds to connect and log in
          frame_max=131072          the bytes of the largest frame

        With amqps://, retort verifies the broker's certificate, and the name in the certificate. TLS has five more \
        parameters. The files have the format PEM:

          cacertfile=FILE               replaces the system's authorities
          certfile=FILE                 your certificate
          keyfile=FILE                  the certificate's key, without a password
          verify=verify_none            accepts any certificate
          server_name_indication=NAME   the certificate's name, if not HOST
        """),
    HelpTopic(
      name: "losses", aliases: ["lost", "blocked", "reconnect", "silence"],
      text: """
        When a connection is lost, retort tries to open the connection again. The pauses between the attempts grow. \
        Notes report the loss and the new connection. Reads that were in flight are sent again, until their timeout \
        expires. A change that was in flight ends as unknown, because the service may have carried out the change. A \
        change that was not yet sent is sent on the new connection.

        A broker that is low on memory or disk space accepts no messages. Notes report when this state begins and ends. \
        Requests wait until the broker accepts messages again, but at most until their timeout expires. If no reply \
        arrives, the error describes the queue and its consumers. The error also says whether a change can still be \
        carried out.

        The broker confirms each change that it accepts. The broker can also refuse a change, for example because the \
        queue is full, or because the user may not publish. A refused change fails immediately. The option retry: \
        repeats a refused destroy or update, but not a create, because the broker may have stored the refused message \
        nevertheless. A change without a reply is unknown, even if the broker confirmed the change. If the service's \
        reply or the broker's refusal arrives later, a note reports the outcome.

        If a service dies before it acknowledges a request, the broker delivers the request again. Some services then \
        carry out a create twice and send only one reply. If a queue lost its consumer while a statement created \
        resources, a note names the queue. In this case, count the created resources. retort serve makes no change \
        twice: it stores the replies to the last 10,000 changes in the table retort_answers of its database.

        Some services do not acknowledge requests, for example services that use the library carrot_rpc. The broker \
        delivers each request to such a service only once. If such a service dies, the request is lost.
        """),
    HelpTopic(
      name: "program",
      aliases: ["status"],
      text: """
        Program options come before FILE. The arguments after FILE are the list args. If an argument begins with -, \
        write -- before the argument. If a script does not read args, arguments for this script are an error.

        The exit status is:

          0     everything succeeded
          1     a statement failed
          2     wrong usage, or an error that was found before the script ran
          3     the condition of an assert was false
          4     no connection, no queue of this name, or the broker refused access
          5     some changes of a bulk change failed, were refused or are unknown
          6     a guard, a limit or a missing confirmation refused a statement
          129   SIGHUP ended the run
          130   Ctrl-C ended the run
          143   SIGTERM ended the run

        If standard output is closed early, retort skips the rest of the script. If a skipped statement changes data, \
        writes a file or asserts, the status is 1. Otherwise the status is 0.

        Ctrl-C, SIGTERM and SIGHUP stop the run. Reads end immediately, and no more changes are sent. The program waits \
        for the replies to the changes in flight, but at most until their timeout expires. A second signal ends this \
        wait. The changes in flight are then unknown. If a statement at the prompt still does not stop, a third signal \
        ends the program. If the same signal arrives again within 100 ms, it counts once.

        At a terminal, control characters, direction marks and invisible characters in data are shown as escapes. For \
        example, ESC is shown as \\u{1b}, and in JSON as \\u001b. A pipe or a file gets these characters unchanged. At a \
        terminal, the line "0 rows" means that the result is empty.
        """),
  ]
}
