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
  static func hidingPasswords(_ line: String) -> String {
    var characters = Array(line)
    var index = 0
    while let start = authority(characters, from: index) {
      let end = closing(characters, from: start)
      if let at = characters[start..<end].lastIndex(of: "@"),
        let colon = characters[start..<at].firstIndex(of: ":")
      {
        for place in (colon + 1)..<at { characters[place] = "*" }
      }
      index = end
    }
    return String(characters)
  }

  /// Where the text after the next `amqp://` or `amqps://` begins.
  private static func authority(_ characters: [Character], from index: Int) -> Int? {
    var place = index
    while place + 3 <= characters.count {
      if characters[place..<(place + 3)].elementsEqual("://") {
        let scheme = String(characters[max(index, place - 5)..<place]).lowercased()
        if scheme.hasSuffix("amqp") || scheme.hasSuffix("amqps") { return place + 3 }
      }
      place += 1
    }
    return nil
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
