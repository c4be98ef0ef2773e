import JSONText

/// A part of the text that replaces a match.
///
/// A part is literal text, or the number of a group, as in `$1`. The text that the group matched replaces `$1`.
enum ReplacementPart {
  case literal(String)
  case group(Int)

  static func parts(of text: String, for pattern: RegexValue) throws(Fault) -> [ReplacementPart] {
    var parts: [ReplacementPart] = []
    var pieces = text.parts(between: "$")[...]
    parts.append(.literal(pieces.popFirst() ?? ""))
    while let piece = pieces.popFirst() {
      if piece.isEmpty, let next = pieces.popFirst() {
        parts.append(.literal("$" + next))
      } else if let digit = piece.utf8.first, 0x31...0x39 ~= digit {
        let number = Int(digit - 0x30)
        guard number <= pattern.groupCount else { throw missing(number, pattern) }
        parts += [.group(number), .literal(String(piece.unicodeScalars.dropFirst()))]
      } else {
        throw Fault(
          .value, "a $ in the replacement needs a digit from 1 to 9 after it",
          nextStep: "write $1 for the first group, and $$ for a dollar")
      }
    }
    return parts
  }

  private static func missing(_ number: Int, _ pattern: RegexValue) -> Fault {
    let count = pattern.groupCount
    let has = count == 0 ? "no group" : count == 1 ? "1 group" : "\(count) groups"
    return Fault(
      .value, "there is no group $\(number) in \(pattern.description), which has \(has)",
      nextStep: "put a part of the pattern in parentheses to make it a group, or write $$ for a dollar")
  }
}
