/// A format in which the program shows results.
///
/// The option `--output`, `set output:` and the last stage of a pipeline choose a format.
public enum ResultFormat: String, Sendable, CaseIterable {
  case table, card, json, ndjson, csv

  /// The names of all formats as a phrase: `table, card, json, ndjson or csv`.
  public static let list = allCases.dropLast().map(\.rawValue).joined(separator: ", ") + " or " + last
  private static let last = allCases.last?.rawValue ?? ""
}
