import SQLite

extension SQLError {
  /// Returns the error of the reply after SQLite has refused a write.
  ///
  /// Before a write, the service can't check triggers, partial indexes, and foreign keys of several columns. The
  /// function therefore finds the violated rule and its column in SQLite's message, such as
  /// `UNIQUE constraint failed: posts.slug`. If the message names no column, the error contains SQLite's message.
  func requestError(of type: ResourceType) -> ErrorInBothWordings {
    if kind == .readOnly { return .readOnly }
    if kind == .other { return .internalError(message) }
    let text = message
    if text.hasPrefix("CHECK constraint failed: ") {
      let name = String(text.dropFirst("CHECK constraint failed: ".count))
      if let column = type.checks.first(where: { $0.message == name })?.columns.first {
        return violation(name, ofColumn: column, type)
      }
      return .violation(name, member: "", pointer: "/data")
    }
    let column = type.columns.first { column in
      text.split(separator: ": ").last.map { names in
        names.split(separator: ", ").first == "\(type.name).\(column.name)"
      } ?? false
    }
    guard let column else { return .violation(text, member: "", pointer: "/data") }
    let message = kind == .notNull ? "can't be blank" : "has already been taken"
    return violation(message, ofColumn: column.name, type)
  }

  private func violation(_ message: String, ofColumn column: String, _ type: ResourceType) -> ErrorInBothWordings {
    let place = type.place(ofColumn: column)
    return .violation(message, member: place.member, pointer: place.pointer)
  }
}
