/// Reads the text of a time, such as `2026-01-31T12:00:00Z`, from left to right.
struct TimeTextReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  /// Reads a date: `2026-01-31`.
  mutating func date(into time: inout OffsetDateTime) throws(Fault) {
    time.year = try number("year", 4...4)
    try expect("-")
    time.month = try number("month", 2...2)
    try expect("-")
    time.day = try number("day", 2...2)
  }

  /// Reads a time of day, such as `T12:00:00.5Z`.
  ///
  /// The fraction of the second and the offset are optional.
  mutating func time(into time: inout OffsetDateTime) throws(Fault) {
    guard take("T") || take("t") || take(" ") else { throw Fault(.value, "expected T after the date") }
    time.hour = try number("hour", 2...2)
    try expect(":")
    time.minute = try number("minute", 2...2)
    try expect(":")
    time.second = try number("second", 2...2)
    if take(".") { time.nanosecond = try fraction() }
    if !isAtEnd { time.offset = try offset(needsColon: true) }
  }

  /// Reads the offset from UTC, `Z` or `+02:00`, and returns it in seconds east of UTC.
  ///
  /// If `needsColon` is false, the function also reads `+0200`.
  mutating func offset(needsColon: Bool) throws(Fault) -> Int {
    if take("Z") || take("z") { return 0 }
    let isWest = take("-")
    guard isWest || take("+") else { throw Fault(.value, "expected Z or an offset such as +02:00") }
    let hours = try number("offset's hour", 2...2)
    if !take(":"), needsColon { throw Fault(.value, "expected : in the offset") }
    let minutes = try number("offset's minute", 2...2)
    guard hours < 24, minutes < 60 else { throw Fault(.value, "an offset is at most 23:59") }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  /// Reads a number whose count of digits is in the range `width`.
  mutating func number(_ unit: String, _ width: ClosedRange<Int>) throws(Fault) -> Int {
    let digits = digits(width.upperBound)
    guard width.contains(digits.count), let number = Int(digits) else {
      let count = width.lowerBound == width.upperBound ? "\(width.upperBound)" : "1 or 2"
      throw Fault(.value, "expected \(count) digits of the \(unit)")
    }
    return number
  }

  private mutating func fraction() throws(Fault) -> Int {
    let digits = digits(rest.count)
    guard !digits.isEmpty else { throw Fault(.value, "expected digits after the point") }
    let nine = digits.prefix(9)
    return Int(nine + String(repeating: "0", count: 9 - nine.count)) ?? 0
  }

  /// Reads the ASCII digits at the cursor, but at most `most` digits.
  private mutating func digits(_ most: Int) -> String {
    let digits = rest.prefix(most).prefix { $0 &- 0x30 < 10 }
    rest = rest.dropFirst(digits.count)
    return String(decoding: digits, as: UTF8.self)
  }

  mutating func expect(_ scalar: Unicode.Scalar) throws(Fault) {
    guard take(scalar) else { throw Fault(.value, "expected \(String(Character(scalar)).quoted)") }
  }

  mutating func end() throws(Fault) {
    if !isAtEnd { throw Fault(.value, "unexpected text at the end: \(String(decoding: rest, as: UTF8.self).quoted)") }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    let bytes = UTF8.encode(scalar).map(Array.init) ?? []
    guard rest.starts(with: bytes) else { return false }
    rest = rest.dropFirst(bytes.count)
    return true
  }
}
