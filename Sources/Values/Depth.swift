import JSONText

extension Value {
  /// Checks that the lists and records of the value nest no deeper than the limit, and returns the value.
  ///
  /// - Returns: The value itself.
  /// - Throws: A `limit` error if lists and records nest deeper than JSON may nest.
  package func limitedInDepth() throws(Fault) -> Value {
    guard nestedLevels > JSONValue.depthLimit else { return self }
    throw Fault(.limit, "lists and records nest deeper than \(JSONValue.depthLimit) levels")
  }

  /// The number of nested levels of lists and records: 1 for `[1]`, 2 for `[[1]]`, and 0 for a value such as a number.
  ///
  /// To save time, the property searches only some values of a large list or record, and on each level of nesting at
  /// most 16 lists and records. A resource and a record from a JSON text count as one level at most.
  package var nestedLevels: Int {
    guard isContainer else { return 0 }
    var (level, above, most) = ([self], 0, 0)
    while !level.isEmpty, above <= JSONValue.depthLimit {
      for value in level { most = max(most, above + value.ownLevels) }
      level = Array(level.lazy.flatMap(\.inner).prefix(16))
      above += 1
    }
    return most
  }

  /// The number of levels of a record that computes its values at each read; 1 for any other list or record.
  private var ownLevels: Int { if case .record(let record) = self { record.computedLevels ?? 1 } else { 1 } }

  /// The lists and records among the values of this list or record.
  ///
  /// The property checks only the first 8 and the last 8 values. The result is empty for any other value.
  private var inner: [Value] {
    switch self {
    case .list(let elements):
      elements.count <= 16
        ? elements.filter(\.isContainer) : (elements.prefix(8) + elements.suffix(8)).filter(\.isContainer)
    case .record(let record):
      (record.madeFields.map { $0.count <= 16 ? $0[...] : $0.prefix(8) + $0.suffix(8) } ?? [])
        .lazy.map(\.value).filter(\.isContainer)
    default: []
    }
  }

  private var isContainer: Bool {
    switch self {
    case .list, .record: true
    default: false
    }
  }
}
