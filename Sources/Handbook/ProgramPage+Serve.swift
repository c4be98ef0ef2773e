extension ProgramPage {
  /// The options of `retort serve`.
  static let serve = place + speed + faults + ways

  private static let place = [
    option(
      "url", "URI", "The broker of serve; RETORT_URL without it.", note: "help addresses says how it is written.",
      example: "retort serve blog --url amqp://guest:guest@localhost/"),
    option(
      "queue", "TYPE=NAME", "Serves a type on a queue of another name.",
      note: "May stand several times. Without it a queue is named like its type.",
      example: "retort serve shop.sqlite --queue posts=remote_server_post"),
    option(
      "durable", "", "Makes queues that are not there durable.",
      note: "A queue that is there is served as it is, whatever its type and arguments.",
      example: "retort serve blog --durable"),
    option(
      "queue-type", "TYPE", "The type of queues that are not there: classic or quorum.",
      note: "The broker's default without it; a quorum queue is durable.",
      example: "retort serve blog --queue-type quorum"),
    option(
      "log", "FILE", "Writes a line of JSON for each request before its reply goes out; - is standard output.",
      note: """
        outcome is ok, error, a fault, lost (the connection went while it waited: not carried out), remembered (delivered
        again and made before: answered from the database, see help losses) or silence; n counts a queue's requests. On a
        full disk requests are answered all the same: {"missing":N} stands for lines that could not be written, and serve
        ends with status 1.
        """, example: "retort serve blog --log calls.ndjson"),
  ]

  private static let speed = [
    option(
      "latency", "DURATION", "How long each answer waits: 20ms.", note: "None without it.",
      example: "retort serve blog --latency 20ms"),
    option(
      "jitter", "DURATION", "Up to how much longer, at random.", note: "--seed chooses the chance.",
      example: "retort serve blog --latency 20ms --jitter 5ms"),
    option(
      "workers", "N", "How many requests of a queue are answered at once.", note: "1 without it.",
      example: "retort serve blog --latency 20ms --workers 4"),
    option(
      "rate", "N", "How many requests of a queue are answered a second, at most.",
      note: "As many as can be without it.", example: "retort serve blog --rate 200"),
  ]

  private static let faults = [
    option(
      "fault", "KIND=SHARE", "What goes wrong with a share of the requests: drop=0.05, or drop=5%.",
      note: """
        May stand several times. drop: carried out, no reply. lose: neither. rpc-error: not carried out, JSON-RPC's error
        -32603. The others are carried out: duplicate (the reply, twice), late (after --late), wrong-id (under another
        correlation id), malformed (no JSON), empty (no byte), no-consumer (after it the queue has none for --away).
        round, which may stand without a share, comes on top of others: numbers are stored without their fraction, text without white space at its ends.
        """, example: "retort serve blog --fault drop=1% --fault late=5%"),
    option(
      "late", "DURATION", "How late the reply of the fault late is.", note: "10s without it.",
      example: "retort serve blog --fault late=5% --late 30s"),
    option(
      "away", "DURATION", "How long the queue has no consumer after the fault no-consumer.", note: "1s without it.",
      example: "retort serve blog --fault no-consumer=1% --away 5s"),
    option(
      "seed", "N", "Chooses what is random: faults and jitter.",
      note: """
        0 without it. What a request meets hangs only on it, the queue and the request's number there, so that a run can be
        repeated.
        """, example: "retort serve blog --fault drop=1% --seed 7"),
  ]

  private static let ways = [
    option(
      "pages", "STYLE", "How lists are paged: number, none, no-count or offset.",
      note: """
        number, which holds without it, has pages of number and size and counts; none lists all at once, no-count has links
        only, offset has pages of offset and limit.
        """, example: "retort serve blog --pages none"),
    option(
      "flavour", "NAME", "Answers as another server does: carrot or retort.",
      note: """
        carrot is carrot_rpc with jsonapi-resources: no acknowledgements, silence on what is no request. retort is Retort
        with Calcinator: no relationship methods, and the JSON id must be the correlation id.
        """, example: "retort serve blog --flavour carrot"),
  ]
}
