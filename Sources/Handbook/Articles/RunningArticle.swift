extension Article {
  static let running = Article(
    name: "running", title: "Running scripts",
    summary: "The command lines of the program, its options, exit statuses, signals, traces and reports.",
    body: #"""
      \#(table(.program))

      Program options come before FILE. The arguments after it are `args`; an argument that begins with `-` needs `--`
      before it. Arguments for a script that does not read `args` are an error. Put a URI with a password in
      `RETORT_URL`, which `connect` without a URI uses: every user of the machine can read a command line. Several `-c`
      are the lines of one script. With `#!/usr/bin/env retort` as its first line, a file is a program.

      `retort fmt FILE` writes the canonical layout, and `retort fmt --check` lists the files that formatting would
      change. `retort check --output json` is for editors.

      ## Exit status

      | Status | Meaning |
      |---|---|
      | 0 | everything was done |
      | 1 | a statement failed |
      | 2 | wrong usage, or the check found errors: nothing ran |
      | 3 | an assertion failed |
      | 4 | no connection, no route, or the broker refused access |
      | 5 | a bulk change that sent requests ended with failed, refused or unknown elements, and no later statement failed |
      | 6 | refused: a limit, or a confirmation is missing |
      | 129, 130, 143 | ended by SIGHUP, Ctrl-C, SIGTERM |

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

      Ctrl-C, SIGTERM and SIGHUP stop the run: reads end immediately, no more changes are sent, and changes in flight wait for their replies
      until their timeout. With a journal, the running iterations of each end first. A second signal stops immediately,
      and changes in flight are unknown. At the prompt, a third signal ends the program. If standard output is closed
      early, the status is 1 if the rest of the script changes data, writes or asserts, else 0. If it can't be written, because the disk is
      full or because it was closed from the start, the status is 1.

      ## Traces and dry runs

      `--trace` shows each request and reply with its correlation id and duration, `--trace=api` one line for each call, `--trace=amqp` the
      broker's frames, `--trace=errors` only failed calls; separate topics with commas. Values of members with names like password or token
      are shown as `***`, and so are passwords in URIs. `--offline` prints each request as a line of JSON, with the same stars, instead of
      sending it: pages are empty, a created resource has the id `offline-1`, and results that depend on them are not printed. `--dry-run` sends reads, and shows changes instead of
      sending them.

      ## Text of services and files at a terminal

      On a terminal, control characters, direction marks and invisible characters of data are shown as escapes: ESC as `\u{1b}`, in JSON as
      `\u001b`. A pipe or a file gets these characters unchanged. At a terminal, an empty result prints `0 rows`.
      """#)
}
