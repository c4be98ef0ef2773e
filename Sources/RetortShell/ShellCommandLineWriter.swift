import Redaction

/// Writes command lines that a shell can run.
enum ShellCommandLineWriter {
  /// Returns a command line that starts retort with the given arguments, such as `retort --var cap=5 'my file.retort'`.
  ///
  /// Shell variables replace passwords, as in `retort --var token="${TOKEN:?}" x.retort`.
  static func command(_ arguments: [String]) -> String {
    var secrets = SecretSubstitution()
    return (["retort"] + arguments.map { shown($0, &secrets) }).joined(separator: " ")
  }

  private static func shown(_ word: String, _ secrets: inout SecretSubstitution) -> String {
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    var pieces: [SecretSubstitution.WordPiece]
    if parts.count == 2, !parts[0].contains(where: \.isWhitespace), Secrets.isSecret(name: parts[0]) {
      pieces = [.text(parts[0] + "="), .variable(secrets.name(of: parts[1], as: parts[0]))]
    } else {
      pieces = secrets.pieces(of: word)
    }
    if pieces.isEmpty { pieces = [.text("")] }
    return pieces.map { piece in
      switch piece {
      case .text(let text): quoted(text)
      case .variable(let name): SecretSubstitution.reference(to: name)
      }
    }.joined()
  }

  /// Returns a word quoted for a shell, if the word needs quotes; otherwise unchanged.
  ///
  /// A word that contains control characters becomes `$'...'`, with the escapes of bash, zsh and ksh.
  static func quoted(_ word: String) -> String {
    if TerminalSafeText.message(word) != word { return "$'" + word.unicodeScalars.map(escaped).joined() + "'" }
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "-_./=:,+@%".utf8.contains(byte)
      }
    }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// Returns a code point as it is written inside `$'...'`, with an escape if necessary.
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\\", "'": return "\\\(scalar)"
    case "\n": return "\\n"
    case "\t": return "\\t"
    default:
      let text = String(scalar)
      guard TerminalSafeText.message(text) != text else { return text }
      let digits = String(scalar.value, radix: 16)
      return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
  }
}
