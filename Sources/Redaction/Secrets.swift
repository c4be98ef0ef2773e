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

  /// Whether an expression contains the name of a secret, such as `.password` or `api-token`.
  public static func namesSecret(_ expression: String) -> Bool {
    expression.split { !isInName($0) }.contains { isSecret(name: String($0)) }
  }

  /// Returns a text that should be a URI with a mask in place of the password.
  ///
  /// The URI can be misspelled, for example without its scheme: the password is between the first colon after the scheme
  /// and the last `@`.
  ///
  /// ```swift
  /// Secrets.hidden(inURI: "guest:secret@localhost")  // guest:***@localhost
  /// ```
  public static func hidden(inURI text: String) -> String {
    guard let at = text.lastIndex(of: "@") else { return hidden(in: text) }
    let scheme = text.firstMatch(of: #/^\s*(?:[A-Za-z]+[:;.,]?)?\/\//#)
    let user = scheme.flatMap { $0.range.upperBound < at ? $0.range.upperBound : nil } ?? text.startIndex
    guard let colon = text[user..<at].firstIndex(of: ":") else { return hidden(in: text) }
    return hidden(in: text[...colon] + mask + text[at...])
  }

  private static let words = [
    "password", "passwd", "passphrase", "passcode", "secret", "token", "credential", "authorization", "cookie",
    "apikey", "privatekey", "beam",
  ].map { Array($0.utf8) }

  /// The range of a secret in a text, and whether the secret is the password in the URI of a broker.
  typealias SecretRange = (range: Range<String.Index>, isBrokerPassword: Bool)

  /// Returns the ranges of the secrets in a text, sorted by their start; the ranges can overlap.
  static func secretRanges(in text: String) -> [SecretRange] {
    ((bearers(text) + parameters(text) + keys(text)).map { ($0, false) } + places(text)).sorted {
      $0.range.lowerBound < $1.range.lowerBound
    }
  }

  /// Returns the ranges of passwords in URIs, and of secret members of JSON objects and records.
  private static func places(_ text: String) -> [SecretRange] {
    let signs = [UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "=")]
    guard text.utf8.contains(where: signs.contains) else { return [] }
    let joined = JoinedStringLiterals(text)
    let uris = URIPasswordFinder(joined.characters)
    let places =
      uris.ranges.map { ($0, uris.brokerRanges.contains($0)) }
      + (members(joined.characters) + numbers(joined.characters) + nestedMembers(joined.characters)).map { ($0, false) }
    let indices = Array(text.indices) + [text.endIndex]
    return places.flatMap { place, isBroker in
      joined.parts(place).map { (indices[$0.lowerBound]..<indices[$0.upperBound], isBroker) }
    }
  }

  /// Returns the ranges of the tokens after `Bearer`, and after `Authorization: Basic`.
  private static func bearers(_ text: String) -> [Range<String.Index>] {
    let lowercased = text.lowercased()
    guard lowercased.contains("bearer") || lowercased.contains("basic") else { return [] }
    return text.matches(of: #/(?i)(?:\bbearer|authorization: *basic) +(?<token>[A-Za-z0-9._~+\/=\-]+)/#).map {
      $0.output.token.startIndex..<$0.output.token.endIndex
    }
  }

  /// Returns the ranges of private keys in the PEM format, without their first and last lines (RFC 7468).
  private static func keys(_ text: String) -> [Range<String.Index>] {
    guard text.contains("PRIVATE KEY-----") else { return [] }
    return text.matches(of: #/BEGIN [A-Z ]*PRIVATE KEY-----(?<key>[^"]+?)(?:-----END|"|$)/#).map {
      $0.output.key.startIndex..<$0.output.key.endIndex
    }
  }

  /// Returns the ranges of values after the name of a secret, in a URI (`?password=x`), a connection string
  /// (`"Password=x;User=y"`) or a comment (`# password: x`).
  private static func parameters(_ text: String) -> [Range<String.Index>] {
    (pairs(text) + comments(text)).filter { isSecret(name: String($0.0)) }.map { $0.1.startIndex..<$0.1.endIndex }
  }

  // The first use of a regular expression takes 10 ms. To save this time, the next two functions first check whether
  // the text contains `=` or `#`, which every match contains.

  private static func pairs(_ text: String) -> [(Substring, Substring)] {
    guard text.utf8.contains(UInt8(ascii: "=")) else { return [] }
    return text.matches(of: #/[?&;"](?<name>[A-Za-z0-9_.%\-]+)=(?<value>[^&;#\s"]+)/#).map {
      ($0.output.name, $0.output.value)
    }
  }

  private static func comments(_ text: String) -> [(Substring, Substring)] {
    guard text.utf8.contains(UInt8(ascii: "#")) else { return [] }
    return text.matches(of: #/#[^\n]*/#).flatMap { comment in
      // The character before the name keeps the search from starting again inside a long word.
      comment.output.matches(
        of: #/(?i)[^a-zA-Z0-9_\-](?<name>[a-z0-9_\-]+)"? *(?::|=|\bis\b) *"?(?<value>[^\s",;]+)/#
      ).map {
        ($0.output.name, $0.output.value)
      }
    }
  }

  /// Returns the ranges of the string values of secret members, such as `password`.
  ///
  /// A member can have the form `password: "x"`, `"password": "x"`, `.password == "x"`, `"x" == .password`,
  /// `.password ?? "x"` or `password = "x"`.
  private static func members(_ characters: [Character]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var place = 0
    while let quote = characters[place...].firstIndex(of: "\"") {
      place = quote + 1
      let end = closing(characters, from: place)
      guard name(characters[..<quote]).map(isSecret) ?? false || isCompared(characters[end...]) else { continue }
      if end > place { ranges.append(place..<end) }
      place = min(end + 1, characters.count)
    }
    return ranges
  }

  /// Returns the ranges of the numbers that are values of secret members, as in `password: 1234`.
  private static func numbers(_ characters: [Character]) -> [Range<Int>] {
    characters.indices.compactMap { sign in
      guard characters[sign] == ":" || characters[sign] == "=" else { return nil }
      let number = characters[(sign + 1)...].drop { $0 == " " }.prefix { "0123456789.eE+-".contains($0) }
      guard number.first.map({ $0 == "-" || $0.isNumber }) ?? false, number.contains(where: \.isNumber),
        let name = name(characters[...sign]), isSecret(name: name)
      else { return nil }
      return number.indices
    }
  }

  /// Whether the text after a string compares the string with a secret member, as in `"x" == .password`.
  private static func isCompared(_ rest: ArraySlice<Character>) -> Bool {
    let rest = rest.dropFirst().drop { $0 == " " }
    guard let first = rest.first, "=!".contains(first), rest.dropFirst().first == "=" else { return false }
    let path = rest.dropFirst(2).drop { $0 == " " }.prefix { isInName($0) || ".?".contains($0) }
    return isSecret(name: String(path.reversed().prefix(while: isInName).reversed()))
  }

  /// Returns the ranges of the other strings in the values of secret members and variables.
  ///
  /// Such a value is, for example, `tokens: ["x", "y"]`, `password: {value: "x"}`, `password: lower("x")` or
  /// `let password = if a do "x" else "y" end`. Names of members are not secrets, and neither are the arguments of `env`
  /// and `var`, as in `password: [env("NAME")]`.
  private static func nestedMembers(_ characters: [Character]) -> [Range<Int>] {
    var (ranges, place): ([Range<Int>], Int) = ([], 0)
    /// The number of open brackets in the value of a secret; nil outside such a value.
    var depth: Int?
    /// Whether the value is a list after `in`, which ends with its bracket.
    var isSearchedList = false
    while place < characters.count {
      let character = characters[place]
      switch character {
      case "\"":
        let start = place + 1
        place = closing(characters, from: start)
        if depth != nil, place > start, !isArgument(characters[..<(start - 1)]), !isName(characters[place...]) {
          ranges.append(start..<place)
        }
      case "[", "{", "(":
        if depth == nil, character == "[", isSearched(characters[..<place]) { (depth, isSearchedList) = (0, true) }
        depth = depth.map { $0 + 1 }
      case "]", "}", ")":
        depth = depth.flatMap { $0 > 0 ? $0 - 1 : nil }
        if isSearchedList, depth == 0 { (depth, isSearchedList) = (nil, false) }
      case ",", "\n", ";": if depth == 0 { depth = nil }
      case ":" where depth == nil, "=" where depth == nil:
        if beginsValue(characters[(place + 1)...]), name(characters[...place]).map(isSecret) ?? false { depth = 0 }
      default: break
      }
      place += 1
    }
    return ranges
  }

  /// Whether the list after the text is searched for a secret member, as in `.password in ["x"]`.
  private static func isSearched(_ before: ArraySlice<Character>) -> Bool {
    let words = before.suffix(80).split(separator: " ")
    return words.last == ["i", "n"]
      && isSecret(name: String(words.dropLast().last?.reversed().prefix(while: isInName).reversed() ?? []))
  }

  /// Whether a text begins like the value of a member or a variable, and not like prose: with a bracket, a call such as
  /// `lower("x")`, or `if`.
  private static func beginsValue(_ rest: ArraySlice<Character>) -> Bool {
    let value = rest.drop { $0 == " " }
    if let first = value.first, "[{(".contains(first) { return true }
    let word = value.prefix(while: isInName)
    return !word.isEmpty && (value[word.endIndex...].first == "(" || String(word) == "if")
  }

  /// Whether a string after the text is the name of an environment variable or of a program option: the text ends with
  /// `env(` or `var(`.
  private static func isArgument(_ before: ArraySlice<Character>) -> Bool {
    before.last == "("
      && ["env", "var"].contains(String(before.dropLast().reversed().prefix(while: isInName).reversed()))
  }

  /// Whether the string before the text is the name of a member: after the closing quote comes a `:`.
  private static func isName(_ rest: ArraySlice<Character>) -> Bool {
    rest.dropFirst().first { !$0.isWhitespace } == ":"
  }

  /// Returns the name of a member, from the text before the first character of the member's value.
  ///
  /// The name can be in quotes, or in brackets and quotes. The result is nil if no `:`, `=` or `??` comes before the value.
  private static func name(_ before: ArraySlice<Character>) -> String? {
    // In a string literal with JSON, a backslash is before each quote.
    var rest = before.trimmingSuffix { $0.isWhitespace || $0 == "\\" }
    guard let sign = rest.last, ":=".contains(sign) || rest.suffix(2) == ["?", "?"] else { return nil }
    rest = rest.trimmingSuffix { ":=!?".contains($0) }.trimmingSuffix(\.isWhitespace)
    rest = rest.trimmingSuffix { "\"]\\".contains($0) }
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
