extension ProgramPage {
  /// The pages of the options of `retort serve`.
  static let serve = address + speed + faults + dialects

  private static let address = [
    option(
      "url", "URI", "The broker of serve; by default RETORT_URL.", note: "help addresses explains the syntax.",
      example: "retort serve blog --url amqp://guest:guest@localhost/"),
    option(
      "queue", "TYPE=NAME", "Serves a type on a queue with another name.",
      note: "The option can be repeated. By default a queue has the name of its type.",
      example: "retort serve shop.sqlite --queue posts=remote_server_post"),
    option(
      "durable", "", "Declares missing queues as durable.",
      note: "An existing queue keeps its type and arguments.",
      example: "retort serve blog --durable"),
    option(
      "queue-type", "TYPE", "The type of missing queues: classic or quorum.",
      note: "By default the broker decides. A quorum queue is durable.",
      example: "retort serve blog --queue-type quorum"),
    option(
      "log", "FILE", "Writes a line of JSON for each request before its reply is sent; - is standard output.",
      note: """
        In each line, outcome is ok, error, a fault, lost (not carried out, because the connection closed while the request waited),
        remembered (a redelivered change that was already carried out and is answered from the database, see help
        losses) or silence (no reply); n counts a queue's requests. If the disk is full, requests are still answered;
        {"missing":N} replaces the lines that could not be written, and serve ends with status 1.
        """, example: "retort serve blog --log calls.ndjson"),
  ]

  private static let speed = [
    option(
      "latency", "DURATION", "The delay of each reply: 20ms.", note: "By default replies are not delayed.",
      example: "retort serve blog --latency 20ms"),
    option(
      "jitter", "DURATION", "The maximum random addition to the delay.", note: "--seed makes the delays repeatable.",
      example: "retort serve blog --latency 20ms --jitter 5ms"),
    option(
      "workers", "N", "The maximum number of concurrent requests of a queue.", note: "The default is 1.",
      example: "retort serve blog --latency 20ms --workers 4"),
    option(
      "rate", "N", "The maximum number of requests of a queue that are answered in a second.",
      note: "By default there is no limit.", example: "retort serve blog --rate 200"),
  ]

  private static let faults = [
    option(
      "fault", "KIND=SHARE", "Injects a fault into a share of the requests: drop=0.05, or drop=5%.",
      note: """
        The option can be repeated. With drop, the request is carried out and gets no reply. With lose, it is not carried
        out and gets no reply. With rpc-error, it is not carried out and gets JSON-RPC's error -32603. With the other
        faults the request is carried out: duplicate (the reply is sent twice),
        late (the reply is sent after --late), wrong-id (another correlation id), malformed (not JSON), empty (no
        bytes), no-consumer (after the reply the queue has no consumer for --away). round needs no share and is added to
        other faults: the service stores numbers as integers, and text without white space at its ends.
        """, example: "retort serve blog --fault drop=1% --fault late=5%"),
    option(
      "late", "DURATION", "The delay of the fault late.", note: "The default is 10s.",
      example: "retort serve blog --fault late=5% --late 30s"),
    option(
      "away", "DURATION", "How long the queue has no consumer after the fault no-consumer.", note: "The default is 1s.",
      example: "retort serve blog --fault no-consumer=1% --away 5s"),
    option(
      "seed", "N", "Seeds the random faults and delays.",
      note: """
        The default is 0. The faults of a request depend only on the seed, the queue and the request's number in the
        queue, so a run can be repeated.
        """, example: "retort serve blog --fault drop=1% --seed 7"),
  ]

  private static let dialects = [
    option(
      "pages", "STYLE", "The paging of lists: number, none, no-count or offset.",
      note: """
        number is the default: pages of number and size, with a total. none returns the whole list, no-count has links
        but no total, offset has pages of offset and limit.
        """, example: "retort serve blog --pages none"),
    option(
      "flavour", "NAME", "Imitates another server: carrot or retort.",
      note: """
        carrot is carrot_rpc with jsonapi-resources: no acknowledgements, and no reply to an invalid request. retort is Retort
        with Calcinator: no relationship methods, and the JSON id must be the correlation id.
        """, example: "retort serve blog --flavour carrot"),
  ]
}
