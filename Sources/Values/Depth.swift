extension Value {
  /// The maximum depth of nested lists and records, the same as for JSON.
  private static let depthLimit = 512

  /// Checks that the lists and records of the value nest no deeper than the limit, and returns the value.
  ///
  /// To save time, the function checks only the first and the last value of a list or a record. On each level of
  /// nesting it checks at most eight lists and records.
  ///
  /// - Returns: The value itself.
  /// - Throws: A `limit` error if lists and records nest deeper than 512 levels.
  package func limitedInDepth() throws(Fault) -> Value {
    var level = ends
    if level.isEmpty { return self }
    for _ in 1..<Self.depthLimit {
      level = Array(level.flatMap(\.ends).prefix(8))
      if level.isEmpty { return self }
    }
    throw Fault(.limit, "lists and records nest deeper than \(Self.depthLimit) levels")
  }

  /// The first and the last value of this list or record, if these values are lists or records.
  ///
  /// The result is empty for any other value.
  private var ends: [Value] {
    let all: (first: Value?, last: Value?) =
      switch self {
      case .list(let elements): (elements.first, elements.last)
      case .record(let record) where record.json == nil: (record.fields.first?.value, record.fields.last?.value)
      default: (nil, nil)
      }
    var ends: [Value] = []
    if let first = all.first, first.isContainer { ends.append(first) }
    if let last = all.last, last.isContainer { ends.append(last) }
    return ends
  }

  private var isContainer: Bool {
    switch self {
    case .list, .record: true
    default: false
    }
  }
}
