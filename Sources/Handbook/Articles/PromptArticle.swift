extension Article {
  static let prompt = Article(
    name: "prompt", title: "The prompt",
    summary: "History, completion, colours, the pager, start files and profiles.",
    body: #"""
      `retort` without a file opens the prompt. Each statement runs when its line is complete; a statement that fails ends nothing. Ctrl-C
      clears the line or stops the statement, Ctrl-D leaves.

      - The prompt shows the connection that was opened last and its state, in red while one with `env: "production"` is open. It asks for a
        password that a URI leaves out, and does not show it.
      - A block that is open names itself (`for post ...>`); Ctrl-C or Ctrl-D drops it. What is pasted is read as a file is.
      - `edit` opens the last statement in `VISUAL`, `EDITOR` or `vi`, and Ctrl-X Ctrl-E the one that is being typed; it runs afterwards.
      - Words and names that nothing has are marked in red while they are typed. `RETORT_COLORS=light` is for light terminals, and `NO_COLOR`
        or `--color never` for none.
      - The arguments that a command still takes are shown in grey after the cursor. F1 and Alt-H show the help of the word at the cursor.
      - `save "x.retort" last: 5` writes those of the last five statements that succeeded as a script, with the earlier ones that define
        their names and open their connection. `retort demo` is a prompt on the sample with a tour.
      - Results that are taller than the screen are shown with `RETORT_PAGER`, `PAGER` or `less`; `--no-pager` shows them without.
      - `_` is the last value of the top level. `vars` lists the variables, `clients` the clients and connections.
      - `help WORD` explains a word, an option (`help timeout`), a kind of error (`help not-found`) or an option of the program or of `serve`
        (`help --trace`). `help cookbook` has recipes, `help guide` the articles.

      ## Completion

      \#(topic("completion"))

      ## Start files and profiles

      The prompt first runs `~/.config/retort/rc.retort`, then `./.retortrc` where `retort trust` was given for its text; `--no-rc` runs
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

      `watch 2s do ... end` runs a block again and again; at a terminal each round is drawn over the one before, and what changed is marked.
      Ctrl-C ends it.
      """#)
}
