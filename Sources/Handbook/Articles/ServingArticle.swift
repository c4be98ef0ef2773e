extension Article {
  static let serving = Article(
    name: "serving", title: "A service of your own, and faults",
    summary: "The sample, your SQLite database as a service, injected faults, and imitations of other servers.",
    body: #"""
      `connect "embedded:blog"` opens a new copy of the sample inside the program: 50 authors, 1,000 posts, 3,000 comments, 20 tags.

      `connect "embedded:FILE.sqlite"` opens your own database. Each table is a type, with a queue of the same name. A column `author_id
      REFERENCES authors` is the to-one relationship `author` of this table. It is also a to-many relationship of `authors`. A join
      table is a to-many relationship of both its tables. A change that violates a constraint of the database gets a validation error.
      When retort opens the file, it sets the WAL mode of SQLite, and creates missing indexes for references, also with `guard:
      "read-only"` and `--dry-run`.

      ## On a broker

      `retort serve` runs the same service as a separate process on a broker:

      ```sh
      # the sample
      retort serve blog --url amqp://guest:guest@localhost/
      # a queue with another name
      retort serve shop.sqlite --queue posts=remote_server_post
      # the same script, with the same output
      RETORT_URL=amqp://guest:guest@localhost/ retort examples/quickstart.retort
      # a slow service, to try timeouts and prefetch:
      retort serve blog --latency 20ms --jitter 5ms --workers 4
      ```

      Several processes `retort serve FILE.sqlite` can share the work of a queue. At its start, `serve` names the queues that already
      have another service. SIGTERM stops `serve` after the current request.

      If the connection is lost, for example because the broker restarts, `serve` connects again and declares its queues. Notes report
      this. Requests in flight get no reply. If such a request was not acknowledged, the broker delivers it again.

      `serve` makes no change twice, even after a crash. It stores the reply to each change in its database, in the same transaction as
      the change. If a request comes again, `serve` sends the stored reply. The table `retort_answers` keeps the last 10,000 replies.

      A queue that exists keeps its properties, such as durable, quorum, lazy or priorities. `--durable` and `--queue-type
      classic|quorum` set the properties of a queue that `serve` creates.

      ## Faults

      To test clients, `--fault KIND=SHARE` injects a fault into a share of the requests. The share is a number from 0 to 1, or a
      percentage:

      ```sh
      retort serve blog --fault drop=1% --fault late=5% --late 30s \
        --rate 200 --seed 7 --log calls.ndjson
      ```

      | Fault | Effect |
      |---|---|
      | `drop` | no reply; the request was carried out |
      | `lose` | no reply; the request was not carried out |
      | `duplicate` | two equal replies |
      | `late` | the reply after `--late 10s`; other requests continue |
      | `wrong-id` | the reply with another correlation id |
      | `malformed`, `empty` | a reply that is not JSON, or is empty; the request was carried out |
      | `rpc-error` | JSON-RPC's error -32603; the request was not carried out |
      | `no-consumer` | the reply; then the queue has no consumer for `--away 1s` |
      | `round`, without a share | the service stores numbers as integers, and removes white space at the ends of text; can be combined with other faults |

      `--rate N` answers at most N requests of a queue a second. `--log FILE` writes a line of JSON for each request, before its reply
      is sent. `-` is standard output. `help log` explains the lines. The faults of a request depend only on `--seed N` (default: 0),
      its queue, and its number in the queue. So the same requests get the same faults again.

      ## Imitations of other servers

      `--pages none` returns the whole list without a count. `--pages no-count` returns links to pages, but no `record-count`. With
      `--pages offset`, a client requests a page by `offset` and `limit`.

      `--flavour carrot` imitates the Ruby server carrot_rpc with jsonapi-resources:

      - It does not acknowledge requests, and sends no reply to an invalid request (`silence` in the log).
      - The codes of errors are integers, and all links are absolute.
      - Only included relationships have linkage.
      - A `destroy` of `"1,2"` destroys two resources.

      `--flavour retort` imitates the Elixir server Retort with Calcinator:

      - Errors have no codes, and a violated constraint is a `Changeset error`.
      - A `page` needs both `number` and `size`.
      - Names can have dashes or underscores.
      - The reply to `destroy` is `{"meta":{}}`, and there are no relationship methods.
      - If the id of the JSON-RPC request is not the correlation id, the reply is the error `Invalid Request`.
      """#)
}
