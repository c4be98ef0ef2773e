/// A way to write results.
public enum Format: String, Sendable, CaseIterable {
  case table, json, ndjson, csv
}
