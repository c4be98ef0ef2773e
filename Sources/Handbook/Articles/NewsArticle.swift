extension Article {
  static let news = Article(
    name: "news", title: "Changes", summary: "The changes in each version, the newest first.",
    body: #"""
      ## 0.1.0

      The first version.

      - The language: statements, pipelines and stages, with a check of the whole script before its first request.
      - JSON:API over JSON-RPC 2.0 over RabbitMQ: all verbs, paging by number, by offset and by links, relationships, `call` for any method.
      - Bulk changes with confirmation, limits, dry runs, backups, a journal that resumes after a crash, and lookups of unknown changes.
      - The prompt, with completion that learns from replies, colours, a pager and start files.
      - `retort serve`: a SQLite database, or the sample blog, as a service, with injected faults and imitations of other servers.
      - `retort demo`, a tour; `retort doctor`, which examines the connection to a service; `save`, which writes a session as a script.
      - `retort lsp` for editors, completions for bash, zsh and fish, and pages for man.
      - `retort check`, `fmt`, `journal`, `ctl` and `trust`; this reference as `help`.
      - `retort work`: pools of workers that send the changes of a run.
      - A Debian package with units of systemd.
      """#)
}
