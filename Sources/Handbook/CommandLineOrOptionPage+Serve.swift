extension CommandLineOrOptionPage {
  /// The pages of `help` about the options of `retort serve`.
  static let serve = address + speed + faults + dialects

  private static let address = [
    option(
      "url", "URI", "The URI of the broker. The default is RETORT_URL.",
      note: "For the parts of a URI, see help addresses.",
      example: "retort serve blog --url amqp://guest:guest@localhost/"),
    option(
      "queue", "TYPE=NAME", "Serves a type on a queue with another name.",
      note: "The option can be repeated. By default, a queue has the name of its type.",
      example: "retort serve shop.sqlite --queue posts=remote_server_post"),
    option(
      "durable", "", "Makes the queues that retort serve creates durable.",
      note: "An existing queue keeps its type and arguments.",
      example: "retort serve blog --durable"),
    option(
      "queue-type", "TYPE", "The type of the queues that retort serve creates: classic or quorum.",
      note: "By default, the broker decides. A quorum queue is durable.",
      example: "retort serve blog --queue-type quorum"),
    option(
      "log", "FILE",
      "Writes a line of JSON for each request, before the reply is sent. FILE can be - for standard output.",
      note: """
        In each line, n is the number of the request in its queue. The field outcome says what happened to the request:

          ok           the reply has a result
          error        the reply has an error
          silence      no reply was sent
          lost         not carried out: the connection closed while the request waited
          remembered   a change was delivered again, and got its first reply again
          drop ...     the option --fault injected this fault

        If the disk is full, requests still get replies. The line {"missing":N} then means that N lines could not be \
        written. When retort serve ends, its exit status is 1.
        """, example: "retort serve blog --log calls.ndjson"),
  ]

  private static let speed = [
    option(
      "latency", "DURATION", "How long each reply is delayed: 20ms.", note: "By default, replies are not delayed.",
      example: "retort serve blog --latency 20ms"),
    option(
      "jitter", "DURATION", "The maximum random time that is added to the delay of a reply.",
      note: "With the same --seed, the delays are the same.",
      example: "retort serve blog --latency 20ms --jitter 5ms"),
    option(
      "workers", "N",
      "For each queue, the maximum number of requests that are processed at the same time (default: 1).",
      note: "",
      example: "retort serve blog --latency 20ms --workers 4"),
    option(
      "rate", "N", "For each queue, the maximum number of requests that are answered per second.",
      note: "By default, there is no limit.", example: "retort serve blog --rate 200"),
  ]

  private static let faults = [
    option(
      "fault", "KIND=SHARE", "Injects a fault into a share of the requests: drop=0.05, or drop=5%.",
      note: """
        The option can be repeated. The kinds are:

          drop          carries out the request, and sends no reply
          lose          does not carry out the request, and sends no reply
          duplicate     sends the reply twice
          late          sends the reply late, after the delay of --late
          wrong-id      sends the reply with another correlation id
          malformed     carries out the request, and sends a reply that is not JSON
          empty         carries out the request, and sends a reply without bytes
          rpc-error     does not carry out the request, and sends the error -32603
          no-consumer   replies; then the queue has no consumer for --away
          round         stores numbers as integers, and trims text

        The sum of all shares is at most 1. The fault round needs no share: --fault round. It can be combined with the \
        other faults.
        """, example: "retort serve blog --fault drop=1% --fault late=5%"),
    option(
      "late", "DURATION", "How long --fault late delays a reply (default: 10s).", note: "",
      example: "retort serve blog --fault late=5% --late 30s"),
    option(
      "away", "DURATION", "How long --fault no-consumer leaves a queue without a consumer (default: 1s).",
      note: "",
      example: "retort serve blog --fault no-consumer=1% --away 5s"),
    option(
      "seed", "N", "The seed of the random faults and delays (default: 0).",
      note: """
        The faults of a request depend on three things: the seed, the queue, and the number of the request in this \
        queue. So the same requests get the same faults again.
        """, example: "retort serve blog --fault drop=1% --seed 7"),
  ]

  private static let dialects = [
    option(
      "pages", "STYLE", "How lists are divided into pages: number, none, no-count or offset (default: number).",
      note: """
        The styles are:

          number     a client requests a page by its number and size
          no-count   the same, but a reply does not have the total number of resources
          offset     a client requests a page by its offset and limit
          none       a reply has the whole list as one page

        Use the style of the service that you want to imitate.
        """, example: "retort serve blog --pages none"),
    option(
      "flavour", "NAME", "Imitates another server: carrot or retort.",
      note: """
        The name carrot imitates a Ruby server with the libraries carrot_rpc and jsonapi-resources. This server does \
        not acknowledge requests, and sends no reply to an invalid request.

        The name retort imitates an Elixir server with the libraries Retort and Calcinator. This server does not \
        support the relationship commands, such as link. In a request to this server, the JSON-RPC id must be the \
        correlation id of the message.
        """, example: "retort serve blog --flavour carrot"),
  ]
}
