/// Why a request is not carried out: what its reply says.
struct Refusal: Error {
  let objections: [Objection]

  init(_ objections: [Objection]) { self.objections = objections }

  init(_ objection: Objection) { objections = [objection] }
}

extension [Objection] {
  /// Runs a step of reading a request, or keeps the objections it ends with.
  mutating func collect<Value>(_ step: () throws(Refusal) -> Value) -> Value? {
    do throws(Refusal) { return try step() } catch {
      append(contentsOf: error.objections)
      return nil
    }
  }
}
