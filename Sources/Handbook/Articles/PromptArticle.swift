extension Article {
  static let prompt = Article(
    name: "prompt", title: "The prompt",
    summary: "History, completion, colours, the pager, start files and profiles.",
    body: #"""
      `retort` without a file opens the prompt. Each statement runs when its line is complete; after a failed statement the session continues. Ctrl-C
      clears the line or stops the statement, Ctrl-D exits.

      - The prompt shows the connection that was opened last, and the state of this connection. The prompt is red while a connection with
        `env: "production"` is open. If a URI has no password, the prompt asks for the password and does not show what you type.
      - An incomplete statement continues on the next line, where the prompt shows what is not closed (`for post ...>`). Ctrl-C or Ctrl-D
        drops the statement. Pasted text is read as a file is.
      - `edit` opens the last statement in `VISUAL`, `EDITOR` or `vi`, and Ctrl-X Ctrl-E opens the statement that is being typed. After
        the editor ends, the statement runs.
      - Unknown words and names are red while you type. `RETORT_COLORS=light` chooses colours for light terminals; `NO_COLOR` or `--color
        never` turns colours off.
      - The remaining arguments of a command are shown in grey after the cursor. F1 and Alt-H show the help of the word at the cursor.
      - `save "x.retort" last: 5` writes the last five statements to a script, without those that failed. It adds the earlier statements that
        define their names or open the connection. `retort demo` is a prompt with clients of the sample and a tour.
      - The pager that `RETORT_PAGER` or `PAGER` names, or `less`, shows results that are taller than the screen; `--no-pager` turns it off.
      - `_` is the value of the last statement. `vars` lists the variables, `clients` the clients and connections.
      - `help WORD` explains a word, an option (`help timeout`), a kind of error (`help not-found`) or an option of the program or of `serve`
        (`help --trace`). `help cookbook` has recipes, `help guide` the articles.

      ## Completion

      \#(topic("completion"))

      ## Start files and profiles

      The prompt first runs `~/.config/retort/rc.retort`, then `./.retortrc` if `retort trust` has accepted its text; with `--no-rc`
      it runs neither. A profile is a def in such a file:

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

      `watch 2s do ... end` runs a block every two seconds. At a terminal, the output of each iteration replaces the previous output, and
      changes are marked. Ctrl-C ends the loop.
      """#)
}
