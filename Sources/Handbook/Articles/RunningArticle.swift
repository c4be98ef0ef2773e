extension Article {
  static let running = Article(
    name: "running", title: "Running scripts",
    summary: "The command lines of the program, its options, exit statuses, signals, traces and reports.",
    body: #"""
      \#(table(.program))

      Program options come before FILE. The arguments after FILE are the list `args`; write `--` before an argument that begins with `-`.
      Arguments for a script that does not read `args` are an error. Put a URI with a password in `RETORT_URL`, which `connect` without a
      URI uses, because every user of the machine can read a command line. If `-c` is given several times, the statements are the lines of
      one script. A file whose first line is `#!/usr/bin/env retort` can be started as a program, if it is executable.

      ## Exit status

      | Status | Meaning |
      |---|---|
      | 0 | everything was done |
      | 1 | a statement failed |
      | 2 | wrong usage, or errors of the check: no statement ran |
      | 3 | an assertion failed |
      | 4 | no connection, no queue of this name, or the broker refused access |
      | 5 | a bulk change sent requests, but has failed, refused or unknown elements; no later statement failed |
      | 6 | a guard, a limit or a missing confirmation refused a statement |
      | 129, 130, 143 | SIGHUP, Ctrl-C or SIGTERM ended the run |

      ```console
      $ retort -c 'assert 1 + 1 == 3, "arithmetic"'; echo "status $?"
      error[assert]: arithmetic
        --> -c:1:8
      1 | assert 1 + 1 == 3, "arithmetic"
        |        ^^^^^^^^^^
        = left: 2
        = right: 3
      status 3
      ```

      ## Signals

      Ctrl-C, SIGTERM and SIGHUP stop the run: reads end immediately, no more changes are sent, and the program waits for the replies to
      changes in flight, at most for their timeout. The iterations of an `each` with a journal are finished first. A second signal ends this
      wait, and changes in flight are then unknown. At the prompt, a third signal ends the program.

      If standard output is closed early, the rest of the script is skipped; the status is then 1 if the rest changes data, writes or
      asserts, otherwise 0. If standard output can't be written, because the disk is full or because it was closed from the start, the
      status is 1.

      ## Traces and dry runs

      `--trace` shows each request and reply with its correlation id and duration, `--trace=api` one line for each request, `--trace=amqp`
      the frames of the broker, `--trace=errors` only failed requests; separate several topics with commas. Members with names like password
      or token have the value `***`, and so have passwords in URIs. `--offline` sends nothing and prints each request as a line of JSON, with the same stars. As there are no
      replies, pages are empty, a created resource has the id `offline-1`, and results that depend on them are not printed. `--dry-run`
      sends reads, but only shows changes.

      ## Text of services and files at a terminal

      At a terminal, control characters, direction marks and invisible characters in data are shown as escapes: ESC as `\u{1b}`, in JSON as
      `\u001b`. A pipe or a file gets these characters unchanged. At a terminal, `0 rows` means an empty result.
      """#)
}
