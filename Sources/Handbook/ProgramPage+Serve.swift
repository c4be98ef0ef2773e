extension ProgramPage {
  /// The options of `retort serve`.
  static let serve = address + speed + faults + dialects

  private static let address = [
    option(
      "url", "URI", "The broker of serve; RETORT_URL without it.", note: "help addresses explains the syntax.",
      example: "retort serve blog --url amqp://guest:guest@localhost/"),
    option(
      "queue", "TYPE=NAME", "Serves a type on a queue of another name.",
      note: "Can be repeated. Without it a queue has the name of its type.",
      example: "retort serve shop.sqlite --queue posts=remote_server_post"),
    option(
      "durable", "", "Declares missing queues as durable.",
      note: "An existing queue is served as it is, whatever its type and arguments.",
      example: "retort serve blog --durable"),
    option(
      "queue-type", "TYPE", "The type of missing queues: classic or quorum.",
      note: "Without it the broker's default. A quorum queue is durable.",
      example: "retort serve blog --queue-type quorum"),
    option(
      "log", "FILE", "Writes a line of JSON for each request before its reply is sent; - is standard output.",
      note: """
        outcome is ok, error, a fault, lost (not carried out, because the connection closed while it waited), remembered (a
        redelivered change that was already carried out: answered from the database, see help losses) or silence (no reply);
        n counts a queue's requests. If the disk is full, requests are still answered: {"missing":N} replaces lines that could
        not be written, and serve ends with status 1.
        """, example: "retort serve blog --log calls.ndjson"),
  ]

  private static let speed = [
    option(
      "latency", "DURATION", "The delay of each reply: 20ms.", note: "Without it there is none.",
      example: "retort serve blog --latency 20ms"),
    option(
      "jitter", "DURATION", "The largest random addition to the delay.", note: "--seed makes it repeatable.",
      example: "retort serve blog --latency 20ms --jitter 5ms"),
    option(
      "workers", "N", "How many requests of a queue are answered concurrently.", note: "Without it 1.",
      example: "retort serve blog --latency 20ms --workers 4"),
    option(
      "rate", "N", "The most requests of a queue that are answered in a second.",
      note: "Without it there is no limit.", example: "retort serve blog --rate 200"),
  ]

  private static let faults = [
    option(
      "fault", "KIND=SHARE", "Injects a fault into a share of the requests: drop=0.05, or drop=5%.",
      note: """
        Can be repeated. drop: carried out, no reply. lose: not carried out, no reply. rpc-error: not carried out, JSON-RPC's
        error -32603. The others are carried out: duplicate (the reply is sent twice), late (after --late), wrong-id (with
        another correlation id), malformed (not JSON), empty (no bytes), no-consumer (then the queue has no consumer for
        --away). round, which needs no share, applies besides the others: numbers are stored as integers, text without white
        space at its ends.
        """, example: "retort serve blog --fault drop=1% --fault late=5%"),
    option(
      "late", "DURATION", "The delay of the fault late.", note: "Without it 10s.",
      example: "retort serve blog --fault late=5% --late 30s"),
    option(
      "away", "DURATION", "How long the queue has no consumer after the fault no-consumer.", note: "Without it 1s.",
      example: "retort serve blog --fault no-consumer=1% --away 5s"),
    option(
      "seed", "N", "Seeds the random faults and delays.",
      note: """
        Without it 0. The faults of a request depend only on the seed, the queue and the request's number there, so a run can
        be repeated.
        """, example: "retort serve blog --fault drop=1% --seed 7"),
  ]

  private static let dialects = [
    option(
      "pages", "STYLE", "The paging of lists: number, none, no-count or offset.",
      note: """
        number, the default, has pages of number and size with a total; none returns the whole list, no-count has links only,
        offset has pages of offset and limit.
        """, example: "retort serve blog --pages none"),
    option(
      "flavour", "NAME", "Imitates another server: carrot or retort.",
      note: """
        carrot is carrot_rpc with jsonapi-resources: no acknowledgements, and no reply to an invalid request. retort is Retort
        with Calcinator: no relationship methods, and the JSON id must be the correlation id.
        """, example: "retort serve blog --flavour carrot"),
  ]
}
