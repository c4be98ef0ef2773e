/// Finds secrets in texts: passwords of URIs, string values of members such as `password`, and tokens after `Bearer`.
///
/// If it is unclear whether a text is a secret, the search treats the text as a secret.
public enum Secrets {
  /// The text that stands for a secret.
  static let mask = "***"

  /// Returns a text with a mask in place of each secret.
  ///
  /// By default, the mask is `***`. The text can be a statement, JSON or prose.
  ///
  /// ```swift
  /// Secrets.hidden(in: #"connect "amqp://guest:secret@localhost/""#)  // connect "amqp://guest:***@localhost/"
  /// Secrets.hidden(in: #"create users {password: "x"}"#)              // create users {password: "***"}
  /// ```
  public static func hidden(in text: String, as mask: (Substring) -> String = { _ in "***" }) -> String {
    var (shown, end) = ("", text.startIndex)
    for range in secretRanges(in: text).map(\.range) where range.upperBound > end {
      let start = max(range.lowerBound, end)
      shown += text[end..<start]
      shown += mask(text[start..<range.upperBound])
      end = range.upperBound
    }
    return shown + text[end...]
  }

  /// Whether the value of a member with the given name is a secret: true for `password`, `api_key` and `authToken`.
  public static func isSecret(name: String) -> Bool {
    var letters: [UInt8] = []
    letters.reserveCapacity(name.utf8.count)
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "-"), UInt8(ascii: "_"): continue
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): letters.append(byte | 0x20)
      default: letters.append(byte)
      }
    }
    if letters.elementsEqual("pass".utf8) || letters.elementsEqual("pwd".utf8) { return true }
    return words.contains { letters.contains(word: $0) }
  }

  private static let words = [
    "password", "passwd", "passphrase", "passcode", "secret", "token", "credential", "authorization", "cookie",
    "apikey", "privatekey", "beam",
  ].map { Array($0.utf8) }

  /// The range of a secret in a text, and whether the secret is the password in the URI of a broker.
  typealias SecretRange = (range: Range<String.Index>, isBrokerPassword: Bool)

  /// Returns the ranges of the secrets in a text, sorted by their start; the ranges can overlap.
  static func secretRanges(in text: String) -> [SecretRange] {
    ((bearers(text) + parameters(text)).map { ($0, false) } + places(text)).sorted {
      $0.range.lowerBound < $1.range.lowerBound
    }
  }

  /// Returns the ranges of passwords in URIs, and of secret members of JSON objects and records.
  private static func places(_ text: String) -> [SecretRange] {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "\"") }) else { return [] }
    let joined = JoinedStringLiterals(text)
    let uris = URIPasswordFinder(joined.characters)
    let places =
      uris.ranges.map { ($0, uris.brokerRanges.contains($0)) }
      + (members(joined.characters) + nestedMembers(joined.characters)).map { ($0, false) }
    let indices = Array(text.indices) + [text.endIndex]
    return places.flatMap { place, isBroker in
      joined.parts(place).map { (indices[$0.lowerBound]..<indices[$0.upperBound], isBroker) }
    }
  }

  /// Returns the ranges of the tokens after `Bearer`.
  private static func bearers(_ text: String) -> [Range<String.Index>] {
    guard text.lowercased().contains("bearer") else { return [] }
    return text.matches(of: #/(?i)\bbearer +(?<token>[A-Za-z0-9._~+\/=\-]+)/#).map {
      $0.output.token.startIndex..<$0.output.token.endIndex
    }
  }

  /// Returns the ranges of values after the name of a secret, in a URI (`?password=x`) or a comment (`# password: x`).
  private static func parameters(_ text: String) -> [Range<String.Index>] {
    (pairs(text) + comments(text)).filter { isSecret(name: String($0.0)) }.map { $0.1.startIndex..<$0.1.endIndex }
  }

  // The first use of a regular expression takes 10 ms. To save this time, the next two functions first check whether
  // the text contains `=` or `#`, which every match contains.

  private static func pairs(_ text: String) -> [(Substring, Substring)] {
    guard text.utf8.contains(UInt8(ascii: "=")) else { return [] }
    return text.matches(of: #/[?&;](?<name>[A-Za-z0-9_.%\-]+)=(?<value>[^&;#\s"]+)/#).map {
      ($0.output.name, $0.output.value)
    }
  }

  private static func comments(_ text: String) -> [(Substring, Substring)] {
    guard text.utf8.contains(UInt8(ascii: "#")) else { return [] }
    return text.matches(of: #/#[^\n]*/#).flatMap { comment in
      comment.output.matches(of: #/(?i)(?<name>[a-z0-9_\-]+)"? *(?::|=|\bis\b) *"?(?<value>[^\s",;]+)/#).map {
        ($0.output.name, $0.output.value)
      }
    }
  }

  /// Returns the ranges of the string values of secret members, such as `password`.
  ///
  /// A member can have the form `password: "x"`, `"password": "x"`, `.password == "x"` or `password = "x"`.
  private static func members(_ characters: [Character]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var place = 0
    while let quote = characters[place...].firstIndex(of: "\"") {
      place = quote + 1
      guard let name = name(characters[..<quote]), isSecret(name: name) else { continue }
      let end = closing(characters, from: place)
      if end > place { ranges.append(place..<end) }
      place = min(end + 1, characters.count)
    }
    return ranges
  }

  /// Returns the ranges of the strings inside lists and records that are values of secret members.
  ///
  /// Such a member has the form `tokens: ["x", "y"]` or `password: {value: "x"}`. Names of members are not secrets, and
  /// neither are the arguments of functions, as in `password: [env("NAME")]`.
  private static func nestedMembers(_ characters: [Character]) -> [Range<Int>] {
    var (ranges, place, depth): ([Range<Int>], Int, Int) = ([], 0, 0)
    while place < characters.count {
      switch characters[place] {
      case "\"":
        let start = place + 1
        place = closing(characters, from: start)
        if depth > 0, place > start, !isArgument(characters[..<(start - 1)]), !isName(characters[place...]) {
          ranges.append(start..<place)
        }
      case "[", "{", "(":
        if depth > 0 || name(characters[..<place]).map(isSecret) ?? false { depth += 1 }
      case "]", "}", ")": depth = max(0, depth - 1)
      default: break
      }
      place += 1
    }
    return ranges
  }

  /// Whether a string after the text is the argument of a function: the text ends like `env(`.
  private static func isArgument(_ before: ArraySlice<Character>) -> Bool {
    before.last == "(" && before.dropLast().last.map(isInName) ?? false
  }

  /// Whether the string before the text is the name of a member: after the closing quote comes a `:`.
  private static func isName(_ rest: ArraySlice<Character>) -> Bool {
    rest.dropFirst().first { !$0.isWhitespace } == ":"
  }

  /// Returns the name of a member, from the text before the first character of the member's value.
  ///
  /// The result is nil if no `:` or `=` comes before the value.
  private static func name(_ before: ArraySlice<Character>) -> String? {
    var rest = before.trimmingSuffix(\.isWhitespace)
    guard let sign = rest.last, ":=".contains(sign) else { return nil }
    rest = rest.trimmingSuffix { ":=!".contains($0) }.trimmingSuffix(\.isWhitespace)
    if rest.last == "\"" { rest = rest.dropLast() }
    return String(rest.suffix(64).reversed().prefix(while: isInName).reversed())
  }

  private static func isInName(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "-" || character == "_"
  }

  /// Returns the index at which a string literal ends: at its closing quote, or at the end of the line.
  ///
  /// `start` is an index inside the string literal.
  static func closing(_ characters: [Character], from start: Int) -> Int {
    var place = start
    while place < characters.count, characters[place] != "\"", !characters[place].isNewline {
      place += characters[place] == "\\" ? 2 : 1
    }
    return min(place, characters.count)
  }
}

extension ArraySlice<Character> {
  /// Returns the slice without the trailing characters that satisfy a condition.
  fileprivate func trimmingSuffix(_ condition: (Character) -> Bool) -> ArraySlice<Character> {
    prefix((lastIndex { !condition($0) } ?? startIndex - 1) - startIndex + 1)
  }
}
