extension Article {
  static let workers = Article(
    name: "workers", title: "Workers on several machines",
    summary: "How a pool of workers sends the changes of a run, and what happens when one of them is lost.",
    body: #"""
      A sink sends its requests itself, 16 at a time. Where one program is not enough, or the way to the services is slow, a pool of workers
      sends them: the sink sends chunks of changes to the pool over RabbitMQ, and the workers reply with the outcomes. The journal, the limits,
      the summary and the exit status stay with the program that runs the script.

      \#(topic("pools"))

      The Debian package has this unit as `retort-work@.service`: `systemctl start retort-work@night`. The options of the worker are
      `WORK_OPTIONS` in `/etc/retort/night.env`.
      """#)
}
