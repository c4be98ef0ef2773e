extension Help {
  /// The text of `help bulk`, which fits on a screen of 24 lines and 80 columns.
  ///
  /// It is about changes of many resources; the article `bulk-changes` explains them.
  static let bulk = """
    Changes of many resources: | create update upsert destroy link relink unlink
    transition; destroy-all CLIENT filter: {...}; | each do ... end.

      stream posts filter: {state: "spam"} | collect | destroy posts max: 500
      read "a.csv" | create authors key: .email journal: "a.journal" settle: 60s

    before  dry-run: true shows requests and sends none; max: N refuses more than N;
            backup: FILE keeps what was there; confirm: true answers the question;
            guard: "confirm" or "read-only" of connect holds whatever a script says
    during  in-flight: 16; rate: 200 a second; throttle: {depth: 50, p95: 200ms};
            patience: 10m is the longest pause; retry: N repeats what is harmless;
            on-error: "stop" or "continue"; halt: 10 or "3%" ends at such failures;
            workers: POOL; retort ctl pauses, slows, stops; Ctrl-C waits for replies
    after   the summary counts ok, failed, absent, refused, unknown (no reply came);
            verify: looks up what is unknown: true, false, or "all" creates too;
            failed: FILE has what failed, with the error; the status is then 5
    resume  journal: FILE records each change; the same statement again does the
            rest, and nothing twice; create and each need key: .FIELD with it;
            settle: 60s is how long the service may hold a request: what is then not
            found is sent; unknown: "fail", "skip" or "retry" is for what remains;
            retort journal FILE shows it, ... settle ID done or again decides one

    help bulk-changes is the whole article; help journal: explains an option.

    """
}
