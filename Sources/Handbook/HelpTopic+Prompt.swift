extension HelpTopic {
  /// The page about the history of the prompt.
  static let history = HelpTopic(
    name: "history", aliases: ["RETORT_HISTORY", "Ctrl-R", "***"],
    text: """
      The prompt stores each statement in a history. The arrow keys and Ctrl-R find the earlier statements. The history \
      omits a statement that begins with a space.

      The history is the file ~/.local/state/retort/history, or the file that RETORT_HISTORY names. If RETORT_HISTORY \
      is empty, nothing is stored. If the file can't be written, the history lasts until the end of the session. After \
      the statement set history: "directory", the arrow keys and Ctrl-R find only the statements that you typed in the \
      current directory.

      The history has three stars (***) in place of a secret: a token, the password in a URI, or the value of a field \
      such as password. The command `save` also writes *** in place of a secret. retort can't recognize a secret by \
      its value alone, as in {pin: "1234"}. Begin such a statement with a space.

      A statement with *** in place of a secret is an error, because retort would send *** as data. Before you run the \
      statement, replace *** with the secret, or with env("NAME"). The only exception is the password in the URI of a \
      broker. At a terminal, the command `connect` asks for this password. If the connection is already open, the \
      command returns this connection.

      To send the text *** itself, write its first character as an escape: "\\u002a**".
      """)

  /// The page about the variables of the environment.
  static let environment = HelpTopic(
    name: "environment", aliases: environmentNames,
    text: "retort reads these environment variables:\n\n" + environmentTable)

  /// The names of the variables on the page `help environment`, without the names that show another page.
  private static let environmentNames = ManPage.environment.flatMap { variables, _ in
    variables.split(separator: ", ").map(String.init)
  }.filter { !["RETORT_HISTORY", "RETORT_POOL_KEY", "RETORT_POOL_META"].contains($0) }

  /// A line for each variable of the environment, with its meaning.
  private static let environmentTable: String = {
    let width = ManPage.environment.map(\.0.count).max() ?? 0
    return ManPage.environment.map { "  \($0.filled(to: width))  \($1)" }.joined(separator: "\n")
  }()
}
