/// A format in which the program shows results.
///
/// The option `--output`, `set output:` and the last stage of a pipeline choose a format.
public enum ResultFormat: String, Sendable, CaseIterable {
  case table, card, json, ndjson, csv

  /// The names as a list in a sentence: `table, json, ndjson or csv`.
  public static let list = allCases.dropLast().map(\.rawValue).joined(separator: ", ") + " or " + last
  private static let last = allCases.last?.rawValue ?? ""
}
