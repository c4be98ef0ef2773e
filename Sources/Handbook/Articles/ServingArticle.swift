extension Article {
  static let serving = Article(
    name: "serving", title: "A service of your own, and faults",
    summary: "The sample, your SQLite database as a service, injected faults, and imitations of other servers.",
    body: #"""
      `connect "embedded:blog"` opens a new copy of the sample inside the program: 50 authors, 1,000 posts, 3,000 comments, 20 tags.
      `connect "embedded:FILE.sqlite"` opens your own database. A table is a type and a queue of the same name, `author_id REFERENCES authors`
      is the relationship `author`, its reverse and join tables are to-many relationships, and violated constraints of the database are
      validation errors.

      ## On a broker

      On a broker the same service is a separate process:

      ```sh
      retort serve blog --url amqp://guest:guest@localhost/                        # the sample
      retort serve shop.sqlite --queue posts=remote_server_post                    # a queue with another name
      RETORT_URL=amqp://guest:guest@localhost/ retort examples/quickstart.retort   # the same script, the same output
      retort serve blog --latency 20ms --jitter 5ms --workers 4                    # a slow service, to try timeouts and prefetch:
      ```

      Several processes `serve FILE.sqlite` share the work of one queue; a note names the queues that have another service
      already. SIGTERM stops `serve` after the current
      request. When the connection is lost, for example because the broker restarts, `serve` reconnects and declares its
      queues; notes report both. Requests in flight get no reply. The broker then redelivers the requests that were not
      acknowledged. `serve` stores the answers to its last 10,000 changes in the table `retort_answers` of its database,
      in the transaction of each change, and answers a redelivered request from there: no change is made twice, even
      after a crash.

      An existing queue keeps its properties: durable, quorum, lazy or with priorities. `--durable` and `--queue-type classic|quorum` set the
      properties of a missing queue.

      ## Faults

      For tests of clients, `--fault KIND=SHARE` injects a fault into a share of the requests, given from 0 to 1 or as a percentage:

      ```sh
      retort serve blog --fault drop=1% --fault late=5% --late 30s --rate 200 --seed 7 --log calls.ndjson
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
      | `round`, without a share | the service stores numbers as integers, and text without white space at its ends; can be combined with other faults |

      `--rate N` answers at most N requests of a queue a second. `--log FILE` (`-` is standard output) writes a line of JSON for each request
      before its reply is sent. Its `outcome`, which shows whether the request was carried out, is `ok`, `error`, the fault, `remembered` (redelivered
      and answered from the database) or `lost` (not carried out, because the connection closed while the request
      waited). If the disk is full, requests are still answered; the log has `{"missing":N}` for missing lines, and
      `serve` ends with status 1. The faults of a request depend only on `--seed N` (0 by default), its queue, and its
      number `n` in the queue, so a run can be repeated.

      ## Imitations of other servers

      `--pages none` returns the whole list without a count, `no-count` has page links without `record-count`, `offset` has
      jsonapi-resources' pages of `offset` and `limit`.

      `--flavour carrot` imitates carrot_rpc with jsonapi-resources: no acknowledgements, integer codes in errors, no reply to an invalid
      request (`silence` in the log), absolute links everywhere, linkage only for included relationships, and a `destroy` of `"1,2"` destroys
      two resources.

      `--flavour retort` imitates Retort with Calcinator: errors without codes, `Changeset error` for violated constraints, pages with both
      `number` and `size`, names with dashes or underscores, `{"meta":{}}` for `destroy`, no relationship methods, and `Invalid Request` if the
      JSON id is not the correlation id.
      """#)
}
