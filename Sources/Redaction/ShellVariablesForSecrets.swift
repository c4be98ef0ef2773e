/// Replaces the secrets in a command line with shell variables, so that the command works but shows no secret.
///
/// ```swift
/// var secrets = ShellVariablesForSecrets()
/// secrets.pieces(of: "amqp://u:secret@h/")   // text "amqp://u:", variable "PASSWORD", text "@h/"
/// ```
public struct ShellVariablesForSecrets {
  /// A piece of a word: text, or a variable that stands for a secret.
  public enum WordPiece: Equatable, Sendable {
    case text(String)
    case variable(String)
  }

  private var names: [String: String] = [:]

  /// Creates a substitution without variables.
  public init() {}

  /// Splits a word into texts and variables; equal secrets get the same variable.
  ///
  /// - Parameters:
  ///   - word: A word of the command line.
  ///   - wanted: The name for the variable of a new secret.
  /// - Returns: The pieces, without empty texts.
  public mutating func pieces(of word: String, as wanted: String = "PASSWORD") -> [WordPiece] {
    var secrets: [String] = []
    let masked = Secrets.hidden(in: word) { secret in
      secrets.append(String(secret))
      return Self.mark
    }
    let texts = masked.split(separator: Self.mark, omittingEmptySubsequences: false).map(String.init)
    guard texts.count == secrets.count + 1 else { return [.text(Secrets.hidden(in: word))] }
    var pieces = [WordPiece.text(texts[0])]
    for (secret, text) in zip(secrets, texts.dropFirst()) {
      pieces += [.variable(name(of: secret, as: wanted)), .text(text)]
    }
    return pieces.filter { $0 != .text("") }
  }

  /// Returns the name of the variable that replaces a secret.
  ///
  /// If the wanted name already belongs to another secret, the function adds a number, as in `PASSWORD2`.
  public mutating func name(of secret: String, as wanted: String) -> String {
    if let name = names[secret] { return name }
    let word = wanted.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    let base = String(word.first?.isNumber ?? true ? ["_"] + word : word)
    var (name, number) = (base, 2)
    while names.values.contains(name) { (name, number) = ("\(base)\(number)", number + 1) }
    names[secret] = name
    return name
  }

  /// The separator between the pieces of a word: a character that no argument of a program can contain.
  private static let mark = "\0"

  /// Returns a reference to a variable for a shell command, such as `"${PASSWORD:?}"`.
  ///
  /// If the variable is empty or not set, the shell reports an error and does not execute the command.
  public static func reference(to name: String) -> String { "\"${\(name):?}\"" }

  /// Returns the names of the variables in a command, in the order of their first occurrence.
  ///
  /// The function finds only references in the form that ``reference(to:)`` returns.
  public static func names(in command: String) -> [String] {
    var names: [String] = []
    for part in command.split(separator: "\"${").dropFirst() {
      guard let end = part.firstRange(of: ":?}\"") else { continue }
      let name = String(part[..<end.lowerBound])
      if !name.isEmpty, !names.contains(name), name.allSatisfy({ $0 == "_" || $0.isLetter || $0.isNumber }) {
        names.append(name)
      }
    }
    return names
  }
}
