extension Vocabulary {
  /// The statements that have a syntax of their own, each with its syntax and a description.
  public static let statements: [(name: String, form: String, summary: String)] = [
    (
      "let", "let NAME = PIPELINE",
      "Assigns the value of PIPELINE to the variable NAME. If there is no variable NAME, the statement defines it."
    ),
    (
      "for", "for NAME [, NUMBER] in PIPELINE do ... end",
      """
      Runs a block for each element of PIPELINE. In the block, the variable NAME is the current element. The variable \
      NUMBER is the position of this element: 1, 2, 3 and so on.
      """
    ),
    ("while", "while CONDITION do ... end", "Runs a block as long as a condition is true."),
    (
      "watch", "watch DURATION do ... end",
      """
      Runs a block repeatedly, with a pause of DURATION after each iteration. At a terminal, the output of each \
      iteration replaces the previous output. The characters that changed are highlighted. The statement `break` ends \
      the loop. At the prompt, Ctrl-C ends the loop too.
      """
    ),
    (
      "if", "if CONDITION do ... else ... end",
      "Runs the first block if a condition is true. If the condition is false, runs the second block."
    ),
    (
      "try", "try do ... rescue NAME ... end",
      """
      Runs the first block. If a statement in this block fails, the second block runs. In the second block, the \
      variable NAME contains the error.
      """
    ),
    (
      "def", "def NAME(a, b: 1) do ... end",
      """
      Defines the command NAME. In the form above, `a` is a positional parameter, and `b:` is an option with the \
      default value 1. You can also use the command as a function or as a stage. If you use it as a stage, the first \
      parameter is the current element.
      """
    ),
    (
      "return", "return [PIPELINE]",
      """
      Ends a command that was defined with the statement `def`. The command returns the value of PIPELINE. Without \
      PIPELINE, the command returns null.
      """
    ),
    ("break", "break", "Ends the innermost loop."),
    ("continue", "continue", "Starts the next iteration of the innermost loop."),
    (
      "source", "source \"FILE.retort\"",
      """
      Runs the statements of another file. After that, you can use the variables and commands that the file defines. A \
      block can't contain this statement. In the examples, the file greet.retort defines the command `greet`.
      """
    ),
    ("set", "set timeout: 10s output: \"json\" in-flight: 16 timing: true", "Changes settings of the session."),
    ("help", "help [WORD]", "Explains WORD, such as a command, an option or a topic. Without WORD, shows an overview."),
  ]

  /// The settings that the statement `set` can change.
  public static let settings: [CommandDeclaration.Option] = [
    .init(
      name: "timeout", shape: .any, fallback: "5s",
      summary:
        """
        how long retort waits for a reply, such as 10s, or "never". The option timeout: of a command or a client takes \
        precedence over this setting
        """
    ),
    .init(
      name: "output", shape: .string, summary: "the format of results: \(ResultFormat.list)",
      words: ResultFormat.allCases.map(\.rawValue)),
    .init(
      name: "in-flight", shape: .number, fallback: "16",
      summary: """
        the maximum number of concurrent requests of a bulk change. The option in-flight: of a statement takes \
        precedence over this setting
        """),
    .init(
      name: "timing", shape: .boolean, fallback: "false",
      summary: """
        with true, retort prints the duration of each statement. After requests, it also prints the times for the wait \
        and for the decoding of replies
        """
    ),
    .init(
      name: "history", shape: .string, fallback: "\"all\"",
      summary:
        """
        the earlier statements that the arrow keys and Ctrl-R show. With "all", they show all earlier statements. With \
        "directory", they show only the statements that you typed in the current directory
        """,
      words: ["all", "directory"]),
    .init(
      name: "learn-values", shape: .boolean, fallback: "false",
      summary: """
        with true, retort stores the values and ids in replies when the program ends. In later sessions, Tab completes \
        these values and ids
        """),
  ]
}
