/// Finds the passwords of URIs in a text.
///
/// A password ends at the last `@` before the end of the URI, because errors often concern a password with an unescaped
/// `/`, `?` or `@`. URIs of every scheme are searched, also with a misspelt scheme, and in quotes without a scheme.
struct URIPasswords {
  /// The ranges of the passwords, in characters from the start of the text.
  private(set) var ranges: [Range<Int>] = []
  private let characters: [Character]
  /// For each character, whether a quote is open before it.
  private let isQuoted: [Bool]

  /// The part of a URI after its scheme, which can contain a user and a password.
  private struct URIAfterScheme {
    /// The index of the first character after the scheme.
    var start: Int
    var kind: Kind

    enum Kind {
      /// A broker's URI, possibly misspelt: the text after the colon that follows the user is a password, even without
      /// a host.
      case broker
      /// A web address, whose path can contain a colon and an `@`.
      case web
      case other
    }
  }

  init(_ characters: [Character]) {
    self.characters = characters
    isQuoted = Self.quoted(characters)
    var place = 0
    while let authority = authority(from: place) {
      let end = end(of: authority)
      if let range = password(characters[authority.start..<end], authority.kind), !range.isEmpty {
        ranges.append(range)
      }
      place = max(end, place + 1)
    }
  }

  private static func quoted(_ characters: [Character]) -> [Bool] {
    var (isOpen, isEscaped) = (false, false)
    return characters.map { character in
      defer {
        if character == "\"", !isEscaped || !isOpen { isOpen.toggle() }
        if character.isNewline { isOpen = false }
        isEscaped = character == "\\" && !isEscaped
      }
      return isOpen
    }
  }

  /// Returns the first URI that begins at or after an index; nil without one.
  ///
  /// A URI follows a scheme, a misspelt `amqp://`, or a quote.
  private func authority(from index: Int) -> URIAfterScheme? {
    guard index < characters.count else { return nil }
    for place in index..<characters.count where ":/\"".contains(characters[place]) {
      let rest = characters[place...]
      if characters[place] == "\"" {
        if lacksScheme(from: place + 1) { return URIAfterScheme(start: place + 1, kind: .broker) }
        continue
      }
      let word = scheme(before: place, from: index)
      if rest.starts(with: "://") { return URIAfterScheme(start: place + 3, kind: kind(word)) }
      guard word.hasSuffix("amqp") || word.hasSuffix("amqps") else { continue }
      let slashes = rest.first == ":" ? rest.dropFirst() : rest
      return URIAfterScheme(start: slashes.firstIndex { $0 != "/" } ?? characters.count, kind: .broker)
    }
    return nil
  }

  private func scheme(before place: Int, from index: Int) -> String {
    let letters = characters[max(index, place - 8)..<place].reversed().prefix { $0.isLetter || $0.isNumber }
    return String(letters.reversed()).lowercased()
  }

  private func kind(_ scheme: String) -> URIAfterScheme.Kind {
    if ["http", "https", "ws", "wss"].contains(scheme) { return .web }
    return ["ampq", "ampqs"].contains(String(scheme.sorted())) ? .broker : .other
  }

  /// Whether the string that begins at an index has the form `guest:secret@host`.
  private func lacksScheme(from start: Int) -> Bool {
    let user = characters[start...].prefix { $0.isLetter || $0.isNumber || "-_.%".contains($0) }
    guard !user.isEmpty, characters[user.endIndex...].first == ":",
      !["amqp", "amqps", "mailto"].contains(String(user).lowercased())
    else { return false }
    let rest = characters[user.endIndex..<Secrets.closing(characters, from: user.endIndex)]
    return !rest.starts(with: "://") && rest.contains("@") && !rest.contains(where: \.isWhitespace)
  }

  /// Returns where a URI ends: at the closing quote, if it is in a string literal; at the end of the text, if the text
  /// begins with the URI; otherwise at the next white space.
  private func end(of authority: URIAfterScheme) -> Int {
    let start = authority.start
    guard start < characters.count else { return characters.count }
    let line = Secrets.closing(characters, from: start)
    let isWhole = isQuoted[start] || !characters[..<start].contains(where: \.isWhitespace)
    return isWhole ? line : characters[start..<line].firstIndex(where: \.isWhitespace) ?? line
  }

  /// Returns the range of the password in a URI without its scheme; nil if the URI has no password.
  ///
  /// The password is between the first colon and the last `@` of the URI's ``head(of:_:)``. If the head of a broker's
  /// URI has no `@` and no port follows the colon, the password extends to the last `@` of the whole URI, or else to
  /// its end.
  private func password(_ uri: ArraySlice<Character>, _ kind: URIAfterScheme.Kind) -> Range<Int>? {
    let head = head(of: uri, kind)
    guard let colon = head.firstIndex(of: ":") else { return nil }
    if let at = head.lastIndex(of: "@") { return colon < at ? (colon + 1)..<at : nil }
    let isPort = head[(colon + 1)...].first { !$0.isNumber }.map { $0 == "/" } ?? true
    let hasUser = !head[..<colon].contains { $0.isWhitespace || $0 == "/" }
    guard kind == .broker, !isPort, hasUser else { return nil }
    return (colon + 1)..<(uri.lastIndex(of: "@") ?? uri.endIndex)
  }

  /// Returns the part of a URI that can contain the password.
  ///
  /// The part ends before the path of a web address. In other URIs it ends before parameters that name files or hosts,
  /// because these can contain an `@`.
  private func head(of uri: ArraySlice<Character>, _ kind: URIAfterScheme.Kind) -> ArraySlice<Character> {
    if kind == .web { return uri.prefix { !"/?#".contains($0) } }
    let parameters = ["?cacertfile=", "?certfile=", "?keyfile=", "?server_name_indication="]
    let query = uri.indices.first { place in
      uri[place] == "?" && parameters.contains { uri[place...].starts(with: $0) }
    }
    return uri[..<(query ?? uri.endIndex)]
  }
}
