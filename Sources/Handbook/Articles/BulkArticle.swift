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

      - **Count.** `count posts filter: {state: "spam"}` sends one request. With `max: 500`, a statement that would change more than 500
        resources is an error before its first change.
      - **Try.** `dry-run: true` sends no change, but shows the number of changes, five samples and the exact first request. The summary
        counts as `ok` the changes that would be sent. The program's `--dry-run` does the same for the whole script, which can't turn it
        off; after the first change that is not sent, assertions are shown and not checked.
      - **Back up.** `backup: "before.ndjson"` stores each resource on the disk before its change is sent. `help backup` explains how to
        restore it.
      - **Confirm.** `destroy-all`, a `destroy` sink, and a `destroy` in a loop destroy many resources, so at a terminal retort asks for a
        confirmation: type the number of resources, which is then the maximum. Any other answer, and Ctrl-C, sends nothing. A loop
        asks once for each connection, client, filter and `meta:`. Without a terminal the statement needs `confirm: true`, or the
        program `--yes`. `--yes=N` ends the run with an error before it destroys more than N resources.
      - **Guard a connection.** After `connect URI guard: "confirm"`, retort asks before each bulk destruction, even if the statement has
        `confirm: true`. Without a terminal, it destroys only with `--guarded CONNECTION --yes=N`. `guard: "read-only"` refuses every change.

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
        times is above 200 ms. With `patience: 10m`, a pause of more than 10 minutes ends the statement.
      - The first failure stops a sink: nothing more is sent, and the replies to requests in flight are counted. `on-error: "continue"` processes all elements.
        `halt: 10` or `halt: "3%"` stops at that many failures. `retry: N` sends a change up to N times again after a temporary failure,
        if this is safe, and the reads of the statement too. `count`, `index`, `show` and `stream` also take `retry:`.
      - With `workers: "NAME"`, other programs on any machines send the changes; `help pools` explains them.
      - At a terminal, a bar shows the progress of a long statement, with the rate, the 95th percentile of the reply times and the
        remaining time; elsewhere a note is written every ten seconds. `--quiet` hides the progress. From another terminal, `retort
        ctl` shows the progress of a run, and `retort ctl pause`, `resume`, `rate=50` and `stop` control all of its changes.
      - After the first Ctrl-C no more changes are sent. The program waits for the replies to requests in flight, and shows the summary and
        the command that resumes the run. A second Ctrl-C ends the program at once; changes in flight are then unknown.

      ## After

      A summary on standard error counts the outcomes of the changes. `let sum = ... | update ...` assigns it to a variable, whose fields are
      the numbers:

      | Outcome | Meaning |
      |---|---|
      | `ok` | the service confirmed the change |
      | `failed` | the service or retort reported an error |
      | `absent` | destroy: the resource did not exist |
      | `refused` | a guard, a limit or a rule forbade the change |
      | `unknown` | the change was sent, and no reply arrived |

      A change without a reply is `unknown`, never a failure: the service may have carried it out. At its end, a statement waits for late
      replies, at most for its timeout, and counts them. Then it looks up the changes that are still unknown (`verify: false` turns this
      off; `verify: "all"` also looks up each create). If a reply arrives even later, a note reports it.

      `failed: "bad.ndjson"` stores each element that failed, was refused or is unknown, with its error. `source` is the element at the head
      of the pipeline, so `read "bad.ndjson" | where .error.kind != "unknown" | map .source | ...` runs the failed elements again.
      `--summary json` writes the counts, the times and each kind of failure as one line of JSON, and `--report result.xml` (or `.json`)
      writes the results of all statements and assertions of the run. If a bulk change sent something and has failed, refused or unknown
      elements, the exit status is 5.

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
      the same statement again: it sends the remaining changes, and repeats none that was carried out. The following script changes posts
      as in the first example, but slowly and on a broker. Its first run is killed after a second:

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
      publish.journal: waiting 5s until the requests of the earlier run have expired
      update posts: 139 ok
      30 drafts are left
      ```

      - A journal belongs to one statement. With a journal, `create` needs `key: .email`: the field that identifies the created resource.
        `destroy-all`, `upsert` and `transition` need no journal, because they read from the service what is left to do.
      - The next run looks up the changes that were in flight: an update by its fields, a destroy by its id, a create by its key, `link`,
        `relink` and `unlink` by the linkage. A change that is not found is sent again if this is safe. `settle: 60s` says that the service
        holds a request for at most 60 seconds; after this time every change that is not found is sent again. The others remain unknown, and
        the exit status is 5; with `unknown: "retry"` they are sent again, with `unknown: "skip"` they are left out.
      - `each` with a journal needs `key:` too, and records iterations. The next run looks up the changes of an iteration that sent a change
        and did not end. If all are found, and the last of them ends the block, as in `each do update posts .id {views: 1} end`, the
        iteration is done. If none is found, or if only `upsert`, `transition` and `destroy-all` sent changes, the iteration runs again.
        Otherwise it remains unknown, and its changes are named; `unknown: "retry"` runs it again, after `settle:`.
      - A resumed run has no replies for the changes of earlier runs. The next stage gets only the type and the id of such a resource, and
        null as the value of such an iteration of `each`. So let later stages use values that are fixed before the run, such as the fields
        of the elements: `... | as person | each journal: "a.journal" key: .email do ... end | map person.email`.
      - `retort journal publish.journal` shows the numbers, the unknown changes and the command that resumes the run. `retort journal
        publish.journal settle 4711 done` records that the change of 4711 was carried out, and `settle 4711 again` that it was not.
      - The journal consists of lines of JSON, which `read` can read; only its owner can read the file. A complete journal is refused, and
        so is a journal that was edited or lacks a line.

      BulkChanges.md in the source of retort defines the guarantees and explains the reasons.
      """#)
}
