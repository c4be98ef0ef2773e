/// Finds the passwords of URIs in a text.
///
/// Users often forget to escape a `/`, `?` or `@` in a password. A password therefore ends at the last `@` of the URI.
///
/// The search finds URIs of every scheme, and URIs with a misspelled `amqp://`. In quotes, the search also finds URIs
/// without a scheme.
struct URIPasswordFinder {
  /// The ranges of the passwords, in characters from the start of the text.
  private(set) var ranges: [Range<Int>] = []
  /// The ``ranges`` in URIs of brokers, which are the URIs that `connect` takes.
  private(set) var brokerRanges: Set<Range<Int>> = []
  private let characters: [Character]
  /// Whether each character of the text is inside quotes.
  private let isQuoted: [Bool]

  /// The start of a URI after its scheme, where a user and a password can follow.
  private struct URIAfterScheme {
    /// The index of the first character after the scheme.
    var start: Int
    var kind: BrokerWebOrOther

    enum BrokerWebOrOther {
      /// The URI of a broker, possibly misspelled. The text after the user and a colon is a password, even without a
      /// host.
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
        if authority.kind == .broker { brokerRanges.insert(range) }
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

  /// Returns the first URI at or after an index, without its scheme; nil if there is no URI.
  ///
  /// The result begins after a scheme, or after a misspelled `amqp://`. A URI without a scheme begins after a quote.
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

  private func kind(_ scheme: String) -> URIAfterScheme.BrokerWebOrOther {
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

  /// Returns the index of the end of a URI.
  ///
  /// A URI in a string literal ends at the closing quote. A URI in the first word of the text ends at the end of the
  /// line. Any other URI ends at the next white space.
  private func end(of authority: URIAfterScheme) -> Int {
    let start = authority.start
    guard start < characters.count else { return characters.count }
    let line = Secrets.closing(characters, from: start)
    let isWhole = isQuoted[start] || !characters[..<start].contains(where: \.isWhitespace)
    return isWhole ? line : characters[start..<line].firstIndex(where: \.isWhitespace) ?? line
  }

  /// Returns the range of the password in a URI; nil if the URI has no password.
  ///
  /// `uri` does not contain the scheme. The password is between the first colon and the last `@` of ``head(of:_:)``.
  ///
  /// A broker's URI can lack the `@`, as in `guest:secret`. The text after the colon is then a password if it is not a
  /// port. This password ends at the last `@` of the whole URI, or at the end of the URI.
  private func password(_ uri: ArraySlice<Character>, _ kind: URIAfterScheme.BrokerWebOrOther) -> Range<Int>? {
    var head = head(of: uri, kind)
    if !head.contains("@") { head = head.dropFirst(Self.addressLength(head)) }
    guard let colon = head.firstIndex(of: ":") else { return nil }
    if let at = head.lastIndex(of: "@") { return colon < at ? (colon + 1)..<at : nil }
    let isPort = head[(colon + 1)...].first { !$0.isNumber }.map { $0 == "/" } ?? true
    let hasUser = !head[..<colon].contains { $0.isWhitespace || $0 == "/" }
    guard kind == .broker, !isPort, hasUser else { return nil }
    return (colon + 1)..<(uri.lastIndex(of: "@") ?? uri.endIndex)
  }

  /// Returns the length of the IPv6 address at the beginning of a text, such as `[::1]`; 0 if there is no address.
  private static func addressLength(_ text: ArraySlice<Character>) -> Int {
    let address = text.dropFirst().prefix { $0.isHexDigit || ":.".contains($0) }
    let isAddress = text.first == "[" && text[address.endIndex...].first == "]" && address.contains(":")
    return isAddress ? address.count + 2 : 0
  }

  /// Returns the part of a URI that can contain the password.
  ///
  /// In a web address, the part ends before the path. In any other URI, the part ends before a parameter such as
  /// `?certfile=`. The value of such a parameter, a file or a host, can contain an `@`.
  private func head(of uri: ArraySlice<Character>, _ kind: URIAfterScheme.BrokerWebOrOther) -> ArraySlice<Character> {
    if kind == .web { return uri.prefix { !"/?#".contains($0) } }
    let parameters = ["?cacertfile=", "?certfile=", "?keyfile=", "?server_name_indication="]
    let query = uri.indices.first { place in
      uri[place] == "?" && parameters.contains { uri[place...].starts(with: $0) }
    }
    return uri[..<(query ?? uri.endIndex)]
  }
}
