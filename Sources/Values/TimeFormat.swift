/// The format of a time, written in letters of strftime.
///
/// The letters are `%Y %m %d %H %M %S %z`, and `%%` stands for a percent sign. Example: `%d.%m.%Y`.
package struct TimeFormat: Sendable {
  private enum FormatPart: Sendable, Equatable {
    case letter(Character)
    case literal(Unicode.Scalar)

    /// Whether the text of the part begins with a digit.
    ///
    /// If such a part directly follows a number, the number must have two digits. For example, `%d%m` reads `0112`, but
    /// not `112`.
    var isDigits: Bool {
      switch self {
      case .letter(let letter): letter != "z"
      case .literal(let scalar): ("0"..."9").contains(scalar)
      }
    }
  }

  private let parts: [FormatPart]
  private let form: String
  /// The letter of the next larger unit, for each letter: `Y` for `m`.
  ///
  /// A format that has a letter must also have the letter of the next larger unit: `%m` without `%Y` is an error.
  private static let larger: KeyValuePairs<Character, Character> = [
    "m": "Y", "d": "m", "H": "d", "M": "H", "S": "M", "z": "H",
  ]

  /// Parses a format.
  ///
  /// - Throws: A `value` error for an unknown letter, a letter that occurs twice, and a `%` at the end.
  package init(_ form: String) throws(Fault) {
    var parts: [FormatPart] = []
    var rest = form.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar != "%" {
        parts.append(.literal(scalar))
      } else if let letter = rest.popFirst() {
        parts.append(try Self.part(letter, after: parts))
      } else {
        throw Self.refusal("the time format ends in %", "write %% for a percent sign")
      }
    }
    guard parts.contains(where: { if case .letter = $0 { true } else { false } }) else {
      throw Self.refusal("the time format \(form.quoted) has no letter such as %Y")
    }
    self.parts = parts
    self.form = form
  }

  private static func part(_ letter: Unicode.Scalar, after parts: [FormatPart]) throws(Fault) -> FormatPart {
    switch letter {
    case "%": return .literal("%")
    case "Y", "m", "d", "H", "M", "S", "z":
      guard !parts.contains(.letter(Character(letter))) else {
        throw refusal("%\(letter) occurs twice in the time format")
      }
      return .letter(Character(letter))
    default: throw refusal("%\(letter) is not a letter of time formats")
    }
  }

  private static func refusal(_ message: String, _ nextStep: String? = nil) -> Fault {
    Fault(.value, message, nextStep: nextStep ?? "the letters are %Y %m %d %H %M %S %z, and %% for a percent sign")
  }

  /// Returns the text of an instant in this format, in UTC.
  package func text(of instant: Instant) -> String {
    let time = OffsetDateTime(instant)
    var text = ""
    for part in parts {
      switch part {
      case .literal(let scalar): text.unicodeScalars.append(scalar)
      case .letter("Y"): text += Self.digits(time.year, 4)
      case .letter("z"): text += "+0000"
      case .letter(let letter): text += Self.digits(time[letter], 2)
      }
    }
    return text
  }

  /// Reads a text of this format.
  ///
  /// A text without `%z` is a time in UTC. `%Y` reads four digits. `%m`, `%d`, `%H`, `%M` and `%S` read one or two
  /// digits. If another number or a digit follows directly, as in `%d%m`, they read exactly two digits.
  ///
  /// - Throws: A `value` error with the quoted text and the reason.
  package func instant(of text: String) throws(Fault) -> Instant {
    try checkUnits()
    do throws(Fault) {
      var (reader, time) = (TimeTextReader(text), OffsetDateTime())
      for (index, part) in parts.enumerated() {
        let isTight = index + 1 < parts.count && parts[index + 1].isDigits
        switch part {
        case .literal(let scalar): try reader.expect(scalar)
        case .letter("z"): time.offset = try reader.offset(needsColon: false)
        case .letter("Y"): time.year = try reader.number("year", 4...4)
        case .letter(let letter): time[letter] = try reader.number(Self.unit(letter), (isTight ? 2 : 1)...2)
        }
      }
      try reader.end()
      return try Instant(sinceEpoch: time.sinceEpoch())
    } catch {
      throw error.about(text, "the format is \(form.quoted)")
    }
  }

  /// Checks that the format has `%Y` and, for each unit, the next larger unit.
  ///
  /// - Throws: A `value` error for a format without `%Y`, and for a format such as `%Y %d` (a day, but no month).
  private func checkUnits() throws(Fault) {
    guard parts.contains(.letter("Y")) else {
      throw Fault(.value, "the format \(form.quoted) has no %Y: a time needs its year")
    }
    for (letter, larger) in Self.larger where parts.contains(.letter(letter)) && !parts.contains(.letter(larger)) {
      throw Fault(.value, "the format \(form.quoted) has %\(letter) but no %\(larger)")
    }
  }

  private static func unit(_ letter: Character) -> String {
    switch letter {
    case "m": "month"
    case "d": "day"
    case "H": "hour"
    case "M": "minute"
    default: "second"
    }
  }

  /// Writes a number with zeros before it, up to a width: 7 in width 2 becomes `07`.
  ///
  /// The number must not be negative.
  static func digits(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}

extension OffsetDateTime {
  /// The number that a format letter stands for, such as the month for `m`.
  ///
  /// The letter must be `m`, `d`, `H`, `M` or `S`; these letters stand for two digits.
  fileprivate subscript(letter: Character) -> Int {
    get {
      switch letter {
      case "m": month
      case "d": day
      case "H": hour
      case "M": minute
      default: second
      }
    }
    set {
      switch letter {
      case "m": month = newValue
      case "d": day = newValue
      case "H": hour = newValue
      case "M": minute = newValue
      default: second = newValue
      }
    }
  }
}
