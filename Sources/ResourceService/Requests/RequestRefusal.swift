/// The error of a request that is not carried out, with the reasons.
struct RequestRefusal: Error {
  let objections: [RequestError]

  init(_ objections: [RequestError]) { self.objections = objections }

  init(_ objection: RequestError) { objections = [objection] }
}

extension [RequestError] {
  /// Runs a step of parsing a request; if the step fails, adds its errors and returns nil.
  mutating func collect<Value>(_ step: () throws(RequestRefusal) -> Value) -> Value? {
    do throws(RequestRefusal) { return try step() } catch {
      append(contentsOf: error.objections)
      return nil
    }
  }
}
