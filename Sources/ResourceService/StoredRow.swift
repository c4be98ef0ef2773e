import GRDB

/// A row of a table: its key, and its columns in their order.
struct StoredRow {
  let key: DatabaseValue
  let values: [DatabaseValue]

  /// Takes the key and the columns from a row, after `skipped` others.
  init(_ row: Row, _ type: ResourceType, after skipped: Int = 0) {
    key = row[skipped]
    var values: [DatabaseValue] = []
    values.reserveCapacity(type.columns.count)
    for index in type.columns.indices { values.append(row[skipped + 1 + index]) }
    self.values = values
  }
}

extension ResourceType {
  /// The columns of a query for whole rows of the table named `t`: the key first.
  var selection: String { (["t.\(key.quoted)"] + columns.map { "t.\($0.quoted)" }).joined(separator: ", ") }

  /// The position of a column in a stored row.
  func position(_ column: String) -> Int? { columns.firstIndex { $0.name == column } }
}
