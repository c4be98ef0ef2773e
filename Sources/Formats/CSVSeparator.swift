import JSONText
package import Values

/// The character between the cells of a csv or tsv file.
package enum CSVSeparator: String, CaseIterable, Sendable {
  case comma = ","
  case semicolon = ";"
  case bar = "|"
  case tab = "\t"

  /// The separators of csv files.
  package static let csv: [Self] = [.comma, .semicolon, .bar]

  /// Creates the separator that the option `separator:` names; throws a `value` error for an invalid separator.
  ///
  /// A format other than csv is also an error.
  package init(_ text: String, _ format: FileFormat) throws(Fault) {
    guard format == .csv else {
      throw Fault(
        .value, "the option separator: is only for csv, but the format is \(format.rawValue)", nextStep: "as: \"csv\"")
    }
    guard let separator = Self(rawValue: text), separator != .tab else {
      let known = Self.csv.map(\.rawValue.quoted).joined(separator: ", ")
      throw Fault(
        .value, "the option separator: must be one of \(known), not \(text.quoted)",
        nextStep: text == "\t" ? "as: \"tsv\"" : "separator: \";\"")
    }
    self = separator
  }

  /// The character as a byte.
  package var byte: UInt8 { rawValue.utf8.first ?? 0 }

  /// The name in messages, such as `a semicolon`.
  var name: String {
    switch self {
    case .comma: "a comma"
    case .semicolon: "a semicolon"
    case .bar: "a vertical bar"
    case .tab: "a tab"
    }
  }

  /// Returns another separator that a heading of one column contains; nil without such a separator.
  ///
  /// For example, the heading `id;title` contains a semicolon. The semicolon is probably the separator of the file.
  func other(in heading: String) -> CSVSeparator? {
    Self.allCases.first { $0 != self && heading.utf8.contains($0.byte) }
  }

  /// Returns the next step for a file that probably has this separator.
  func step(_ path: String) -> String {
    let path = JSONValue.string(path).text
    let options =
      switch self {
      case .tab: "as: \"tsv\""
      case .comma: "as: \"csv\""
      case .semicolon, .bar: "as: \"csv\" separator: \"\(rawValue)\""
      }
    return "if this character separates columns, use read \(path) \(options); otherwise put the heading in quotes"
  }
}
