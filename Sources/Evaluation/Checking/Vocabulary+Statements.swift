extension Vocabulary {
  /// The statements with a special syntax.
  public static let statements: [(name: String, form: String, summary: String)] = [
    ("let", "let NAME = PIPELINE", "Assigns a value to the visible variable with this name, or defines a new one."),
    (
      "for", "for NAME [, NUMBER] in PIPELINE do ... end",
      "Runs a block for each element; the second name is the element's number, from 1."
    ),
    ("while", "while CONDITION do ... end", "Runs a block as long as a condition is true."),
    (
      "watch", "watch DURATION do ... end",
      "Runs a block repeatedly with a pause between two rounds. At a terminal, each round replaces the output of the previous round and marks the changes. break ends the loop; at the prompt, Ctrl-C ends it too."
    ),
    ("if", "if CONDITION do ... else ... end", "Runs a block if a condition is true, else another block."),
    (
      "try", "try do ... rescue NAME ... end",
      "Runs a block; if it fails, runs the second block with the error as NAME."
    ),
    ("def", "def NAME(a, b: 1) do ... end", "Defines a command, which is also a stage and a function."),
    ("return", "return [PIPELINE]", "Ends a def and returns a value."),
    ("break", "break", "Leaves a loop."),
    ("continue", "continue", "Continues with the next element of a loop."),
    ("source", "source \"FILE.retort\"", "Runs the statements of another file, as if they were in this one."),
    ("set", "set timeout: 10s output: \"json\" in-flight: 16 timing: true", "Changes a setting of the session."),
    ("help", "help [WORD]", "Explains a word, or shows an overview."),
  ]

  /// The settings of `set`.
  public static let settings: [Declaration.Option] = [
    .init(
      name: "timeout", shape: .any, fallback: "5s",
      summary: "how long to wait for a reply, unless the call or the client sets it: 10s, \"never\""),
    .init(
      name: "output", shape: .string, summary: "the format of results: \(ResultFormat.list)",
      words: ResultFormat.allCases.map(\.rawValue)),
    .init(
      name: "in-flight", shape: .number, fallback: "16",
      summary: "the maximum number of concurrent requests of a bulk change, unless the statement's in-flight: sets it"),
    .init(
      name: "timing", shape: .boolean, fallback: "false",
      summary:
        "prints the duration of each statement, with the time spent on waiting for replies and on decoding replies"
    ),
    .init(
      name: "history", shape: .string, fallback: "\"all\"",
      summary:
        "which statements the arrow keys and Ctrl-R find: \"all\", or \"directory\" for those entered in the current directory",
      words: ["all", "directory"]),
    .init(
      name: "learn-values", shape: .boolean, fallback: "false",
      summary: "stores values and ids of replies at the end of the program, for completion"),
  ]
}
