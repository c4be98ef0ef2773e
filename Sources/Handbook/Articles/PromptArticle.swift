extension Article {
  static let prompt = Article(
    name: "prompt", title: "The prompt",
    summary: "History, completion, colours, the pager, start files and profiles.",
    body: #"""
      `retort` without a file opens the prompt. Each statement runs when its line is complete; after a failed statement the session continues. Ctrl-C
      clears the line or stops the statement, Ctrl-D exits.

      - The prompt shows the connection that was opened last and its state. It is red while a connection with `env:
        "production"` is open. If a URI has no password, the prompt asks for one without echo.
      - An incomplete statement continues on the next line, whose prompt names the open part (`for post ...>`); Ctrl-C or Ctrl-D
        drops the statement. Pasted text is read like a file.
      - `edit` opens the last statement in `VISUAL`, `EDITOR` or `vi`, and Ctrl-X Ctrl-E opens the statement that is being typed; the edited statement runs.
      - Unknown words and names are marked in red while they are typed. `RETORT_COLORS=light` is for light terminals; `NO_COLOR` or
        `--color never` turns colours off.
      - The remaining arguments of a command are shown in grey after the cursor. F1 and Alt-H show the help of the word at the cursor.
      - `save "x.retort" last: 5` writes a script: of the last five statements, those that succeeded; and the earlier
        statements that define the names they use or open the connection. `retort demo` is a prompt with clients of the
        sample and a tour.
      - Results that are taller than the screen are shown with `RETORT_PAGER`, `PAGER` or `less`; `--no-pager` turns the pager off.
      - `_` is the last value of the top level. `vars` lists the variables, `clients` the clients and connections.
      - `help WORD` explains a word, an option (`help timeout`), a kind of error (`help not-found`) or an option of the program or of `serve`
        (`help --trace`). `help cookbook` has recipes, `help guide` the articles.

      ## Completion

      \#(topic("completion"))

      ## Start files and profiles

      The prompt first runs `~/.config/retort/rc.retort`, then `./.retortrc` if `retort trust` has accepted its text; `--no-rc` runs
      neither. A profile is a def in such a file:

      ```retort
      def blog(who: "me") do
        connect "embedded:blog" name: "blog-\(who)" guard: "confirm"
      end

      blog
      clients | select .connection .state
      ```
      ```text
      {"connection":"blog-me embedded:blog","state":"up"}
      ```

      ## Watching

      `watch 2s do ... end` runs a block repeatedly; at a terminal each round replaces the output of the previous round and marks the changes.
      Ctrl-C ends it.
      """#)
}
