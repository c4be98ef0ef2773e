import BigInt
package import JSONText

extension Duration {
  /// The exact duration in the form that a script uses: `90s`, `2m`, `1500ms`.
  ///
  /// The unit is the largest unit for which the number is an integer.
  package var text: String {
    let (seconds, attoseconds) = components
    guard attoseconds == 0 else { return "\(decimal(seconds, attoseconds, places: 3))ms" }
    for (unit, size) in [("d", Int64(86400)), ("h", 3600), ("m", 60)] where seconds != 0 && seconds % size == 0 {
      return "\(seconds / size)\(unit)"
    }
    return "\(seconds)s"
  }

  /// The exact number of seconds: `1.5` for 1500 ms.
  package var inSeconds: JSONNumber {
    JSONNumber(text: decimal(components.seconds, components.attoseconds)) ?? JSONNumber(0)
  }

  /// Creates a duration from a number of seconds, rounded to the nanosecond.
  ///
  /// The result is nil if the duration exceeds a hundred years.
  package init?(seconds: JSONNumber) {
    guard let decimal = Decimal(seconds), decimal.magnitude < 12 else { return nil }
    let nano = decimal.exponent + 9
    guard nano > -Decimal.digitLimit else { return nil }
    let unit = BigInt(10).power(abs(nano))
    let (whole, rest) =
      nano < 0 ? decimal.coefficient.quotientAndRemainder(dividingBy: unit) : (decimal.coefficient * unit, 0)
    let rounded = rest.magnitude * 2 >= unit.magnitude && rest != 0 ? whole + rest.signum() : whole
    guard let count = Int64(exactly: rounded), count.magnitude < 3_200_000_000_000_000_000 else { return nil }
    self = .nanoseconds(count)
  }

  /// The duration without its fraction of a nanosecond.
  package var inNanoseconds: Duration {
    let (seconds, attoseconds) = components
    return .seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
  }

  /// Returns a number of seconds in decimal digits.
  ///
  /// The function moves the decimal point `places` digits to the right: 3 gives milliseconds.
  private func decimal(_ seconds: Int64, _ attoseconds: Int64, places: Int = 0) -> String {
    let digits = String(attoseconds.magnitude)
    let all = String(seconds.magnitude) + String(repeating: "0", count: 18 - digits.count) + digits
    let (whole, rest) = (all.dropLast(18 - places).drop { $0 == "0" }, all.suffix(18 - places))
    let fraction = rest.lastIndex { $0 != "0" }.map { "." + rest[...$0] } ?? ""
    return (seconds < 0 || attoseconds < 0 ? "-" : "") + (whole.isEmpty ? "0" : whole) + fraction
  }

  /// The duration in the output of `print` and in an interpolation.
  ///
  /// A whole number of milliseconds has its exact text. A duration with a fraction of a millisecond was measured, for
  /// example with `age`, so its text is rounded.
  package var printed: String { components.attoseconds % 1_000_000_000_000_000 == 0 ? text : rounded }

  /// The duration for display, such as `350 ms`, `4.5 s`, `4m 10s`, `3h 20m` or `271d 4h`.
  ///
  /// If the form that a script uses is short, such as `90s`, the value is this form. Otherwise the value is rounded.
  package var shown: String {
    let text = text
    return text.utf8.count <= 6 && !text.utf8.contains(UInt8(ascii: ".")) ? text : rounded
  }

  private var rounded: String {
    let seconds = self / .seconds(1)
    let size = seconds.magnitude
    // A negative duration of less than 0.05 ms is rounded to `0 ms`.
    let sign = seconds < 0 && size >= 0.000_05 ? "-" : ""
    func tenths(_ value: Double) -> String {
      let tenths = Int((value * 10).rounded())
      return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
    func pair(_ unit: Int, _ name: String, _ part: Int, _ partName: String) -> String {
      let whole = Int((size / Double(part)).rounded()) * part
      return sign + "\(whole / unit)\(name)" + (whole % unit == 0 ? "" : " \(whole % unit / part)\(partName)")
    }
    switch size {
    case ..<0.01: return sign + "\(tenths(size * 1000)) ms"
    case ..<0.9995: return sign + "\(Int((size * 1000).rounded())) ms"
    case ..<59.95: return sign + "\(tenths(size)) s"
    case ..<3599.5: return pair(60, "m", 1, "s")
    case ..<86370: return pair(3600, "h", 60, "m")
    default: return pair(86400, "d", 3600, "h")
    }
  }
}
