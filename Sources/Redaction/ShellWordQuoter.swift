/// Writes words that a shell reads unchanged.
package enum ShellWordQuoter {
  /// Returns a word in quotes for a shell; returns a word that needs no quotes unchanged.
  ///
  /// A word that contains control characters becomes `$'...'`, with the escapes of bash, zsh and ksh.
  package static func quoted(_ word: String) -> String {
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
