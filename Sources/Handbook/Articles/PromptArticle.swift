extension Article {
  static let prompt = Article(
    name: "prompt", title: "The prompt",
    summary: "History, completion, colours, the pager, start files and profiles.",
    body: #"""
      `retort` without a file opens the prompt. A statement runs when its line is complete. After a failed statement, the session
      continues. Ctrl-C clears the line or stops the statement. Ctrl-D exits.

      - The prompt shows the connection that was opened last, and the state of this connection. The prompt is red while a connection with
        `env: "production"` is open. If a URI has no password, the prompt asks for the password and does not show what you type.
      - An incomplete statement continues on the next line. There, the prompt shows what is not closed, such as `for post ...>`. Ctrl-C
        or Ctrl-D drops the statement. Pasted text is read like a file. If a terminal sends a paste line by line, a syntax error
        discards the rest of the paste.
      - `edit` opens the last statement in an editor: `VISUAL`, `EDITOR` or `vi`. Ctrl-X Ctrl-E opens the statement that you are typing.
        After the editor ends, the statement runs.
      - While you type, unknown words and names are red. `RETORT_COLORS=light` chooses colours for light terminals. `NO_COLOR` or
        `--color never` turns colours off.
      - After the cursor, the prompt shows the remaining arguments of a command in grey. F1 and Alt-H show the help of the word at the
        cursor.
      - `save "x.retort" last: 5` saves the last five successful statements as a script. It adds the earlier statements that the script
        needs. It writes `***` in place of a secret. `retort demo` is a prompt with clients of the sample and a tour.
      - Results that are taller than the screen are shown in a pager: `RETORT_PAGER`, `PAGER` or `less`. `--no-pager` turns the pager
        off. If the pager fails, the result is shown without it.
      - The history has `***` in place of tokens, passwords in URIs, and the values of fields such as `password`. A statement with such
        a `***` does not run. See `help history`.
      - `_` is the last value of a statement; a statement without a value leaves it unchanged. `vars` lists the variables, and `clients` lists the clients and connections.
      - `help WORD` explains a word, an option (`help timeout`), a kind of error (`help not-found`) or a program option (`help
        --trace`). `help cookbook` has recipes, and `help guide` lists the articles.

      ## Completion

      \#(topic("completion"))

      ## Start files and profiles

      The prompt first runs `~/.config/retort/rc.retort`. Then it runs `./.retortrc`, if `retort trust` has accepted its text. With
      `--no-rc`, it runs neither. A profile is a def in such a file that opens a connection:

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

      `watch 2s do ... end` runs a block again and again, with pauses of two seconds. At a terminal, the output of each iteration
      replaces the previous output, and the characters that differ are highlighted. Ctrl-C ends the loop.
      """#)
}
