extension Article {
  static let workers = Article(
    name: "workers", title: "Workers on several machines",
    summary: "How a pool of workers sends the changes of a run, and what happens if a worker is lost.",
    body: #"""
      By default a sink sends its requests itself, with 16 in flight. If one program is not fast enough, or the network to the services is slow,
      a pool of workers can send them: the sink sends chunks of changes to the pool over RabbitMQ, and the workers reply with the outcomes. The journal, the limits,
      the summary and the exit status remain in the program that runs the script.

      \#(topic("pools"))

      The Debian package has this unit as `retort-work@.service`: `systemctl start retort-work@night`. The options of the worker are
      `WORK_OPTIONS` in `/etc/retort/night.env`.
      """#)
}
