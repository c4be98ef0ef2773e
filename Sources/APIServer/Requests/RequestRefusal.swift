/// The error for a request that the service does not carry out, with one or more reasons.
struct RequestRefusal: Error {
  let objections: [ErrorInBothWordings]

  init(_ objections: [ErrorInBothWordings]) { self.objections = objections }

  init(_ objection: ErrorInBothWordings) { objections = [objection] }
}

extension [ErrorInBothWordings] {
  /// Runs one step of parsing a request.
  ///
  /// If the step fails, the function adds the errors of the step to this list and returns nil.
  mutating func collect<Value>(_ step: () throws(RequestRefusal) -> Value) -> Value? {
    do throws(RequestRefusal) { return try step() } catch {
      append(contentsOf: error.objections)
      return nil
    }
  }
}
