/// A text in which string literals with `+` between them are joined into one literal.
///
/// For example, `"amqp://g:" + "x@h"` becomes `"amqp://g:x@h"`, so that a search finds the password `x`. A string
/// inside an interpolation, as in `"a\("b")c"`, becomes a part of the string around it.
struct JoinedStringLiterals {
  /// The characters of the joined text, without the quotes and the `+` between joined literals.
  private(set) var characters: [Character] = []
  /// The index of each of the ``characters`` in the original text.
  private var places: [Int] = []

  init(_ text: String) {
    let all = Array(text)
    var (place, isQuoted, inserted) = (0, false, 0)
    while place < all.count {
      if isQuoted, all[place...].starts(with: "\\(\"") {
        (place, inserted) = (place + 3, inserted + 1)
      } else if isQuoted, inserted > 0, all[place...].starts(with: "\")") {
        (place, inserted) = (place + 2, inserted - 1)
      } else if isQuoted, all[place] == "\"", let next = Self.next(after: place, all) {
        place = next
      } else {
        if all[place] == "\"" { isQuoted.toggle() }
        if all[place].isNewline { (isQuoted, inserted) = (false, 0) }
        let isEscape = isQuoted && all[place] == "\\" && place + 1 < all.count
        for index in place..<place + (isEscape ? 2 : 1) {
          characters.append(all[index])
          places.append(index)
        }
        place += isEscape ? 2 : 1
      }
    }
  }

  /// Returns the index after the opening quote of the next string, if a `+` joins the previous string to this string.
  ///
  /// `quote` is the index of the closing quote of the previous string. The result is nil if the text does not continue
  /// with a `+` and an opening quote.
  private static func next(after quote: Int, _ all: [Character]) -> Int? {
    guard let plus = all[(quote + 1)...].firstIndex(where: { !$0.isWhitespace }), all[plus] == "+",
      let other = all[(plus + 1)...].firstIndex(where: { !$0.isWhitespace }), all[other] == "\""
    else { return nil }
    return other + 1
  }

  /// Returns the ranges of the original text that correspond to a range of ``characters``.
  func parts(_ range: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    for place in places[range] {
      if let last = parts.last, last.upperBound == place {
        parts[parts.count - 1] = last.lowerBound..<place + 1
      } else {
        parts.append(place..<place + 1)
      }
    }
    return parts
  }
}
