/// Makes text fit to be shown on a terminal.
public enum Screening {
  /// Returns the text with what would steer the terminal written as an escape: `ESC` becomes `\u{1B}`.
  ///
  /// Line ends and tabs stay. Controls of C0 and C1 and the marks that turn the direction of writing don't.
  public static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: steers) else { return text }
    return text.unicodeScalars.reduce(into: "") { shown, scalar in
      if steers(scalar) {
        shown += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
  }

  /// Whether a scalar would steer the terminal: controls of C0 and C1 but for line ends and tabs, marks of direction.
  public static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0x00..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// Returns a source line with a star for each character of a password in a URI, so that carets below it still fit.
  ///
  /// `connect "amqp://guest:secret@host"` becomes `connect "amqp://guest:******@host"`. A password ends at the last
  /// `@` before the closing quote, since one that holds an unescaped `/`, `?` or `@` is what the error is often about.
  /// Rather too much is hidden than too little: other schemes, misspelt ones, and none.
  public static func hidingPasswords(_ line: String) -> String {
    var characters = Array(line)
    var index = 0
    while let start = authority(characters, from: index) {
      let end = closing(characters, from: start)
      for place in password(characters[start..<end]) ?? 0..<0 { characters[place] = "*" }
      index = end
    }
    return String(characters)
  }

  /// Where the text after the next `amqp://`, or what may stand for it, begins.
  private static func authority(_ characters: [Character], from index: Int) -> Int? {
    for place in index..<characters.count where ":/\"".contains(characters[place]) {
      let rest = characters[place...]
      if rest.starts(with: "://") { return place + 3 }
      if characters[place] == "\"" {
        if lacksScheme(characters, from: place + 1) { return place + 1 }
        continue
      }
      let word = String(characters[max(index, place - 5)..<place]).lowercased()
      guard word.hasSuffix("amqp") || word.hasSuffix("amqps") else { continue }
      let slashes = rest.first == ":" ? rest.dropFirst() : rest
      return slashes.firstIndex { $0 != "/" } ?? characters.count
    }
    return nil
  }

  /// Whether a string is like `guest:secret@host`.
  private static func lacksScheme(_ characters: [Character], from start: Int) -> Bool {
    let user = characters[start...].prefix { $0.isLetter || $0.isNumber || "-_.%".contains($0) }
    guard !user.isEmpty, characters[user.endIndex...].first == ":",
      !["amqp", "amqps"].contains(String(user).lowercased())
    else { return false }
    let rest = characters[user.endIndex..<closing(characters, from: user.endIndex)]
    return !rest.starts(with: "://") && rest.contains("@") && !rest.contains(where: \.isWhitespace)
  }

  /// Where a password stands in a URI without its scheme: from the first colon to the last `@` before parameters that
  /// name files or hosts, in which an `@` may stand; to the end where the host is missing and no port follows the colon.
  private static func password(_ uri: ArraySlice<Character>) -> Range<Int>? {
    let parameters = ["?cacertfile=", "?certfile=", "?keyfile=", "?server_name_indication="]
    let query = uri.indices.first { place in
      uri[place] == "?" && parameters.contains { uri[place...].starts(with: $0) }
    }
    let head = uri[..<(query ?? uri.endIndex)]
    guard let colon = head.firstIndex(of: ":") else { return nil }
    if let at = head.lastIndex(of: "@") { return colon < at ? (colon + 1)..<at : nil }
    let isPort = head[(colon + 1)...].first { !$0.isNumber }.map { $0 == "/" } ?? true
    guard !isPort, !head[..<colon].contains(where: { $0.isWhitespace || $0 == "/" }) else { return nil }
    return (colon + 1)..<(uri.lastIndex(of: "@") ?? uri.endIndex)
  }

  /// Where the string that holds a place ends: its closing quote, or the line's end.
  private static func closing(_ characters: [Character], from start: Int) -> Int {
    var place = start
    while place < characters.count, characters[place] != "\"" {
      place += characters[place] == "\\" ? 2 : 1
    }
    return min(place, characters.count)
  }
}
