extension Article {
  static let running = Article(
    name: "running", title: "Running scripts",
    summary: "The command lines of the program, its options, exit statuses, signals, traces and reports.",
    body: #"""
      \#(table(.program))

      Program options come before FILE. The script gets the arguments after FILE in the variable `args`, a list of strings. Write `--`
      before an argument that begins with `-`. Arguments for a script that does not use this variable are an error. If `-c` is given
      several times, each `-c` is a line of one script. A file whose first line is `#!/usr/bin/env retort` can be started as a program,
      if it is executable.

      `connect` without a URI uses the variable `RETORT_URL`. Put a URI with a password into this variable, because every user of the
      machine can read a command line.

      ## Exit status

      | Status | Meaning |
      |---|---|
      | 0 | everything was done |
      | 1 | a statement failed |
      | 2 | wrong usage, or an error that was found before the script ran |
      | 3 | the condition of an assert was false |
      | 4 | no connection, no queue of this name, or the broker refused access |
      | 5 | a bulk change sent requests, and some elements failed, were refused or are unknown; no later statement failed |
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

      Ctrl-C, SIGTERM and SIGHUP stop the run. Reads end immediately, and no more changes are sent. The program waits for the replies to
      the changes in flight, but at most until their timeout expires. An `each` with a journal first completes the iterations that have
      begun. A second signal ends the wait. In this case, retort does not know whether the service carried out the changes in flight, and
      counts them as unknown. At the prompt, a third signal ends the program. If the same signal arrives again within 100 ms, it counts
      once.

      If standard output is closed early, retort skips the rest of the script. If a skipped statement changes data, writes a file or
      asserts, the status is 1. Otherwise the status is 0. If standard output was closed from the start, the status is 1. If a
      disk is full, the status is 1. If a full disk ends a bulk change that has already sent changes, the status is 5: the
      journal, the backup or the file of failures can't be written. If a later stage such as `write` fails, the status is 1.

      ## Traces and dry runs

      | Option | Output |
      |---|---|
      | `--trace` | each request and reply, with its correlation id and duration |
      | `--trace=api` | one line for each request |
      | `--trace=amqp` | the frames between the program and the broker |
      | `--trace=errors` | only failed requests |

      Separate several topics with commas, as in `--trace=api,errors`. Members with names like password or token have the value `***`,
      and so have passwords in URIs.

      `--offline` sends nothing. It prints each request as a line of JSON, with the same stars. There are no replies, so pages are
      empty, counts are 0, and a created resource has the id `offline-1`. A statement that sends a request prints the request and
      no result. To see such a result, use `print`. Assertions are checked. `--dry-run` sends the requests that only read, and shows the changes
      without sending them.

      ## Text of services and files at a terminal

      At a terminal, control characters, direction marks and invisible characters in data are shown as escapes. For example, ESC is
      shown as `\u{1b}`, and in JSON as `\u001b`. A pipe or a file gets these characters unchanged. At a terminal, `0 rows` means an
      empty result.
      """#)
}
