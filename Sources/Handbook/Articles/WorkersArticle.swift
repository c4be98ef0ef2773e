extension Article {
  static let workers = Article(
    name: "workers", title: "Workers on several machines",
    summary: "How a pool of workers sends the changes of a run, and what happens if a worker is lost.",
    body: #"""
      By default, the program that runs a script also sends the requests of its bulk changes, with 16 in flight. If this program is too
      slow, or if the network to the services is slow, a pool of workers can send the requests. The program gives chunks of changes to
      the workers over RabbitMQ, and the workers reply with the outcomes. The program keeps the journal and the limits, and shows the
      summary.

      \#(topic("pools"))

      The Debian package contains a unit for any pool, `retort-work@.service`. Start it with `systemctl start retort-work@night`. The
      variable `WORK_OPTIONS` in `/etc/retort/night.env` has the options of the worker.
      """#)
}
