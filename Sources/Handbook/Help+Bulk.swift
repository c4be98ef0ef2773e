extension Help {
  /// The text of `help bulk`, which fits on a screen of 24 lines and 80 columns.
  ///
  /// The text lists the options for changes of many resources. The article `bulk-changes` explains these options.
  static let bulk = """
    Changes of many resources: | create update upsert destroy link relink unlink
    transition; destroy-all CLIENT filter: {...}; | each do ... end.

      stream posts filter: {state: "spam"} | collect | destroy posts max: 500
      read "a.csv" | create authors key: .email journal: "a.journal" settle: 60s

    before  dry-run: true sends no change. max: N refuses more than N changes.
            backup: FILE stores the old resources. confirm: true skips the question.
            connect ... guard: "confirm" always asks; "read-only" refuses changes.
    during  in-flight: 16 changes at a time. rate: 200 changes a second.
            throttle: {depth: 50, p95: 200ms} pauses; patience: 10m limits a pause.
            retry: N repeats safe requests. workers: NAME uses a pool of workers.
            on-error: "stop" or "continue"; halt: 10 or "3%" limits the failures.
            retort ctl pauses, slows or stops a run. Ctrl-C waits for the replies.
    after   The summary counts ok, failed, absent, refused, unknown (no reply came).
            verify: true looks up unknown changes, "all" every create, false none.
            failed: FILE lists the failures. A run with failures ends with status 5.
    resume  journal: FILE records changes. Run the statement again to do the rest.
            With journal:, create and each need key: .FIELD.
            settle: 60s sends a change again if no lookup finds it after 60 s.
            unknown: "fail" counts, "skip" omits, "retry" sends unknown changes.
            retort journal FILE lists them; settle ID done|again records an outcome.

    help bulk-changes shows the whole article. help journal: explains an option.

    """
}
