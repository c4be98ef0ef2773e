extension Help {
  /// The text of `help bulk`, which fits on a screen of 24 lines and 80 columns.
  ///
  /// The text lists the options for changes of many resources. The article `bulk-changes` explains these options.
  static let bulk = """
    Changes of many resources: | create update upsert destroy link relink unlink
    transition; destroy-all CLIENT filter: {...}; | each do ... end.

      stream posts filter: {state: "spam"} | collect | destroy posts max: 500
      read "a.csv" | create authors key: .email journal: "a.journal" settle: 60s

    before  dry-run: true shows requests and sends none; max: N refuses more than N;
            backup: FILE stores the old values; confirm: true answers the question;
            connect ... guard: "confirm" always asks, guard: "read-only" refuses
    during  in-flight: 16; rate: 200 a second; throttle: {depth: 50, p95: 200ms};
            patience: 10m is the longest pause; retry: N repeats safe requests;
            on-error: "stop" or "continue"; halt: 10 or "3%" limits the failures;
            workers: POOL; retort ctl pauses, slows, stops; Ctrl-C waits for replies
    after   the summary counts ok, failed, absent, refused, unknown (no reply came);
            verify: true looks up unknown changes, "all" every create, false none;
            failed: FILE has the failed elements with errors; the status is then 5
    resume  journal: FILE records each change; run the same statement again to do
            the rest; create and each then need key: .FIELD; settle: 60s says that
            the service holds a request for at most 60 s, so a change that is not
            found after this time is sent again; unknown: "fail" counts, "skip"
            omits, "retry" sends the changes that remain; retort journal FILE lists
            them, retort journal FILE settle ID done (or again) records an outcome

    help bulk-changes is the whole article; help journal: explains an option.

    """
}
