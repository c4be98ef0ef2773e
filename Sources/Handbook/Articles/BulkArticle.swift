extension Article {
  static let bulk = Article(
    name: "bulk", helpWord: "bulk-changes", title: "Bulk changes",
    summary: "How to change many resources: count, try, confirm, change, resume after a stop, and check.",
    body: #"""
      A stage that changes data sends one request for each element, several at a time. These stages are `create`, `update`, `upsert`,
      `destroy`, `link`, `relink`, `unlink` and `transition`. The stage `each do ... end` runs a block for each element. The command
      `destroy-all` destroys the resources that match a filter.

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

      If a pipeline changes the queue that it streams, put `| collect` before the change. Otherwise the changes move rows between pages,
      and the stream skips some rows.

      ## Before

      - **Count.** `count posts filter: {state: "spam"}` shows how many resources match. With `max: 500`, a statement that would change
        more than 500 resources fails before its first change.
      - **Try.** `dry-run: true` sends no change. It shows the exact first request, the ids of four more changes, and the number of
        changes. In the summary, the changes that would be sent count as `ok`. The program option `--dry-run` does the same for a whole
        script, and the script can't turn it off. After the first change that is not sent, assertions are shown and not checked.
      - **Back up.** `backup: "before.ndjson"` stores each resource on the disk before its change is sent. `help backup` explains how to
        restore the resources.
      - **Confirm.** At a terminal, retort asks before `destroy-all`, before the stage `destroy`, and before a `destroy` in a loop. To
        confirm, type the number of resources. retort then destroys at most this number. Any other answer, or Ctrl-C, sends nothing. A
        loop asks once for each connection, client, filter and `meta:`. Without a terminal, the statement needs `confirm: true`, or the
        program needs `--yes`. With `--yes=N`, the run ends with an error before it destroys more than N resources.
      - **Guard a connection.** After `connect URI guard: "confirm"`, retort asks before each bulk destruction, even if the statement
        has `confirm: true`. It does not ask if the program has both options `--guarded CONNECTION --yes=N`. Without a terminal, the
        program needs both. With `guard: "read-only"`, retort refuses every change.

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

      - `in-flight: 16` allows 16 requests to wait for replies at the same time. `rate: 200` sends at most 200 changes a second.
      - `throttle: {depth: 50, p95: 200ms}` pauses while the queue has more than 50 messages. It also pauses while the 95th percentile
        of the reply times is above 200 ms: 95 % of the replies arrive within this time. With `patience: 10m`, a pause of more than 10
        minutes ends the statement.
      - The first failure stops the statement. retort then sends no more changes, and counts the replies to the requests in flight. With
        `on-error: "continue"`, all elements are processed. `halt: 10` or `halt: "3%"` stops at that many failures.
      - `retry: N` sends a request up to N times again after a temporary failure. A change is sent again only if a repetition is
        harmless. `count`, `index`, `show` and `stream` have the option `retry:` too.
      - With `workers: "NAME"`, worker programs send the changes, on this machine or on others. `help pools` explains workers.
      - At a terminal, a bar shows the progress of a long statement, its rate, the 95th percentile of the reply times, and the remaining
        time. Elsewhere, retort writes a note every ten seconds. `--quiet` hides the progress.
      - In another terminal, `retort ctl` shows the progress of a run. `retort ctl pause`, `resume`, `rate=50` and `stop` control its
        changes.
      - After the first Ctrl-C, retort sends no more changes. It waits for the replies to the requests in flight. Then it shows the
        summary, and the command that resumes the run. A second Ctrl-C ends the wait. The summary then counts
        the changes in flight as unknown.

      ## After

      A summary on standard error counts the outcomes of the changes. `let sum = ... | update ...` assigns the summary to a variable.
      The fields of the summary are the numbers, such as `sum.ok`, and the list `sum.failures`. Each failure is a record `{source,
      element, error}`. The list has at most 1,000 failures; `failed:` stores all of them. The numbers are:

      | Outcome | Meaning |
      |---|---|
      | `ok` | the service confirmed the change |
      | `failed` | the service or retort reported an error |
      | `absent` | destroy: the resource did not exist |
      | `refused` | a guard, a limit or a rule forbade the change |
      | `unknown` | the change was sent, and no reply or an unreadable reply arrived |

      A change without a reply is `unknown` and not `failed`, because the service may have carried it out. At its end, a statement waits
      for late replies, but at most for its timeout. Then it looks up the changes that are still unknown. `verify: false` turns these
      lookups off. `verify: "all"` also looks up each created resource. If a reply arrives even later, a note reports it.

      `failed: "bad.ndjson"` stores each element that failed, was refused or is unknown, with its error. The field `source` is the
      element that entered the pipeline. `help failed` shows the command that runs the failed elements again, except those whose change
      may have been carried out. `--summary json` writes each summary as one line of JSON. `--report result.xml` (or `.json`) writes the
      results of all statements and assertions to a file. The exit status is 5 if a bulk change sent requests, and some elements failed,
      were refused or are unknown.

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

      With `journal: "publish.journal"`, retort records each change on the disk before it sends the change, and then its outcome. After
      a crash, a kill or Ctrl-C, run the same statement again. It sends the changes that are left, and repeats no change that was
      carried out. The following script changes posts as in the first example, but slowly and on a broker. Its first run is killed after
      a second:

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

      - A journal belongs to one statement. With a journal, `create` needs an option such as `key: .email`, which names the field that
        identifies a resource. `destroy-all`, `upsert` and `transition` need no journal. If you run them again, they read from the
        service what is left to do.
      - The next run looks up the changes that were in flight, and the failed changes that may have been carried out, such as after
        an error of the kind `bad-gateway`. It looks up an update by its fields, a destroy by its id, a create by its
        key, and `link`, `relink` and `unlink` by the linkage. A change that is not found is sent again, if a repetition is harmless.
        If a lookup fails, the change remains unknown. A lookup has the same `meta` as its change.
      - `settle: 60s` says that a request can wait in the service for at most 60 seconds. After this time, every change that is not found is
        sent again. Without `settle:`, some changes remain unknown, and the exit status is 5. `unknown: "retry"` sends these changes
        again, and `unknown: "skip"` leaves them out.
      - `each` with a journal needs `key:` too, and records iterations. If an iteration sent a change and did not end, the next run
        looks up its changes. If all are found, and the last of them ends the block, the iteration is done. An example of such a block
        is `each do update posts .id {views: 1} end`.
      - If none of the changes is found, the iteration runs again. It also runs again if only `upsert`, `transition` and `destroy-all`
        sent changes. Otherwise the iteration remains unknown, and a note names its changes. `unknown: "retry"` runs it again, after the
        time of `settle:`.
      - A resumed run has no replies for the changes of earlier runs. The next stage gets only the type and the id of such a resource. As
        the value of such an iteration of `each`, it gets null. So let later stages use values that are fixed before the run, such as the
        fields of the elements: `... | as person | each journal: "a.journal" key: .email do ... end | map person.email`.
      - `retort journal publish.journal` shows the numbers, the unknown changes, and the command that resumes the run. If the change of
        4711 was carried out, record this with `retort journal publish.journal settle 4711 done`. If it was not carried out, write
        `again` in place of `done`.
      - The journal has lines of JSON, which `read` can read. Only its owner can read the file. retort refuses a complete journal, and a
        journal that was edited or lacks a line.

      The file BulkChanges.md in the source of retort defines the guarantees, and explains the reasons.
      """#)
}
