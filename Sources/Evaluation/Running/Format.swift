/// A way to write results: the words of `--output`, of `set output:`, and of the stages that end a pipeline.
public enum Format: String, Sendable, CaseIterable {
  case table, card, json, ndjson, csv

  /// The words as a sentence has them: `table, json, ndjson or csv`.
  public static let list = allCases.dropLast().map(\.rawValue).joined(separator: ", ") + " or " + last
  private static let last = allCases.last?.rawValue ?? ""
}
