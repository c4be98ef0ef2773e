extension Duration {
  /// The duration as the language writes it, in the largest unit without a fraction: `90s`, `2m`, `1500ms`.
  package var text: String {
    let (seconds, attoseconds) = components
    guard attoseconds == 0 else {
      let milliseconds = Double(seconds) * 1000 + Double(attoseconds) / 1e15
      let whole = Int64(milliseconds)
      return Double(whole) == milliseconds ? "\(whole)ms" : "\(milliseconds)ms"
    }
    for (unit, size) in [("d", Int64(86400)), ("h", 3600), ("m", 60)] where seconds != 0 && seconds % size == 0 {
      return "\(seconds / size)\(unit)"
    }
    return "\(seconds)s"
  }

  /// The duration for display: as the language writes it if that is short, else rounded: `350 ms`, `4.5 s`, `4m 10s`, `3h
  /// 20m`, `271d 4h`.
  package var shown: String {
    let text = text
    return text.utf8.count <= 6 && !text.utf8.contains(UInt8(ascii: ".")) ? text : rounded
  }

  private var rounded: String {
    let seconds = self / .seconds(1)
    let sign = seconds < 0 ? "-" : ""
    let size = seconds.magnitude
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
