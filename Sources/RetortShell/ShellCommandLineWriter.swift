import Redaction

/// Writes command lines that a shell can run.
enum ShellCommandLineWriter {
  /// Returns a command line that starts retort with the given arguments, such as `retort --var cap=5 'my file.retort'`.
  ///
  /// Shell variables replace passwords, as in `retort --var token="${TOKEN:?}" x.retort`.
  static func command(_ arguments: [String]) -> String {
    var secrets = ShellVariablesForSecrets()
    return (["retort"] + arguments.map { shown($0, &secrets) }).joined(separator: " ")
  }

  private static func shown(_ word: String, _ secrets: inout ShellVariablesForSecrets) -> String {
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    var pieces: [ShellVariablesForSecrets.WordPiece]
    if parts.count == 2, !parts[0].contains(where: \.isWhitespace), Secrets.isSecret(name: parts[0]) {
      pieces = [.text(parts[0] + "="), .variable(secrets.name(of: parts[1], as: parts[0]))]
    } else {
      pieces = secrets.pieces(of: word)
    }
    if pieces.isEmpty { pieces = [.text("")] }
    return pieces.map { piece in
      switch piece {
      case .text(let text): ShellWordQuoter.quoted(text)
      case .variable(let name): ShellVariablesForSecrets.reference(to: name)
      }
    }.joined()
  }
}
