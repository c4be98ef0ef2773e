extension Help {
  /// The text of `help bulk`, which fits on a screen of 24 lines and 80 columns.
  ///
  /// The text lists the options for changes of many resources. The article `bulk-changes` explains these options.
  static let bulk = """
    Stages that change many resources: create, update, upsert, destroy, link,
    relink, unlink, transition, each. Command: destroy-all CLIENT filter: {...}.

      stream posts filter: {state: "spam"} | collect | destroy posts max: 500
      read "a.csv" | create authors key: .email journal: "a.journal" settle: 60s

    before  dry-run: true sends no change. max: N allows at most N changes.
            backup: FILE stores the old resources. confirm: true skips the question.
            connect ... guard: "confirm" always asks, "read-only" allows no change.
    during  in-flight: 16 sends 16 changes at a time. rate: 200 sends 200 a second.
            throttle: {depth: 50, p95: 200ms} pauses. patience: 10m limits a pause.
            retry: N repeats safe requests. workers: NAME uses a pool of workers.
            on-error: "continue" allows failures. halt: 10 or "3%" limits them.
            retort ctl pauses, slows or stops a run. Ctrl-C stops a run.
    after   The summary counts ok, failed, absent, refused, unknown (no reply came).
            verify: true looks up unknown changes. "all" looks up every create too.
            failed: FILE lists the failures. A run with failures ends with status 5.
    resume  journal: FILE records changes. Run the statement again to do the rest.
            With journal:, create and each need key: .FIELD.
            settle: 60s sends a change again if no lookup finds it after 60 s.
            unknown: "fail" counts, "skip" omits and "retry" sends unknown changes.
            retort journal FILE lists unknown changes, and can record outcomes.

    help bulk-changes shows the whole article. help journal: explains an option.

    """
}
