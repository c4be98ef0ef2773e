extension Article {
  static let language = Article(
    name: "language", title: "The language", summary: "Statements, commands, pipelines, values, output and errors.",
    body: #"""
      One line is one statement, or several statements with `;` between them. The verb comes first. Text is `"quoted"`, and a word
      without quotes is a variable. Any JSON is a value. `#` begins a comment. Each block below is a whole script, followed by its
      output to a pipe: lines of JSON. At a terminal the same results are tables.

      A statement continues on the next line if its line ends with `|`, `,`, `=` or an operator. It also continues if the next line
      begins with `|`, inside brackets, and after a `\` at the end of a line.
      A line ends in LF or CRLF; a file whose lines end in CR alone is an error.

      ```retort
      connect "embedded:blog"
      let posts = client queue: "posts"

      count posts filter: {state: "draft"}
      stream posts include: "author" | where .views < 1000 | sort -.views | take 2 | select .id .views .author.name
      stream posts | group .state | sort .key | select .key .count
      ```
      ```text
      250
      {"id":"581","views":939,"author.name":"Ada Draper"}
      {"id":"38","views":922,"author.name":"Hal Draper"}
      {"key":"archived","count":250}
      {"key":"draft","count":250}
      {"key":"published","count":250}
      {"key":"spam","count":250}
      ```

      ## Statements

      \#(table(.statements))

      `if` and `try` have values. A condition must be a boolean. Before anything runs, a check finds unknown names and suggests similar
      ones.

      \#(topic("names"))

      \#(topic("blocks"))

      Create, update and destroy a resource, and catch an error:

      ```retort
      connect "embedded:blog"
      let posts = client queue: "posts"

      let made = create posts {text: "Hello", author: {type: "authors", id: "1"}} include: "author"
      print "made \"\(made.text)\" by \(made.author.name)"
      update posts made.id {text: "Hello again"} | select .id .text
      destroy posts made.id

      try do
        create posts {text: "", state: "x"}
      rescue e
        print e.kind
        e.errors | select .title pointer: .source.pointer | ndjson
      end
      ```
      ```text
      made "Hello" by Ada Archer
      {"id":"1001","text":"Hello again"}
      invalid
      {"title":"can't be blank","pointer":"/data/attributes/text"}
      {"title":"is not included in the list","pointer":"/data/attributes/state"}
      ```

      Change some elements of a list:

      ```retort
      connect "embedded:blog"
      let posts = client queue: "posts"

      let published = 0
      for post in stream posts filter: {state: "draft"} include: "author" | collect do
        if post.author.active do
          update posts post.id {state: "published"}
          let published = published + 1
        end
      end
      print "published \(published) drafts"
      assert (count posts filter: {state: "draft"}) == 250 - published
      ```
      ```text
      published 220 drafts
      ```

      ## Commands

      \#(table(.commands))

      `help WORD` shows the options of a command, with examples. Some options take several forms:

      - `include: "author"` and `sort: "-views"` take a string or a list. The minus means descending order.
      - `fields: {posts: "text,views"}` takes a record by type.
      - `page: {number: 2, size: 50}` takes a record. For offset paging, write `{offset: 50, limit: 50}`.
      - `filter: {state: ["draft", "spam"]}` matches both states.

      `destroy-all` needs a filter, and `filter: {}` means all. Some services ignore filters that they do not know. So `destroy-all`
      compares the resources of each page with the filter: the attributes, the id and the to-one relationships. If a resource
      contradicts the filter, `destroy-all` stops before this page. A filter is not compared if its value can mean a range, a pattern
      or an operator (`1..5`, `a*`, `>5`), or if the resources have no field with its name. A note then names the filter before
      anything is destroyed, and at a terminal before the question.

      An ID is a string, an integer, a resource, or a record with `id`. In a RECORD, a value is a relationship if it is `{type, id}`, a
      resource, or a list of those. Every other value is an attribute. The service assigns the id of a created resource. So `create`
      does not send the id of a resource, and refuses a plain record with an `id`. With `keep-id: true`, `create` sends the id.

      `upsert` looks for a resource with the same value of the field that `key:` names. If it finds no resource, it creates one.
      Otherwise it updates the resource, or does nothing if all values are the same. A note says if the service stores another value of
      the key than the record has, such as an email in lower case, because a second run may not find the resource then.

      Each verb takes `meta:` and `timeout:` (`"never"` for no limit). The broker drops the message of a change when its timeout
      expires, unless `expire: false` is given. If the value of an option has an operator, put it in parentheses: `active: (.state ==
      "on")`.

      ## Pipelines

      A pipeline begins with a command or a value. The elements of a list, page, stream or range are processed one by one. Any other
      value is one element. In a stage, `.field` is a field of the element, and `it` is the element. A command such as `update` also
      works as a stage. The element is then its ID, or for `create` and `upsert`, its RECORD.

      \#(topic("pipelines"))

      \#(table(.stages))

      ```retort
      connect "embedded:blog"
      let posts = client queue: "posts"

      def headline(post, mark: "*") do
        return "\(mark) \(upper(post.text))"
      end

      1..4 | where it % 2 == 0 | map it * 10
      index posts sort: "-views" page: {size: 2} include: "author" | map {who: .author.name, views: .views}
      index posts page: {size: 2} | headline mark: "#"
      stream posts | avg .views
      index posts page: {size: 2} | csv .id .text .rating
      ```
      ```text
      20
      40
      {"who":"Dan Eliot","views":99836}
      {"who":"Ada Archer","views":99819}
      "# POST 1"
      "# POST 2"
      49859.5
      id,text,rating
      1,Post 1,1.10
      2,Post 2,2.20
      ```

      ## Values

      null, boolean, number, string, duration (`10s`, `500ms`), time (`now()`, `time("2026-01-31")`), list, record, range, resource,
      page, stream, client, connection, error, pattern (`/^post/i`). There are no implicit conversions. If you compare or join values of
      two types, the error names both types.

      \#(topic("values"))

      \#(topic("fields"))

      \#(topic("resources"))

      \#(topic("times"))

      \#(topic("text"))

      \#(topic("patterns"))

      If the elements of `collect` need more than 64 MB, retort keeps them in a temporary file in the directory `TMPDIR`, or in `/tmp`. The
      stages `each`, `write` and those that send changes keep their results in such a file above 2 MB. A statement that changes data and
      keeps the results of its changes first checks that it can create such a file. After a statement that ends with such results, `_` is a
      stream. `let x =` always makes a list in memory. A text has at most 256 MiB, and a list has at most 50 million elements.
      Lists and records nest at most 512 levels deep. A stream in a variable is not read until it is used: it contains the stages that
      compute its elements. A stream has at most 1,000 stages, together with the stages of the streams that it reads. If a loop adds
      stages to a stream, collect the elements in each turn: `let s = s | skip 1 | collect`.

      Operators, in order of increasing precedence: `or`, `and`, `not`, `== != < <= > >= in =~`, `??`, `+ -`, `* / %`, `..`. A binary minus has a space on
      both sides, so no line begins with it: end the line above with `-`. `x?.z` is null if x is null or has no z; `a ?? b` is b if a is null. Reading `.z` of a value without z
      is an error.

      ```retort
      print 9007199254740993 + 1
      print 1.10 + 2
      {"any": ["JSON", 1.50, null]}
      print {a: 1}?.b ?? "nothing"
      print "Post 12" =~ /^post \d+$/i
      print join(["a", "b"], "-")
      print round(2.345, 2)
      ```
      ```text
      9007199254740994
      3.10
      {"any":["JSON",1.50,null]}
      nothing
      true
      a-b
      2.35
      ```

      ## Functions

      A `def` is a command, a stage and a function: `headline(post, mark: "*")`. These functions are built in:

      \#(table(.functions))

      ## Files

      \#(topic("files"))

      A resource is written as its JSON:API resource object. So `stream posts | write "b.ndjson"` is a backup, and `read "b.ndjson" |
      create posts` restores it. If the service refuses a relationship in a create, omit it: `| without .comments`. Some services send
      the data of a relationship only if `include:` names the relationship. A note then lists the relationships that are not in the
      file. To get their data, name them in `include:`. With `append: true`, `write` appends everything or nothing. A row of csv with a
      column that the file lacks is an error. A duplicate key in a JSON object of a file, or of `parse-json`, is an error.

      ## Output

      At the top level, the result of a pipeline is printed, unless it is null, a client or a connection. A statement that is only the
      name of a client or of a connection describes it. `let` prints nothing. Inside blocks, only `print`, `write` and the output stages
      print or write results. At a terminal, results are tables. In a pipe, they are lines of JSON. `--output table`, `card`, `json`,
      `ndjson` or `csv` chooses the format. Results go to standard output. Everything else (progress, warnings, summaries, errors) goes
      to standard error.

      ## Errors

      An error shows its kind and its place, FILE:LINE:COLUMN. Carets mark the parts of the statement that caused the error. The text
      after `=` says what to do next. If a service's error points to a member of the request, the caret is under the part of the
      statement that the member came from:

      ```console
      $ retort -c 'connect "embedded:blog"; show posts 1'
      error: unknown name posts
        --> -c:1:31
      1 | connect "embedded:blog"; show posts 1
        |                               ^^^^^
        = define the name first: let posts = ...; or, for text, write "posts"
      $ retort -c 'connect "embedded:blog"
      > let posts = client queue: "posts"
      > create posts {text: "", state: "x"}'
      error[invalid]: posts create: 2 errors from the service
        --> -c:3:21
      3 | create posts {text: "", state: "x"}
        |                     ^^         ^^^ is not included in the list
        |                     |
        |                     can't be blank
      ```

      In `rescue e` the error is a value with `.kind .message .errors .place .seed`. The kinds of a service's errors are
      `not-found`, `invalid`, `forbidden`, `sandbox-access-disallowed`, `method-not-found`, `bad-gateway` and `service`.
      Errors of the transport: `timeout`, `unknown` (a change was sent and got no reply), `no-route` (the queue does not
      exist), `connection`, `protocol`. Errors of a script: `field`, `type`, `name`, `value`, `assert`, `fail`, `file`.
      The kinds `refused`, `limit` and `interrupted` cannot be rescued. `help not-found` explains a kind. At the prompt
      the session continues after a failed statement; in a script a failure ends the run.

      ## Safety

      1. **A stream is not changed while it is read.** Changes move rows between pages, so the stream would skip rows silently. retort
         refuses such a change, in the check of the script or when it runs. Use `| collect` or `destroy-all`.
      2. **Bulk destruction is confirmed.** At a terminal, retort asks before `destroy-all`, `destroy` as a stage, and `destroy` in a
         loop. To confirm, type the number of resources. Without a terminal, the statement needs `confirm: true`, or the program needs
         `--yes`. `help bulk` lists the limits.
      3. **A missing reply is not a failure.** A change without a reply is `unknown`. The kind `timeout` is only for reads, so it is always
         safe to repeat a request after a `timeout`.
      4. **Check before you run.** `retort check FILE` shows every error, also in the files that `source` names. It warns of names that
         are never read, statements that never run, and passwords in URIs. In a block, the first two are errors. It lists each
         statement that changes or destroys data, and each `var(...)`. It opens no connection.
      5. **Passwords stay hidden**, in the history and in errors. An error that quotes a URI shows stars in place of the password,
         even if the URI is misspelt. A statement that would send `***` in place of a secret is an error.
      """#)
}
