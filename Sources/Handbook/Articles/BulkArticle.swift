extension Article {
  static let bulk = Article(
    name: "bulk", helpWord: "bulk-changes", title: "Bulk changes",
    summary: "How to change many resources: count, try, confirm, change, resume after a stop, and check.",
    body: #"""
      A stage that changes data is a **sink**: it sends one request for each element, several at a time. `create`, `update`, `upsert`,
      `destroy`, `link`, `relink`, `unlink` and `transition` are sinks, and `each do ... end` runs a block for each element. `destroy-all`
      destroys the resources that match a filter.

      ```retort
      connect "embedded:blog"
      let posts = client queue: "posts"

      stream posts filter: {state: "draft"} include: "author"
        | where .author.active
        | collect
        | update posts {state: "published"} journal: "drafts.journal"
      count posts filter: {state: "draft"}
      ```
      ```text
      30
      ```

      Put `| collect` before a change of a queue that is being streamed: changes move rows between pages, and a stream would skip some of them.

      ## Before

      - **Count.** `count posts filter: {state: "spam"}` is one request. `max: 500` refuses the statement, before its first change, if there
        are more than 500 resources.
      - **Try.** `dry-run: true`, and the program's `--dry-run`, which a script can't turn off, show the number of changes, five samples and the
        exact first request, and send no change. The summary's `ok` counts the changes that would be sent. After the first of these changes,
        `--dry-run` shows the script's assertions and does not check them.
      - **Back up.** `backup: "before.ndjson"` stores each resource on the disk before its change is sent. `help backup` explains how to
        restore it.
      - **Consent.** `destroy-all`, a `destroy` sink, and a `destroy` in a loop ask once at a terminal;
        another connection, client, filter or `meta:` asks again, and so does each sink. The number that you type is
        the confirmation and the limit. Ctrl-C, or any other answer, sends nothing. Without a terminal they need
        `confirm: true`, or the program's `--yes`. `--yes=N` ends the run with an error before it destroys more than N
        resources.
      - **Guard a connection.** `connect URI guard: "confirm"` asks before each bulk destruction, even if the script confirms it, and `guard:
        "read-only"` refuses every change. A batch destroys on a guarded connection only with `--guarded CONNECTION --yes=N`.

      ```retort
      connect "embedded:blog"
      let posts = client queue: "posts"

      stream posts filter: {state: "spam"} | collect | destroy posts backup: "spam.ndjson" max: 300 confirm: true
      count posts
      let restored = read "spam.ndjson" | create posts keep-id: true
      print "\(restored.ok) are back"
      count posts
      ```
      ```text
      750
      250 are back
      1000
      ```

      ## During

      - `in-flight: 16` is the maximum number of requests that wait for replies. `rate: 200` sends at most 200 a second, and
        `throttle: {depth: 50, p95: 200ms}` waits while the queue has more than 50 messages or the 95th percentile of the reply
        times is above 200 ms. A pause of more than `patience: 10m` ends the statement.
      - The first failure stops a sink: nothing more is sent, and the replies to requests in flight are counted. `on-error: "continue"` processes all elements.
        `halt: 10` or `halt: "3%"` stops at that many failures. `retry: N` repeats a change up to N times after a temporary failure, if
        a repetition is safe. It also applies to the reads of the statement, and `count`, `index`, `show` and `stream` take it too.
      - `workers: "NAME"` sends the changes with a pool of `retort work` programs, on any machines that reach the broker: `help pools`.
      - At a terminal, a change of many resources shows a bar with its rate, the 95th percentile of the reply times and the remaining time;
        elsewhere it writes a note every ten seconds. A long read and a loop show their progress too. `--quiet` hides
        the progress. From another terminal, `retort ctl` shows the progress of a run, and `retort ctl pause`, `resume`,
        `rate=50` and `stop` control all of its changes, including single changes and those of loops.
      - The first Ctrl-C stops sending, waits for the replies to requests in flight, and shows the summary and the command that resumes the run. A second
        Ctrl-C ends the program; changes in flight are unknown.

      ## After

      The summary on standard error counts outcomes. With `let`, it is a value with the numbers as fields:

      | Outcome | Meaning |
      |---|---|
      | `ok` | the service confirmed the change |
      | `failed` | the service or retort reported an error |
      | `absent` | destroy: the resource did not exist |
      | `refused` | a guard, a limit or a rule forbade the change |
      | `unknown` | the change was sent, and no reply arrived |

      A change without a reply is `unknown`, never a failure: the service may have carried it out. At the end unknown changes are looked up
      (`verify: false` turns this off; `verify: "all"` looks up each create). At its end, a statement waits for late replies, at most for its timeout,
      and counts them, also those of commands in loops. A note reports a reply that arrives after that.

      `failed: "bad.ndjson"` stores each element that failed, was refused or whose outcome is unknown, with its error and, as `source`, the element at the
      head of the pipeline: `read "bad.ndjson" | where .error.kind != "unknown" | map .source | ...` runs them again. `--summary json` writes the counts, the times and each
      kind of failure as one line of JSON, and `--report result.xml` (or `.json`) writes the results of all statements and assertions of the run. A bulk change
      that sent something and ended with failed, refused or unknown elements gives status 5.

      ```retort
      connect "embedded:blog"
      let posts = client queue: "posts"

      let sum = [{text: "One"}, {text: ""}] | create posts on-error: "continue" failed: "bad.ndjson"
      print "\(sum.ok) created, \(sum.failed) failed"
      read "bad.ndjson" | map {text: "Two", source: .source, error: .error.kind} | select .text .source.text .error
      ```
      ```text
      1 created, 1 failed
      {"text":"Two","source.text":"","error":"invalid"}
      ```

      ## Resume after a stop

      `journal: "publish.journal"` records each change on the disk before it is sent, and each outcome. After a crash, a kill or Ctrl-C, run
      the same statement again: it sends the remaining changes, and repeats none that was carried out. The following run changes the
      first example's posts slowly on a broker, and is killed:

      ```retort publish.retort
      connect
      let posts = client queue: "posts"

      stream posts filter: {state: "draft"} include: "author"
        | where .author.active
        | collect
        | update posts {state: "published"} journal: "publish.journal" rate: 100
      print "\(count posts filter: {state: "draft"}) drafts are left"
      ```
      ```console numbers differ
      $ export RETORT_URL=amqp://guest:guest@localhost/
      $ timeout --signal=KILL 1 retort publish.retort
      Killed
      $ retort publish.retort
      resuming publish.journal: 81 done, 16 unknown, 139 left
      publish.journal: waiting 5s for the replies to requests in flight
      update posts: 139 ok
      30 drafts are left
      ```

      - A journal belongs to one statement. With a journal, `create` needs `key: .email`: the field that identifies the created resource. `each`
        needs `key:` too, and records iterations. An iteration that sent a change and did not end is done if its changes are found and the last
        of them ends the block, as in `each do update posts .id {views: 1} end`. It runs again if none of its changes is found, or if only `upsert`,
        `transition` and `destroy-all` sent them, because these commands first read what is left to do. Otherwise it remains unknown, and its changes are
        named; `unknown: "retry"` runs it again, after `settle:`. `destroy-all`, `upsert` and `transition` take no journal: they look up the remaining work.
      - Changes that were in flight are looked up: an update by its fields, a destroy by its id, a create by its key, `link`, `relink` and
        `unlink` by the linkage. A change that is not found is sent again only if that is safe, or after `settle: 60s`, the maximum time for
        which the service can hold a request unprocessed. Otherwise it remains unknown, with status 5; `unknown: "retry"` sends it, `unknown: "skip"` skips it.
      - `retort journal publish.journal` shows the numbers, the unknown changes and the command that resumes the run. `retort journal publish.journal
        settle 4711 done` records that the change was carried out, and `settle 4711 again` records that it was not.
      - The journal consists of lines of JSON, which `read` can read; only the owner can read the file. A journal of a
        complete run is refused, and so is a journal that was edited or lacks a line.

      BulkChanges.md in the source defines the guarantees and the reasons.
      """#)
}
